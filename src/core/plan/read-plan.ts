import type { Baseline, Capture, SecretRef, SignalDef, StoreDef } from '../model.ts'
import type { Release } from '../release.ts'
import {
  anyMap,
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
} from '../shape.ts'
import { bake, statement, verify, written } from './condition-shape.ts'
import type { DecisionOnRecord } from '../conditions/verdict.ts'
import { decision } from './decision-shape.ts'
import { lostName } from './lost-name.ts'
import { question, step } from './step-shape.ts'
import {
  type Confirmation,
  type LeftOut,
  type LiveVersion,
  type Plan,
  PLAN_FORMAT,
  type PlannedGuard,
} from './types.ts'

// The seal is a checksum that everybody can make: an edited plan may be sealed again. What is carried out, shown or
// undone has to be a plan all the same, and its names have to lead somewhere.

const release = object<Release>({ given: text, sha: maybe(text), tag: maybe(text) })

const timeLimit = maybe(milliseconds)

const PLACE = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/

function place(value: unknown): string | undefined {
  return typeof value === 'string' && PLACE.test(value)
    ? undefined
    : ' is not a name of letters, digits, ., _ and -'
}

const FILE_NAME = /^[a-z0-9][a-z0-9-]{0,63}$/

function fileName(value: unknown): string | undefined {
  return typeof value === 'string' && FILE_NAME.test(value)
    ? undefined
    : ' is not a name of lower-case letters, digits and -'
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
  deployed: maybe(date),
  evidence: list(object({ signal: text, value: text })),
  decision: maybe(object<DecisionOnRecord>(decision)),
  guards: maybe(
    list(
      object<PlannedGuard>({
        id: text,
        holds: statement,
        note: maybe(text),
        verdict: only('holds', 'fails', 'unknown'),
        words: text,
        forced: maybe(only(true)),
      }),
    ),
  ),
  capture: maybe(
    list(object<Capture>({ id: fileName, source: key, with: anyMap, over: maybe(milliseconds) })),
  ),
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
        object<Baseline>({
          value: maybe(written),
          offset: maybe(milliseconds),
          before_deployment: maybe(milliseconds),
          floor: maybe(written),
        }),
      ),
      unit: maybe(only('ratio', 'percent', 'ms', 's', 'bytes', 'count')),
    }),
  ),
  without: list(object<LeftOut>({ step: text, why: text })),
  steps: list(step),
  verify: maybe(verify),
  bake: maybe(bake),
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

function date(value: unknown): string | undefined {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? undefined : ' is not a time'
}
