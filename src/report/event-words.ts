import { decisionWords } from './decision-words.ts'
import { formatDuration } from '../core/duration.ts'
import { changeNamed, stepNamed } from '../core/plan/lookup.ts'
import type { Plan, PlannedChange } from '../core/plan/types.ts'
import { type Release, releaseName } from '../core/release.ts'
import type { BakeResult, Judged, Line, Phase, RunEvent, RunResult } from '../core/run/events.ts'
import { hostOf } from '../core/where.ts'

// One sentence for every event: the timeline, the plain renderer and the reports say the same.

export const PHASE_WORDS: Record<Phase, string> = {
  decide: 'decide',
  execute: 'change',
  verify: 'prove',
}

export const JUDGED_WORDS: Record<Judged, string> = {
  holds: 'holds',
  fails: 'fails',
  unknown: 'unknown',
}

const RESULT_WORDS: Record<Exclude<RunResult, 'proven'>, string> = {
  degraded: 'Proven, but degraded or partial',
  already: 'Already there: nothing was changed',
  refused: 'Refused before any change: nothing was touched',
  failed: 'Failed: nothing has to be taken back',
  stands: 'Failed: changes stand, a person is needed',
  unmeasured: 'Changed, but it could not be measured whether it worked',
  declined: 'Declined',
  interrupted: 'Interrupted: nothing new was started, the journal is intact',
  abandoned: 'Given up: what stands, stands',
}

export const BAKE_WORDS: Record<BakeResult, string> = {
  held: 'The bake has held',
  degraded: 'The bake is degraded',
  breached: 'The bake is breached',
  unmeasured: 'The bake could not be measured',
  replaced: 'The bake was ended by a later run',
  'given-up': 'The bake was not watched to its end',
}

/** The result of a run or an undo as a headline. */
export function resultWords({
  kind,
  result,
  target,
}: {
  kind: 'run' | 'undo'
  result: RunResult | 'unfinished'
  target: Release
}): string {
  if (result === 'unfinished') return 'Unfinished: it has no end yet'
  if (result !== 'proven') return RESULT_WORDS[result]
  if (kind === 'run') return `Proven: ${releaseName(target)} is live`
  return target.given === ''
    ? 'Proven: everything is as it was before the run'
    : `Proven: ${releaseName(target)} is live again, the run is taken back`
}

type Event<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>

const WORDS: { [Type in RunEvent['type']]: (event: Event<Type>, plan: Plan) => string } = {
  'run-started': (event) =>
    `${event.kind} ${event.id} started by ${event.by.name} on ${event.by.host}${targetWords(event.target)}`,
  'run-resumed': (event) => `resumed by ${event.by.name} on ${event.by.host}`,
  evidence: (event) => `evidence: ${event.signal}: ${event.value}`,
  'triggers-judged': (event) => `the triggers say: ${decisionWords(event.decision)}`,
  captured: (event) => `evidence ${capturedWords(event)}`,
  'guard-judged': (event) =>
    `guard ${event.guard} (${event.condition}): ${JUDGED_WORDS[event.verdict]}: ${event.words}${event.forced === true && event.verdict !== 'holds' ? '; gone past by force' : ''}`,
  'phase-started': (event) => `phase: ${PHASE_WORDS[event.phase]}`,
  'step-started': (event) => `${event.step}: started`,
  intent: intentWords,
  'child-started': (event) => `${event.step}: process ${event.pid} started on ${hostOf(event.host)}`,
  'child-gone': (event) => `${event.step}: process ${event.pid}: ${event.how}`,
  'doubt-settled': (event) =>
    `${event.step}: ${event.by.name} says that ${event.answer === 'done' ? 'it has happened' : 'it is to be called again'}`,
  'doubt-unanswered': (event) => `${event.step}: nobody could say whether it has happened`,
  outcome: outcomeWords,
  observed: (event, plan) => `${placeWords(event, plan)}: ${event.words}`,
  question: (event) => `${event.step}: asks: ${event.text}`,
  answer: (event) =>
    `${event.step}: ${event.by.name} answered ${event.value}${event.accepted ? '' : ', which declines it'}`,
  'fallback-chosen': (event) => `${event.step}: goes on with its fallback: ${event.why}`,
  'step-verified': (event) => `${event.step}: ${JUDGED_WORDS[event.verdict]}: ${event.words}`,
  'step-ended': (event) => `${event.step}: ${event.result}${because(event.why)}`,
  'signal-asked': (event) => `${event.signal}: asks: ${event.text}`,
  'signal-answered': (event) => `${event.signal}: ${event.by.name} answered ${event.value}`,
  'condition-judged': (event) =>
    `${event.role} ${event.condition}: ${JUDGED_WORDS[event.verdict]}: ${event.words}`,
  'surface-proven': (event) => `${event.surface}: ${JUDGED_WORDS[event.verdict]}: ${event.words}`,
  // What holds has been said, one by one, before it.
  proof: (event) =>
    `proof: ${JUDGED_WORDS[event.verdict]}${event.verdict === 'holds' ? '' : because(event.why)}`,
  'deadline-passed': (event) => `the deadline of ${formatDuration(event.deadline)} has passed`,
  interrupted: (event) => `interrupted by ${event.signal}: nothing new is started`,
  'store-unreachable': (event) =>
    `the shared store could not be reached, and ${event.by.name} goes on without it: ${event.why}`,
  'store-reached': () => 'the shared store has been sent what was kept here',
  'run-ended': (event, plan) =>
    `${resultWords({ kind: plan.kind, result: event.result, target: plan.target })}${event.result === 'proven' ? '' : because(event.why)}`,
  'bake-started': (event, plan) =>
    `bake: watched by ${event.by.name} on ${hostOf(event.host)}${bakeTimes(plan)}`,
  'bake-judged': (event) =>
    `bake: ${event.role} ${event.condition}: ${JUDGED_WORDS[event.verdict]}: ${event.words}`,
  'bake-watched': (event) => `bake: ${event.words}`,
  'bake-stopped': (event) => `bake: no longer watched: ${event.signal}`,
  'bake-unanswered': (event) => `bake: ${event.why}`,
  'bake-ended': (event) => `${BAKE_WORDS[event.result]}${event.result === 'held' ? '' : because(event.why)}`,
}

