import { z } from 'zod'

import { duration } from '../platforms/options.ts'

// The shape of a runbook file. What an action or a source takes is checked by its own schema: see options.ts.
// Descriptions end up in editors, by way of schema/runbook.schema.json.

// `register` describes a schema in place, where `meta` would copy it: this file is built at every start.
const about = z.globalRegistry

// Compiling a parser pays off over many values; here every schema sees one or two.
z.config({ jitless: true })

/** Names that stand in references and on command lines. */
const NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/
const STEP_ID = /^[a-z0-9][a-z0-9-]*$/
const SERVICE = /^[a-z0-9][a-z0-9._-]*$/

const name = z.string().max(64).regex(NAME, 'names are letters, digits, _ and -, and start with a letter')

const named = <T extends z.ZodType>(values: T) => z.record(name, values)

const text = (description: string) => z.string().min(1, 'is empty').register(about, { description })

const wholeNumber = (least: number, most: number, description: string) =>
  z.int().min(least).max(most).register(about, { description })

// One for all: descriptions are on what is made of it.
const time = duration()

const variable = z.union([z.string(), z.number(), z.boolean()]).transform(String)

const input = z.strictObject({
  description: text('What it is for, shown when it is missing').optional(),
  default: variable.optional().register(about, { description: 'Used when it is not given' }),
  pattern: text('A regular expression that the whole value must match').optional(),
  required: z
    .boolean()
    .optional()
    .register(about, { description: 'Refuse to go on without it; true unless there is a default' }),
})

const secret = z
  .strictObject({
    env: text('The environment variable that holds it').optional(),
    file: text('The file that holds it').optional(),
    command: z
      .array(z.string())
      .min(1)
      .optional()
      .register(about, { description: 'Program and arguments that print it' }),
  })
  .refine((value) => Object.keys(value).length === 1, 'needs exactly one of env, file, command')
  .register(about, { minProperties: 1, maxProperties: 1 })

const history = z.union([
  z.strictObject({
    git: z.strictObject({
      repository: text('Path of a clone'),
      branch: text('Branch whose commits are candidates, such as origin/main').optional(),
      fetch: z.boolean().optional().register(about, { description: 'Fetch before looking' }),
    }),
  }),
  z.strictObject({ surfaces: z.literal(true) }),
])

const release = z.strictObject({
  live: z
    .strictObject({ signal: name })
    .optional()
    .register(about, { description: 'The signal that tells which version runs now' }),
  history: history.optional().register(about, {
    description: 'What resolves and orders versions; by default the surfaces themselves',
  }),
})

/** Of a signal, apart from its source. */
export const SIGNAL_KEYS = {
  every: time.optional().register(about, { description: 'Time between two samples; default 5s' }),
  unit: z
    .enum(['ratio', 'percent', 'ms', 's', 'bytes', 'count'])
    .optional()
    .register(about, { description: 'What its number means; limits such as 1% or 500ms are read in it' }),
}

// The one key that names the source is checked by signals.ts: only a registered source has a schema.
const signal = z.looseObject(SIGNAL_KEYS)

const PREDICATES = ['passing', 'equals', 'same_commit', 'below'] as const

const condition = z
  .strictObject({
    signal: name,
    passing: z
      .boolean()
      .optional()
      .register(about, { description: 'Its samples pass (or, with false, fail)' }),
    equals: z
      .union([z.string(), z.number(), z.boolean()])
      .optional()
      .register(about, { description: 'Its value is this' }),
    same_commit: text('Its value is this commit, long or short').optional(),
    below: z
      .union([z.string(), z.number()])
      .optional()
      .register(about, { description: 'Its value is less than this: 1%, 500ms, 3' }),
    in_a_row: wholeNumber(1, 100, 'Consecutive samples that must hold; default 1').optional(),
    samples: wholeNumber(1, 1000, 'Take exactly so many samples; each must hold').optional(),
    every: time
      .optional()
      .register(about, { description: "Time between two samples, instead of the signal's" }),
    within: time
      .optional()
      .register(about, { description: 'Time it has to hold in, instead of that of verify' }),
  })
  .refine(
    (value) => PREDICATES.some((key) => value[key] !== undefined),
    `says nothing about the signal: add one of ${PREDICATES.join(', ')}`,
  )
  .refine(
    (value) => value.in_a_row === undefined || value.samples === undefined,
    'give in_a_row or samples, not both',
  )

