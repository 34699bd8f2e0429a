import { isPlainObject } from '../json.ts'
import type { ExitCode } from '../exit.ts'
import { EXIT } from '../exit.ts'
import { decision } from '../plan/decision-shape.ts'
import type { Release } from '../release.ts'
import {
  anyJson,
  count,
  key,
  list,
  maybe,
  milliseconds,
  misfit,
  object,
  oneOf,
  only,
  type Shape,
  text,
  truth,
} from '../shape.ts'
import type { Failure, Judged, RunEvent, Who } from './events.ts'

// A journal can be edited by hand, and its checksums be made to fit. What is read back has to be events all the same.

type Event<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>

const release = object<Release>({ given: text, sha: maybe(text), tag: maybe(text) })
const who = object<Who>({ name: text, host: text, ci: truth })
const judged: Shape<Judged> = only('holds', 'fails', 'unknown')
const exit: Shape<ExitCode> = only(...Object.values(EXIT))
const failure = object<Failure>({
  code: text,
  message: text,
  found: maybe(text),
  cure: maybe(text),
  applied: only('no', 'unknown'),
  retryable: truth,
  program: maybe(only('half-way', 'still-runs')),
})
const tried = { type: only('outcome'), step: key, effect: key, attempt: count }

const SHAPES: { [Type in RunEvent['type']]: Shape<Event<Type>> } = {
  'run-started': object<Event<'run-started'>>({
    type: only('run-started'),
    format: count,
    id: text,
    kind: only('run', 'undo'),
    seal: text,
    service: text,
    environment: text,
    procedure: text,
    target: release,
    by: who,
    reason: maybe(text),
    undoOf: maybe(text),
  }),
  'run-resumed': object({ type: only('run-resumed'), by: who }),
  'child-started': object({
    type: only('child-started'),
    step: key,
    effect: key,
    pid: count,
    started: text,
    host: text,
    until: milliseconds,
  }),
  'child-gone': object<Event<'child-gone'>>({
    type: only('child-gone'),
    step: key,
    effect: key,
    pid: count,
    how: text,
    halfWay: maybe(only(true)),
  }),
  'doubt-settled': object({
    type: only('doubt-settled'),
    step: key,
    effect: key,
    answer: only('done', 'again'),
    by: who,
  }),
  'doubt-unanswered': object({ type: only('doubt-unanswered'), step: key, effect: key }),
  'store-unreachable': object({ type: only('store-unreachable'), why: text, by: who }),
  'store-reached': object({ type: only('store-reached') }),
  evidence: object({ type: only('evidence'), signal: text, value: text }),
  'triggers-judged': object<Event<'triggers-judged'>>({
    type: only('triggers-judged'),
    decision: object(decision),
  }),
  captured: object<Event<'captured'>>({
    type: only('captured'),
    capture: text,
    host: text,
    file: maybe(text),
    bytes: count,
    dropped: count,
    why: maybe(text),
  }),
  'guard-judged': object<Event<'guard-judged'>>({
    type: only('guard-judged'),
    guard: text,
    condition: text,
    verdict: judged,
    words: text,
    forced: maybe(only(true)),
  }),
  'phase-started': object({ type: only('phase-started'), phase: only('decide', 'execute', 'verify') }),
  'step-started': object({ type: only('step-started'), step: key }),
  intent: object({
    type: only('intent'),
    step: key,
    effect: key,
    attempt: count,
    use: only('first', 'fallback'),
  }),
  outcome: oneOf<[Extract<Event<'outcome'>, { ok: true }>, Extract<Event<'outcome'>, { ok: false }>]>(
    object({ ...tried, ok: only(true), receipt: anyJson }),
    object({ ...tried, ok: only(false), failure, retryAt: milliseconds }),
  ),
  observed: object({
    type: only('observed'),
    step: key,
    effect: key,
    progress: only('reached', 'moving', 'failed', 'not-applied', 'unknown'),
    words: text,
  }),
  question: object({ type: only('question'), step: key, text }),
  answer: object({ type: only('answer'), step: key, value: text, accepted: truth, by: who }),
  'fallback-chosen': object({ type: only('fallback-chosen'), step: key, why: text }),
  'step-verified': object({ type: only('step-verified'), step: key, verdict: judged, words: text }),
  'step-ended': object<Event<'step-ended'>>({
    type: only('step-ended'),
    step: key,
    result: only('done', 'skipped', 'failed'),
    why: maybe(text),
    cure: maybe(text),
  }),
  'signal-asked': object({ type: only('signal-asked'), signal: text, text }),
  'signal-answered': object({ type: only('signal-answered'), signal: text, value: text, by: who }),
  'condition-judged': object({
    type: only('condition-judged'),
    condition: text,
    role: only('must', 'should'),
    verdict: judged,
    words: text,
  }),
  'surface-proven': object({ type: only('surface-proven'), surface: text, verdict: judged, words: text }),
  proof: object({ type: only('proof'), verdict: judged, degraded: list(text), why: text }),
  'deadline-passed': object({ type: only('deadline-passed'), deadline: milliseconds }),
  interrupted: object({ type: only('interrupted'), signal: text }),
  'run-ended': object<Event<'run-ended'>>({
    type: only('run-ended'),
    result: only(
      'proven',
      'degraded',
      'already',
      'refused',
      'failed',
      'stands',
      'unmeasured',
      'declined',
      'interrupted',
      'abandoned',
    ),
    exit,
    why: text,
    stands: list(text),
    completes: maybe(list(text)),
    by: maybe(who),
  }),
  'bake-started': object({ type: only('bake-started'), by: who, pid: count, started: text, host: text }),
  'bake-judged': object({
    type: only('bake-judged'),
    condition: text,
    role: only('must', 'should'),
    verdict: judged,
    words: text,
  }),
  'bake-watched': object({ type: only('bake-watched'), words: text }),
  'bake-stopped': object({ type: only('bake-stopped'), signal: text }),
  'bake-unanswered': object({ type: only('bake-unanswered'), why: text }),
  'bake-ended': object<Event<'bake-ended'>>({
    type: only('bake-ended'),
    result: only('held', 'degraded', 'breached', 'unmeasured', 'replaced', 'given-up'),
    exit,
    why: text,
    by: maybe(who),
  }),
}

/** Why this is no event of a run that this version knows; undefined when it is one. */
export function eventMisfit(event: unknown): string | undefined {
  const type = isPlainObject(event) ? event['type'] : undefined
  if (typeof type !== 'string') return 'it does not say what kind of event it is'
  if (!Object.hasOwn(SHAPES, type)) return `"${type}" is no kind of event that this version knows`
  return misfit(SHAPES[type as RunEvent['type']], event, 'the event')
}