/** `, for 30m 00s, judged after 5m 00s`. */
function bakeTimes({ bake }: Plan): string {
  if (bake === undefined) return ''
  const settle = bake.settle === 0 ? '' : `, judged after ${formatDuration(bake.settle)}`
  return `, for ${formatDuration(bake.for)}${settle}`
}

/** Without what only says that it went on. */
export function inTimeline(lines: readonly Line[]): readonly Line[] {
  return lines.filter(({ event }) => event.type !== 'bake-watched')
}

/** What an event says, in one sentence. */
export function eventWords(event: RunEvent, plan: Plan): string {
  const words = WORDS[event.type] as (event: RunEvent, plan: Plan) => string
  return words(event, plan)
}

/** Where it is, how long, and what of it is missing. */
export function capturedWords({
  capture,
  file,
  bytes,
  dropped,
  why,
}: Pick<Event<'captured'>, 'capture' | 'file' | 'bytes' | 'dropped' | 'why'>): string {
  if (file === undefined) return `${capture}: not kept${because(why)}`
  const cut = dropped === 0 ? '' : `, ${dropped} bytes cut off`
  const note = why === undefined ? '' : ` (${why})`
  return `${capture}: ${bytes} bytes${cut}${note}: ${file}`
}

function targetWords(target: Release): string {
  const name = releaseName(target)
  return name === '' ? '' : `, to ${name}`
}

function because(why: string | undefined): string {
  return why === undefined || why === '' ? '' : `: ${why}`
}

function intentWords(event: Event<'intent'>, plan: Plan): string {
  const { attempts } = stepNamed(plan, event.step)?.retry ?? {}
  const again =
    event.attempt > 1 ? ` (try ${event.attempt}${attempts === undefined ? '' : ` of ${attempts}`})` : ''
  const change = changeNamed(plan, event.effect)
  if (change === undefined) return `${event.step}: call${again}`
  return `${event.step}: ${changeWords(change)}${again}`
}

function outcomeWords(event: Event<'outcome'>, plan: Plan): string {
  const place = placeWords(event, plan)
  if (event.ok) return `${place}: accepted`
  const { failure } = event
  const found = failure.found === undefined ? '' : `: ${failure.found}`
  const taken = failure.applied === 'unknown' ? '; it may have been taken' : ''
  return `${place}: ${failure.message}${found}${taken}`
}

/** The step; where it changes several surfaces, also which of them is meant. */
function placeWords({ step: id, effect }: { step: string; effect: string }, plan: Plan): string {
  const step = stepNamed(plan, id)
  const uses = step?.fallback === undefined ? [step] : [step, step.fallback]
  const changes = uses
    .map((use) => use?.changes ?? [])
    .find((all) => all.some((one) => one.effect === effect))
  const surface = changes?.find((one) => one.effect === effect)?.surface.id
  return surface === undefined || changes?.length === 1 ? id : `${id}: ${surface}`
}

/** `set ghcr.io/acme/api:prod to sha256:1a2b`. */
function changeWords(change: Pick<PlannedChange, 'from' | 'to' | 'toLabel' | 'surface'>): string {
  if (change.to === null) return `remove ${change.surface.id}`
  return change.from === null
    ? `create ${change.surface.id} as ${change.toLabel}`
    : `set ${change.surface.id} to ${change.toLabel}`
}