const verify = z
  .strictObject({
    within: time
      .optional()
      .register(about, { description: 'Time in which every condition of must has to hold; default 5m' }),
    must: z
      .array(condition)
      .optional()
      .register(about, { description: 'Conditions without which the run has failed' }),
    should: z
      .array(condition)
      .optional()
      .register(about, { description: 'Conditions without which the result is degraded' }),
  })
  .refine((value) => (value.must ?? []).length + (value.should ?? []).length > 0, 'has no conditions')

const use = {
  uses: text('platform.action'),
  with: z
    .record(z.string(), z.unknown())
    .optional()
    .register(about, { description: 'The options of the action' }),
}

const step = z.strictObject({
  id: z
    .string()
    .max(64)
    .regex(STEP_ID, 'ids are lower-case letters, digits and -')
    .register(about, { description: 'Unique in its procedure' }),
  ...use,
  needs: z
    .array(z.string())
    .optional()
    .register(about, { description: 'Steps to wait for; without it, all steps above' }),
  timeout: time
    .optional()
    .register(about, { description: 'From its first effect until it is settled; default 10m' }),
  retry: z
    .strictObject({
      attempts: wholeNumber(1, 20, 'Tries in all, the first included'),
      backoff: time
        .optional()
        .register(about, { description: 'Before the second try; doubles up to a minute; default 2s' }),
    })
    .optional(),
  fallback: z
    .strictObject(use)
    .optional()
    .register(about, { description: 'Another action, used only when the first is observed not applied' }),
  verify: verify.optional(),
})

const procedure = z.strictObject({
  use_when: text('When this is the procedure to choose').optional(),
  takes: time.optional().register(about, { description: 'How long it usually takes' }),
  notes: text('For the person who runs it').optional(),
  links: z.array(z.string().min(1)).optional(),
  on_failure: z.enum(['stop', 'undo']).optional().register(about, {
    description: 'stop (the default) leaves what stands and says how to go on; undo takes it back',
  }),
  limits: z
    .strictObject({
      decide: time.optional(),
      execute: time.optional(),
      verify: time.optional(),
    })
    .optional()
    .register(about, { description: 'Time limits per phase' }),
  steps: z.array(step).min(1, 'has no steps'),
  verify: verify.optional(),
  undo: z
    .strictObject({ verify: verify.optional() })
    .optional()
    .register(about, { description: 'Proof of an undo, where it differs' }),
})

export const runbookSchema = z.strictObject({
  version: z.literal(1).register(about, { description: 'Of this format' }),
  service: z
    .string()
    .max(64)
    .regex(SERVICE, 'is a name of lower-case letters, digits, ., _ and -')
    .register(about, { description: 'One rollback at a time runs for a service and environment' }),
  deadline: time.optional().register(about, { description: 'From the start of the run to proven' }),
  environments: named(named(variable))
    .optional()
    .register(about, { description: 'Variables by environment; the first is the default' }),
  inputs: named(input)
    .optional()
    .register(about, { description: 'Values given on the command line with --set' }),
  secrets: named(secret)
    .optional()
    .register(about, { description: 'Where secrets are read at the moment of use' }),
  release: release.optional(),
  signals: named(signal).optional().register(about, { description: 'Named measurements' }),
  procedures: named(procedure)
    .refine((value) => Object.keys(value).length > 0, 'has no procedures')
    .register(about, { description: 'Named lists of steps' }),
})

export type RunbookFile = z.output<typeof runbookSchema>
export type VerifyFile = z.output<typeof verify>
