import * as z from 'zod/mini'

import { described, duration, period } from '../platforms/options.ts'
import { baseline } from './baseline-schema.ts'
import { bare, condition, guard, trigger, unless } from './condition-schema.ts'

// The shape of a runbook file. What an action or a source takes is checked by its own schema: see options.ts.
// Descriptions end up in editors, by way of schema/runbook.schema.json.

// Compiling a parser pays off over many values; here every schema sees one or two.
z.config({ jitless: true })

/** Names that stand in references and on command lines. */
const NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/
/** `constructor` is a member that every object of JavaScript has. */
const STEP_ID = /^(?!constructor$)[a-z0-9][a-z0-9-]*$/
const SERVICE = /^[a-z0-9][a-z0-9._-]*$/

const name = z
  .string()
  .check(z.maxLength(64), z.regex(NAME, 'names are letters, digits, _ and -, and start with a letter'))

const named = <T extends z.ZodMiniType>(values: T) => z.record(name, values)

const text = (description: string) => described(z.string().check(z.minLength(1, 'is empty')), description)

const wholeNumber = (least: number, most: number, description: string) =>
  described(z.int().check(z.minimum(least), z.maximum(most)), description)

const optional = <T extends z.ZodMiniType>(schema: T, description: string) =>
  described(z.optional(schema), description)

// One for all: descriptions are on what is made of it.
const time = period()
const timeOrNone = duration()

const scalar = z.union([z.string(), z.number(), z.boolean()])

const variable = z.pipe(scalar, z.transform(String))

const input = z.strictObject({
  description: z.optional(text('What it is for, shown when it is missing')),
  default: optional(variable, 'Used when it is not given'),
  pattern: z.optional(text('A regular expression that the whole value must match')),
  required: optional(z.boolean(), 'Refuse to go on without it; true unless there is a default'),
})

const secret = z
  .strictObject({
    env: z.optional(text('The environment variable that holds it')),
    file: z.optional(text('The file that holds it')),
    command: optional(z.array(z.string()).check(z.minLength(1)), 'Program and arguments that print it'),
  })
  .check(z.refine((value) => Object.keys(value).length === 1, 'needs exactly one of env, file, command'))
  .register(z.globalRegistry, { minProperties: 1, maxProperties: 1 })

const GIT_ADDRESS = /^(?!-)\S+$/

const store = z
  .strictObject({
    folder: z.optional(text('A folder on a local disk, starting at the folder of the runbook')),
    git: optional(
      z.strictObject({
        remote: described(
          z.string().check(
            z.regex(GIT_ADDRESS, 'is a git address or the name of a remote'),
            z.refine(
              (value) => !/:\/\/[^/]*@/.test(value) || value.startsWith('ssh:'),
              'holds a login: let git find it (credential helper, ssh key)',
            ),
          ),
          'The name of a remote of the clone (origin), or an address',
        ),
        repository: z.optional(
          text('Path of the clone whose remote is meant; default: the folder of the runbook'),
        ),
      }),
      'One ref for every service and environment on a git remote that the team shares',
    ),
  })
  .check(z.refine((value) => Object.keys(value).length === 1, 'needs exactly one of folder, git'))
  .register(z.globalRegistry, { minProperties: 1, maxProperties: 1 })

const history = z.union([
  z.strictObject({
    git: z.strictObject({
      repository: text('Path of a clone'),
      branch: z.optional(text('Branch whose commits are candidates, such as origin/main')),
      fetch: optional(z.boolean(), 'Fetch before looking'),
    }),
  }),
  z.strictObject({ surfaces: z.literal(true) }),
])

const release = z.strictObject({
  live: z.optional(
    z.strictObject({
      signal: described(name, 'The signal that tells which version runs now'),
      deployed: optional(
        name,
        'The signal that tells when that was deployed: 2026-11-26T02:38:00Z, or seconds since 1970',
      ),
    }),
  ),
  history: optional(history, 'What resolves and orders versions; by default the surfaces themselves'),
})

/** Of a signal, apart from its source. */
export const SIGNAL_KEYS = {
  every: optional(time, 'Time between two samples; default 5s'),
  window: optional(time, 'How far back its query looks: ${window} in it'),
  baseline: optional(baseline, 'What is usual; limits may say { times: 5, of: baseline }'),
  unit: optional(
    z.enum(['ratio', 'percent', 'ms', 's', 'bytes', 'count']),
    'What its number means; limits such as 1% or 500ms are read in it',
  ),
}

// The one key that names the source is checked by signals.ts: only a registered source has a schema.
const signal = z.looseObject(SIGNAL_KEYS)

// The key that names the source is checked by capture.ts.
const capture = z.looseObject({
  id: described(
    z.string().check(z.maxLength(64), z.regex(STEP_ID, 'ids are lower-case letters, digits and -')),
    'Names the file; unique in the runbook',
  ),
  signal: optional(name, 'Keep what this signal measures, instead of asking a source'),
  over: optional(time, 'So much of its history, where the source keeps one'),
})

