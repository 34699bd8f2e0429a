import { z } from 'zod'

import type {
  Action,
  CallAction,
  CallReadiness,
  GateAction,
  Platform,
  Reading,
  Resolution,
  Seen,
  SetAction,
} from '../../src/core/contract.ts'
import type { ReadDoor, WriteDoor } from '../../src/core/doors.ts'
import type { Measurement, Period, Source } from '../../src/core/source.ts'
import type { Candidate } from '../../src/core/release.ts'
import { Problem } from '../../src/core/problem.ts'
import { openDoors } from '../../src/io/doors.ts'
import { createRedactor } from '../../src/io/redact.ts'
import { platforms } from '../../src/platforms/index.ts'
import { openSecrets } from '../../src/runtime/secrets.ts'
import { folderStore } from '../../src/runtime/store/folder.ts'
import type { Session } from '../../src/runtime/types.ts'

// A platform that is registered like any other and keeps its surfaces in memory, and a session to work with it.

export interface FakeWorld {
  /** By surface id; absent ones are not there. */
  surfaces: Record<string, { color: string; version: string }>
  /** By surface id: instead of what is there. */
  seen: Record<string, Seen<State>>
  busy: Record<string, string>
  owned: Record<string, string>
  /** Calls that were made, with their options. */
  calls: string[]
  /** Before an effect happens: may throw, or wait. */
  before: (effect: string) => Promise<void> | void
  /** After it has happened, before its answer is given. */
  after: (effect: string) => Promise<void> | void
  /** What a call's check says; undefined: it has none. */
  found: 'done' | 'not-done' | 'unknown'
  /** Instead of what a call's readiness would be. */
  ready?: CallReadiness | undefined
  /** What a surface says of a change in words, for people. */
  says?: string | undefined
  /** How often a call's check was run. */
  checks: number
  /** By the name of the signal. */
  measure: (name: string, period?: Period) => Measurement | Promise<Measurement>
  /** Instead of how far a surface is: a rollout that goes on. */
  moving?: string | undefined
  /** What `progress` was given. */
  receipts: unknown[]
  /** Every change that went through the write door. */
  writes: string[]
  /** What one can return to; newest first. */
  versions: () => Candidate[]
  /** Instead of a change to this version. */
  refused: (version: string | undefined) => Extract<Resolution<State>, { why: string }> | undefined
}

interface State {
  version: string
  color: string
}

export function fakeWorld(own: Partial<FakeWorld> = {}): FakeWorld {
  const world: FakeWorld = {
    surfaces: {},
    seen: {},
    busy: {},
    owned: {},
    calls: [],
    before: () => {},
    after: () => {},
    found: 'unknown',
    measure: () => ({ kind: 'no-data', why: 'nothing was scripted' }),
    receipts: [],
    checks: 0,
    writes: [],
    versions: () => [],
    refused: () => undefined,
    ...own,
  }
  // Registered, not mocked: the way every platform is found.
  const all: Record<string, Platform> = platforms
  all['fake'] = platformOf(world)
  return world
}

function platformOf(world: FakeWorld): Platform {
  const load = (action: unknown) => ({ load: async () => action as Action })
  return {
    name: 'fake',
    summary: 'in memory',
    actions: { set: load(setOf(world)), call: load(callOf(world)), gate: load(GATE) },
    sources: {
      fake: { load: async () => sourceOf(world) },
      past: { load: async () => ({ ...sourceOf(world), keepsHistory: true }) },
    },
  }
}

const setOptions = z.strictObject({ on: z.array(z.string()), to: z.string(), token: z.string().optional() })
type SetOptions = z.infer<typeof setOptions>

function setOf(world: FakeWorld): SetAction<SetOptions, State> {
  const seenAt = (id: string): Seen<State> => {
    const scripted = world.seen[id]
    if (scripted !== undefined) return scripted
    const own = world.surfaces[id]
    if (own === undefined) return { status: 'absent' }
    // The order of the keys is not that of the sealed plan, as with any platform.
    return { status: 'present', state: { version: own.version, color: own.color }, label: own.version }
  }
  return {
    kind: 'set',
    summary: '',
    options: setOptions,
    state: z.strictObject({ version: z.string(), color: z.string() }),
    facts: { compareAndSet: false, window: 'a moment' },
    surfaces: async ({ on }) =>
      on.map((id): Reading<State> => ({
        surface: { id, kind: 'version', type: 'thing' },
        seen: seenAt(id),
        busy: world.busy[id],
        ownedBy: world.owned[id],
      })),
    versions: async () => world.versions(),
    async resolve({ to }, { surface, seen }, wanted) {
      const version = 'release' in wanted ? to : wanted.state?.version
      if (version === 'gone') return { kind: 'missing', why: 'it is gone' }
      const refused = world.refused(version)
      if (refused !== undefined) return refused
      const state = seen.status === 'present' ? seen.state : null
      if (state?.version === version) return { kind: 'already', checks: [] }
      const color = world.surfaces[surface.id]?.color ?? 'blue'
      return {
        kind: 'change',
        to: version === undefined ? null : { version, color },
        toLabel: version ?? 'absent',
        reversible: true,
        checks: world.says === undefined ? [] : [{ what: 'check', how: 'server', note: world.says }],
        details: world.says === undefined ? [] : [world.says],
      }
    },
    async apply({ token }, { surface, to }, write) {
      await effect(world, `set ${surface.id}`, write, () => {
        world.writes.push(`${surface.id}=${to?.version ?? 'absent'}${token === undefined ? '' : ` ${token}`}`)
        if (to === null) delete world.surfaces[surface.id]
        else world.surfaces[surface.id] = { color: to.color, version: to.version }
      })
      return { token: token ?? null }
    },
    observe: async (_, surface) => seenAt(surface.id),
    progress(seen, to, receipt) {
      const state = seen.status === 'present' ? seen.state : null
      world.receipts.push(receipt)
      if (world.moving !== undefined) return { state: 'moving', words: world.moving }
      return state?.version === to?.version
        ? { state: 'reached', words: `is ${state?.version ?? 'absent'}` }
        : { state: 'moving', words: `is ${state?.version ?? 'absent'}` }
    },
    manual: ({ token }, { surface, to }) => [
      `set ${surface.id} ${to?.version ?? 'absent'}${token === undefined ? '' : ` ${token}`}`,
    ],
  }
}

