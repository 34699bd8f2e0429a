import { z } from 'zod'

import type { CallAction, Platform, SetAction } from '../../src/core/contract.ts'
import type { Source } from '../../src/core/source.ts'
import { duration, url } from '../../src/platforms/options.ts'

// Platforms with the option schemas of real ones and nothing behind them: the loader only looks at options.

function call(options: z.ZodType): CallAction<unknown> {
  return {
    kind: 'call',
    summary: 'a call',
    options,
    repeat: () => 'harmless',
    call: () => Promise.resolve(null),
    reversal: () => ({ how: 'again' }),
    manual: () => [],
  }
}

function setAction(options: z.ZodType): SetAction<unknown, unknown> {
  return {
    kind: 'set',
    summary: 'a set',
    options,
    state: z.unknown(),
    facts: { compareAndSet: false, window: 'a moment' },
    surfaces: () => Promise.resolve([]),
    resolve: () => Promise.resolve({ kind: 'missing', why: 'a fixture' }),
    apply: () => Promise.resolve(null),
    observe: () => Promise.resolve({ status: 'absent' }),
    progress: () => ({ state: 'reached', words: '' }),
    manual: () => [],
  }
}

function platform(
  name: string,
  actions: Record<string, z.ZodType>,
  sources: Record<string, z.ZodType> = {},
): Platform {
  return {
    name,
    summary: `the platform ${name}`,
    actions: Object.fromEntries(
      Object.entries(actions).map(([action, options]) => [
        action,
        { load: () => Promise.resolve(action === 'retag' ? setAction(options) : call(options)) },
      ]),
    ),
    sources: Object.fromEntries(
      Object.entries(sources).map(([source, options]) => [
        source,
        { load: () => Promise.resolve(sourceOf(options)), probes: () => true },
      ]),
    ),
  }
}

function sourceOf(options: z.ZodType): Source<unknown> {
  return {
    summary: 'a source',
    options,
    measure: () => Promise.resolve({ kind: 'no-data', why: 'a fixture' }),
  }
}

const expectation = z.union([
  z.strictObject({ status: z.int() }),
  z.strictObject({ json: z.string(), is: z.union([z.string(), z.number(), z.boolean()]) }),
])

export const fixturePlatforms = {
  registry: platform('registry', {
    retag: z.strictObject({
      repository: z.string().min(1),
      tag: z.union([z.string().regex(/^[\w.-]+$/, 'is not a tag'), z.array(z.string()).min(1)]),
      to: z.string(),
      backup: z.string().optional(),
      insecure: z.boolean().optional(),
    }),
  }),
  render: platform('render', {
    'deploy-hook': z.strictObject({ url: url(), timeout: z.optional(duration()), port: z.int().optional() }),
  }),
  http: platform(
    'http',
    { request: z.strictObject({ url: url() }) },
    {
      http: z.strictObject({
        url: url(),
        json: z.string().optional(),
        headers: z.record(z.string(), z.string()).optional(),
        expect: z.array(expectation).optional(),
      }),
    },
  ),
  slack: platform('slack', { post: z.strictObject({ channel: z.string(), mention: z.string().optional() }) }),
} as const satisfies Record<string, Platform>