const verify = z
  .strictObject({
    within: optional(time, 'Time in which every condition of must has to hold; default 5m'),
    must: optional(z.array(condition), 'Conditions without which the run has failed'),
    should: optional(z.array(condition), 'Conditions without which the result is degraded'),
  })
  .check(
    z.refine((value) => (value.must ?? []).length + (value.should ?? []).length > 0, 'has no conditions'),
  )

const bake = z
  .strictObject({
    for: described(time, 'How long it is watched, from the proof of the run on'),
    settle: optional(
      timeOrNone,
      'Nothing is judged before so much of it is over; default: the longest window of its signals',
    ),
    must: optional(z.array(bare), 'Conditions that breach the bake when they fail'),
    should: optional(z.array(bare), 'Conditions that make it degraded when they fail'),
  })
  .check(
    z.refine((value) => (value.must ?? []).length + (value.should ?? []).length > 0, 'has no conditions'),
  )

const use = {
  uses: text('platform.action'),
  with: optional(z.record(z.string(), z.unknown()), 'The options of the action'),
}

const step = z.strictObject({
  id: described(
    z.string().check(z.maxLength(64), z.regex(STEP_ID, 'ids are lower-case letters, digits and -')),
    'Unique in its procedure',
  ),
  ...use,
  needs: optional(z.array(z.string()), 'Steps to wait for; without it, all steps above'),
  timeout: optional(
    time,
    'From its first effect until it is settled; default 10m. What is under way then still ends, within its own limit',
  ),
  retry: z.optional(
    z.strictObject({
      attempts: wholeNumber(1, 20, 'Tries in all, the first included'),
      backoff: optional(timeOrNone, 'Before the second try; doubles up to a minute; default 2s'),
    }),
  ),
  fallback: optional(z.strictObject(use), 'Another action, used only when the first is observed not applied'),
  verify: z.optional(verify),
})

const procedure = z.strictObject({
  use_when: z.optional(text('When this is the procedure to choose')),
  takes: optional(timeOrNone, 'How long it usually takes'),
  notes: z.optional(text('For the person who runs it')),
  links: z.optional(z.array(z.string().check(z.minLength(1)))),
  on_failure: optional(
    z.enum(['stop', 'undo']),
    'stop (the default) leaves what stands and says how to go on; undo takes it back',
  ),
  limits: optional(
    z.strictObject({
      decide: z.optional(time),
      execute: z.optional(time),
      verify: z.optional(time),
    }),
    'Time limits per phase',
  ),
  guards: optional(z.array(guard), 'What must hold before anything is changed, besides those of the runbook'),
  capture: optional(z.array(capture), 'What is kept as evidence before the first change'),
  steps: z.array(step).check(z.minLength(1, 'has no steps')),
  verify: z.optional(verify),
  bake: optional(bake, 'Conditions that are watched after the run is proven'),
  undo: optional(z.strictObject({ verify: z.optional(verify) }), 'Proof of an undo, where it differs'),
})

const maxDowntime = z
  .strictObject({
    critical: z.optional(time),
    high: z.optional(time),
    medium: z.optional(time),
  })
  .check(z.refine((value) => Object.keys(value).length > 0, 'needs one of critical, high, medium'))

export const runbookSchema = z.strictObject({
  version: described(z.literal(1), 'Of this format'),
  service: described(
    z
      .string()
      .check(z.maxLength(64), z.regex(SERVICE, 'is a name of lower-case letters, digits, ., _ and -')),
    'One rollback at a time runs for a service and environment',
  ),
  deadline: optional(time, 'From the start of the run to proven'),
  environments: optional(named(named(variable)), 'Variables by environment; the first is the default'),
  inputs: optional(named(input), 'Values given on the command line with --set'),
  secrets: optional(named(secret), 'Where secrets are read at the moment of use'),
  store: optional(store, 'Where runs, locks and versions live; without it, in a folder of the user'),
  release: z.optional(release),
  signals: optional(named(signal), 'Named measurements'),
  triggers: optional(z.array(trigger), 'When to roll back'),
  unless: optional(z.array(unless), 'What speaks against a rollback, whatever the trigger'),
  max_downtime: optional(
    maxDowntime,
    'How long it may last, by severity: check compares it with what the procedure takes',
  ),
  fix_forward: optional(
    z.strictObject({ signal: name }),
    'The signal that tells how long a fix without a rollback takes: check compares the two',
  ),
  guards: optional(z.array(guard), 'What must hold before anything is changed, whatever the procedure'),
  capture: optional(
    z.array(capture),
    'What is kept as evidence before the first change, whatever the procedure',
  ),
  procedures: described(
    named(procedure).check(z.refine((value) => Object.keys(value).length > 0, 'has no procedures')),
    'Named lists of steps',
  ),
})

export type RunbookFile = z.output<typeof runbookSchema>
export type VerifyFile = z.output<typeof verify>
export type BakeFile = z.output<typeof bake>
