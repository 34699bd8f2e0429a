import type { Check, Question, Surface } from '../contract.ts'
import type {
  Baseline,
  Condition,
  Limit,
  Retry,
  SecretRef,
  SignalDef,
  Silence,
  StoreDef,
  Verify,
} from '../model.ts'
import type { Release } from '../release.ts'
import {
  anyJson,
  anyMap,
  count,
  key,
  list,
  maybe,
  milliseconds,
  misfit,
  named,
  object,
  oneOf,
  only,
  type Shape,
  text,
  truth,
} from '../shape.ts'
import {
  type Confirmation,
  type LeftOut,
  type LiveVersion,
  type Plan,
  PLAN_FORMAT,
  type PlannedCall,
  type PlannedChange,
  type PlannedStep,
  type PlannedUse,
} from './types.ts'

// The seal is a checksum that everybody can make: an edited plan may be sealed again. What is carried out, shown or
// undone has to be a plan all the same, and its names have to lead somewhere.

const release = object<Release>({ given: text, sha: maybe(text), tag: maybe(text) })

const written = oneOf<[string, number]>(text, anyNumber)

const limit = oneOf<[string, number, Exclude<Limit, string | number>]>(
  text,
  anyNumber,
  object<Exclude<Limit, string | number>>({ times: anyNumber, of: only('baseline') }),
) satisfies Shape<Limit>

const silence = only('unknown', 'ignore', 'breach') satisfies Shape<Silence>

const condition = object<Condition>({
  signal: key,
  passing: maybe(truth),
  equals: maybe(oneOf<[string, number, boolean]>(text, anyNumber, truth)),
  same_commit: maybe(text),
  matches: maybe(text),
  above: maybe(limit),
  below: maybe(limit),
  at_least: maybe(limit),
  at_most: maybe(limit),
  between: maybe(pair(limit)),
  for: maybe(milliseconds),
  count: maybe(
    object<NonNullable<Condition['count']>>({
      atLeast: count,
      within: maybe(milliseconds),
      of: maybe(count),
    }),
  ),
  no_data: maybe(silence),
  on_error: maybe(silence),
  in_a_row: maybe(count),
  samples: maybe(count),
  every: maybe(milliseconds),
  within: maybe(milliseconds),
})

const verify = object<Verify>({ within: milliseconds, must: list(condition), should: list(condition) })

const question = object<Question>({ text, expects: text })

const change = object<PlannedChange>({
  effect: key,
  surface: object<Surface>({ id: text, kind: only('version', 'setting'), type: text }),
  from: anyJson,
  to: anyJson,
  fromLabel: text,
  toLabel: text,
  onUndo: only('restore', 'keep'),
  role: only('prepare', 'main'),
  state: only('change', 'already'),
  reversible: oneOf<[true, { no: string }]>(only(true), object({ no: text })),
  details: list(text),
  manual: list(text),
})

const call = object<PlannedCall>({
  effect: key,
  repeat: only('harmless', 'ask'),
  observable: truth,
  reversal: oneOf<[{ how: 'again' }, { how: 'other' }, { how: 'none'; why: string }]>(
    object({ how: only('again') }),
    object({ how: only('other') }),
    object({ how: only('none'), why: text }),
  ),
  reversed: maybe(truth),
  manual: list(text),
})

const check = object<Check>({
  what: text,
  how: only('server', 'computed', 'cannot-be-known'),
  note: maybe(text),
})

const use: Members<PlannedUse> = {
  uses: text,
  kind: only('set', 'call', 'gate'),
  with: anyMap,
  changes: list(change),
  call: maybe(call),
  question: maybe(question),
  checks: list(check),
  window: maybe(text),
}

const step = object<PlannedStep>({
  ...use,
  id: key,
  needs: list(key),
  timeout: milliseconds,
  retry: object<Retry>({ attempts: count, backoff: milliseconds }),
  fallback: maybe(object<PlannedUse>(use)),
  verify: maybe(verify),
  skip: maybe(text),
})

const timeLimit = maybe(milliseconds)

const PLACE = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/

function place(value: unknown): string | undefined {
  return typeof value === 'string' && PLACE.test(value)
    ? undefined
    : ' is not a name of letters, digits, ., _ and -'
}