const callOptions = z.strictObject({
  name: z.string(),
  repeat: z.enum(['harmless', 'ask']).default('ask'),
  check: z.boolean().default(false),
  back: z.string().optional(),
  token: z.string().optional(),
})
type CallOptions = z.infer<typeof callOptions>

function callOf(world: FakeWorld): CallAction<CallOptions> {
  return {
    kind: 'call',
    summary: '',
    options: callOptions,
    repeat: ({ repeat }) => repeat,
    async ready({ check }) {
      world.checks += 1
      return (
        world.ready ?? {
          kind: 'ready',
          checks: [],
          ...(check ? { done: world.found === 'done' } : {}),
        }
      )
    },
    async call({ name }, _id, write) {
      await effect(world, `call ${name}`, write, () => {
        world.calls.push(name)
      })
      return null
    },
    find: async ({ check }) => {
      world.checks += 1
      return check ? world.found : 'unknown'
    },
    observable: ({ check }) => check,
    reversal(options) {
      if (options.back === undefined) return { how: 'again' }
      if (options.back === 'none') return { how: 'none', why: 'it is sent' }
      return { how: 'other', options: { ...options, name: options.back } }
    },
    manual: ({ name }) => [`call ${name}`],
  }
}

const GATE: GateAction<{ text: string; expects: string }> = {
  kind: 'gate',
  summary: '',
  options: z.strictObject({ text: z.string(), expects: z.string().default('yes') }),
  question: (options) => options,
  manual: () => [],
}

function sourceOf(world: FakeWorld): Source<{ name: string }> {
  return {
    summary: '',
    options: z.strictObject({ name: z.string() }),
    // Every sample is of its own moment, as those of a real source are.
    measure: async ({ name }, read, period) => stamped(await world.measure(name, period), read.now()),
  }
}

async function effect(world: FakeWorld, name: string, write: WriteDoor, happen: () => void): Promise<void> {
  if (typeof write.send !== 'function') throw new Error('an effect needs the write door')
  await world.before(name)
  happen()
  await world.after(name)
}

/** A clock by which time passes only where somebody sleeps; `now` may be moved on by hand. */
export function stoppedClock(session: FakeSession, now: number): { now: number } {
  const clock = { now }
  Object.assign(session.read, {
    now: () => clock.now,
    async sleep(milliseconds: number) {
      clock.now += milliseconds
      // Samples that are being taken get their turn.
      await new Promise(setImmediate)
    },
  })
  return clock
}

// ---------------------------------------------------------------- a session

export interface FakeSession extends Session {
  /** What `env` of the doors knows. */
  variables: Record<string, string>
}

/** The real doors and the real store in a folder of the test, with variables of its own. */
export function fakeSession(root: string, variables: Record<string, string> = {}): FakeSession {
  const doors = openDoors()
  const redactor = createRedactor()
  const redact = (text: string) => redactor.redact(text)
  const read: ReadDoor = { ...doors.read, env: (name) => variables[name] }
  return {
    variables,
    read,
    write: { ...doors.write, env: read.env },
    redact,
    secretsOf: (refs) => openSecrets(refs, read, (value, name) => redactor.add(value, `[secret ${name}]`)),
    store: folderStore({ root, redact, now: () => read.now() }),
    storeRoot: () => root,
    cacheRoot: () => `${root}/cache`,
    who: { name: 'ana', host: 'laptop', ci: false },
    endEffects: doors.endEffects,
    close: doors.close,
  }
}

export function problem(code: string, message = code): Problem {
  return new Problem({ code, message })
}

function stamped(measurement: Measurement, at: number): Measurement {
  // A history has times of its own.
  if (measurement.kind !== 'samples' || measurement.from !== undefined) return measurement
  return { ...measurement, samples: measurement.samples.map((sample) => ({ ...sample, at })) }
}