const plan = object<Plan>({
  format: only(PLAN_FORMAT),
  kind: only('run', 'undo'),
  id: text,
  stamp: text,
  createdAt: date,
  tool: text,
  // They name folders and refs.
  service: place,
  environment: place,
  procedure: text,
  reason: maybe(text),
  forced: maybe(text),
  target: release,
  live: oneOf<[{ release: Release }, { unknown: string }, { unasked: true }]>(
    object({ release }),
    object({ unknown: text }),
    object({ unasked: only(true) }),
  ) satisfies Shape<LiveVersion>,
  liveSignal: maybe(key),
  evidence: list(object({ signal: text, value: text })),
  runbook: object({ path: text, sha256: text, text }),
  store: maybe(
    oneOf<[{ folder: string }, { git: { remote: string; repository: string } }]>(
      object({ folder: text }),
      object({ git: object({ remote: text, repository: text }) }),
    ) satisfies Shape<StoreDef>,
  ),
  secrets: named(
    oneOf<[{ env: string }, { file: string }, { command: string[] }]>(
      object({ env: text }),
      object({ file: text }),
      object({ command: list(text) }),
    ) satisfies Shape<SecretRef>,
  ),
  signals: named(
    object<SignalDef>({
      source: key,
      with: anyMap,
      every: maybe(milliseconds),
      window: maybe(milliseconds),
      baseline: maybe(
        object<Baseline>({ value: maybe(written), offset: maybe(milliseconds), floor: maybe(written) }),
      ),
      unit: maybe(only('ratio', 'percent', 'ms', 's', 'bytes', 'count')),
    }),
  ),
  without: list(object<LeftOut>({ step: text, why: text })),
  steps: list(step),
  verify: maybe(verify),
  undoVerify: maybe(verify),
  onFailure: only('stop', 'undo'),
  deadline: timeLimit,
  limits: object<Plan['limits']>({ decide: timeLimit, execute: timeLimit, verify: timeLimit }),
  takes: maybe(milliseconds),
  undoOf: maybe(text),
  confirmations: list(object<Confirmation>({ id: key, question })),
  seal: text,
})

/** Why this is no plan, or one that leads nowhere; undefined when it can be worked with. */
export function planMisfit(value: unknown): string | undefined {
  return misfit(plan, value, 'the document') ?? lostName(value as Plan)
}

type Members<T> = { [Name in keyof T]-?: Shape<T[Name]> }

function anyNumber(value: unknown): string | undefined {
  return typeof value === 'number' ? undefined : ' is not a number'
}

function pair<T>(shape: Shape<T>): Shape<[T, T]> {
  const members = list(shape)
  return (value) =>
    members(value) ?? (Array.isArray(value) && value.length === 2 ? undefined : ' is not a pair')
}

function date(value: unknown): string | undefined {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? undefined : ' is not a time'
}

/** A step that waits for nobody, two effects that could not be told apart, a condition on no signal. */
function lostName({ steps, signals, verify: proof, undoVerify, liveSignal }: Plan): string | undefined {
  const ids = new Set(steps.map(({ id }) => id))
  if (ids.size < steps.length) return 'two steps have the same id'
  for (const { id, needs, fallback, ...first } of steps) {
    const lost = needs.find((need) => !ids.has(need))
    if (lost !== undefined) return `the step "${id}" needs "${lost}", and there is no such step`
    if ([first, fallback].some((one) => one?.kind === 'gate' && one.question === undefined))
      return `the step "${id}" asks a person, and has no question`
  }
  const twice = repeated(steps.flatMap(usesOf).flatMap(effectsOf))
  if (twice !== undefined) return `two effects have the same name, "${twice}"`
  const conditions = [proof, undoVerify, ...steps.map((own) => own.verify)].flatMap((own) => [
    ...(own?.must ?? []),
    ...(own?.should ?? []),
  ])
  const asked = [...conditions.map(({ signal }) => signal), ...(liveSignal === undefined ? [] : [liveSignal])]
  const lost = asked.find((signal) => !Object.hasOwn(signals, signal))
  return lost === undefined ? undefined : `the signal "${lost}" is asked for, and there is no such signal`
}

function usesOf({ fallback, ...first }: PlannedStep): PlannedUse[] {
  return fallback === undefined ? [first] : [first, fallback]
}

function effectsOf({ changes, call: called }: PlannedUse): string[] {
  return [...changes, ...(called === undefined ? [] : [called])].map(({ effect }) => effect)
}

function repeated(names: readonly string[]): string | undefined {
  const seen = new Set<string>()
  return names.find((name) => seen.size === seen.add(name).size)
}
