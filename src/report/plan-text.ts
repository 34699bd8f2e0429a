import { describeStatement } from '../core/conditions/describe.ts'
import { formatDuration } from '../core/duration.ts'
import type { Verify } from '../core/model.ts'
import type { LiveVersion, Plan } from '../core/plan/types.ts'
import { type Release, releaseName } from '../core/release.ts'
import { shellLine } from '../core/shell.ts'
import { bakePlanLines } from './bake-text.ts'
import { demandWords } from './demand-words.ts'
import { decisionWords } from './decision-words.ts'
import { JUDGED_WORDS } from './event-words.ts'
import { type Guide, guideFacts, linkLines, noteLines } from './guide.ts'
import { facts, hanging, heading, narrowChange, sections, table } from './layout.ts'
import type { Look } from './look.ts'
import { limitWords } from './phase-times.ts'
import { changesOf, pointsOfNoReturn, undoWords, windows } from './plan-facts.ts'
import { stepLines } from './plan-steps.ts'
import { brief, safeLine } from './safe-text.ts'

/**
 * The whole plan: what changes, in which order, how each line is known, how it is proven and taken back. `guide` is
 * what the procedure says for people; a plan that is read back from a file does not have it. `sealed`: the plan goes on
 * to somebody else, who has to recognise it.
 */
export function planText(
  plan: Plan,
  look: Look,
  guide: Guide = {},
  { sealed = false }: { sealed?: boolean | undefined } = {},
): string {
  return sections([
    headLines(plan, guide, look),
    surfaceLines(plan, look),
    section('In this order', stepLines(plan, look), look),
    guardLines(plan, look),
    listLines('Kept as evidence before the first change', captureWords(plan), look),
    leftOutLines(plan, look),
    noReturnLines(plan, look),
    listLines('What can still happen between the last look and a write', windows(plan), look),
    listLines('An undo of it would', undoWords(plan), look),
    proofLines(plan, plan.verify, look),
    bakePlanLines(plan, look),
    confirmationLines(plan, look),
    timeLines(plan, look),
    noteLines(guide, look),
    linkLines(guide, look),
    // On a line of its own: it has to fit into 80 columns, to be copied.
    sealed ? [`${look.paint.faint('Seal')}  ${plan.seal}`] : [],
  ])
}

function headLines(plan: Plan, guide: Guide, look: Look): string[] {
  const title = plan.kind === 'undo' ? `Undo of run ${plan.undoOf ?? ''}` : 'Plan'
  return [
    heading(safeLine(`${title}: ${plan.service}, ${plan.environment}, ${plan.procedure}`), look),
    ...facts(
      [
        ['  Return to', look.paint.strong(safeLine(targetWords(plan.target)))],
        // Of an undo it is the version of the run that is taken back; what is live is among the measurements.
        ['  Live now', plan.kind === 'undo' ? undefined : brief(liveWords(plan.live))],
        ['  Why', plan.reason === undefined ? undefined : safeLine(plan.reason)],
        ['  Forced', plan.forced === undefined ? undefined : look.paint.warn(safeLine(plan.forced))],
        ...guideFacts({ takes: plan.takes, ...guide }),
        ...plan.evidence.map(({ signal, value }): [string, string] => [
          '  Measured',
          brief(`${signal}: ${value}`),
        ]),
        ['  Triggers', plan.decision === undefined ? undefined : brief(decisionWords(plan.decision))],
        ['  Run', safeLine(plan.id)],
      ],
      look,
    ),
  ]
}

/** An undo may return to a version that nobody could name. */
function targetWords(target: Release): string {
  return releaseName(target) || 'what was there before'
}

export function liveWords(live: LiveVersion): string {
  if ('release' in live) return releaseName(live.release)
  return 'unknown' in live ? `could not be read (${live.unknown})` : 'the runbook names no live version'
}

function surfaceLines(plan: Plan, look: Look): string[] {
  const changes = plan.steps.flatMap((step) => step.changes)
  if (changes.length === 0) return []
  const rows = changes.map((change) => [
    safeLine(change.surface.type),
    safeLine(change.surface.id),
    brief(change.fromLabel),
    change.state === 'already' ? 'already there' : brief(change.toLabel),
  ])
  const count = changesOf(plan).length
  const title = count === 0 ? 'No surface changes' : surfacesChange(count)
  return [
    heading(title, look),
    ...table(['TYPE', 'SURFACE', 'FROM', 'TO'], rows, look, ([type, surface, from, to]) =>
      narrowChange(`${surface}  ${look.paint.faint(`(${type})`)}`, `${from} → ${to}`, look),
    ),
  ]
}

function surfacesChange(count: number): string {
  return `Changes ${count} ${count === 1 ? 'surface' : 'surfaces'}`
}

/** They are measured once more: what is said here may be an hour old by then. */
function guardLines({ guards = [] }: Plan, look: Look): string[] {
  return section(
    'Guards, asked again right before the first change',
    guards.flatMap(({ id, holds, verdict, words, forced, note }) => {
      const state = forced === true ? 'forced' : JUDGED_WORDS[verdict]
      const paint = verdict === 'holds' ? look.paint.good : look.paint.warn
      const why = note === undefined || verdict === 'holds' ? '' : ` (${note})`
      return hanging(
        `  ${paint(state.padEnd(7))}  `,
        brief(`${id}: ${describeStatement(holds)}: ${words}${why}`),
        look,
      )
    }),
    look,
  )
}

function captureWords({ capture = [] }: Plan): string[] {
  return capture.map(({ id, source, over }) =>
    over === undefined ? `${id} (${source})` : `${id} (${source}, ${formatDuration(over)} of it)`,
  )
}

function leftOutLines(plan: Plan, look: Look): string[] {
  return listLines(
    'Left out: the result can only be partial',
    plan.without.map(({ step, why }) => `${step}: ${why}`),
    look,
  )
}

function noReturnLines(plan: Plan, look: Look): string[] {
  const points = pointsOfNoReturn(plan)
  if (points.length === 0) return []
  return listLines(
    look.paint.warn(points.length === 1 ? 'Point of no return' : 'Points of no return'),
    points,
    look,
  )
}

function proofLines(plan: Plan, verify: Verify | undefined, look: Look): string[] {
  const surfaces = plan.steps
    .flatMap((step) => step.changes)
    .filter((change) => change.surface.kind === 'version' && change.role === 'main')
    .map((change) => `must    ${change.surface.id} says ${change.toLabel}`)
  const conditions = (['must', 'should'] as const).flatMap((role) =>
    (verify?.[role] ?? []).map((condition) => `${role.padEnd(6)}  ${demandWords(plan, condition)}`),
  )
  const all = [...surfaces, ...conditions]
  if (all.length === 0) return [heading('Proof', look), '  none: nothing in the runbook can prove it']
  const within = verify === undefined ? '' : `, within ${formatDuration(verify.within)}`
  return [
    heading(`Proof that is demanded${within}`, look),
    ...all.flatMap((line) => hanging('  ', brief(line), look, 10)),
  ]
}

/** The answer is an argument to be copied: it has a line of its own. */
function confirmationLines({ confirmations }: Plan, look: Look): string[] {
  return section(
    'It will ask',
    confirmations.flatMap(({ id, question }) => [
      ...hanging('  - ', safeLine(question.text), look),
      `      ${safeLine(shellLine(['--answer', `${id}=${question.expects}`]))}`,
    ]),
    look,
  )
}

function timeLines(plan: Plan, look: Look): string[] {
  return facts(
    [
      ['Deadline', plan.deadline === undefined ? undefined : `${formatDuration(plan.deadline)} to proven`],
      ['Limits', limitWords(plan)],
      [
        'On failure',
        plan.onFailure === 'undo' ? 'what this run changed is taken back' : 'it stops and says what stands',
      ],
    ],
    look,
  )
}

function section(title: string, lines: string[], look: Look): string[] {
  return lines.length === 0 ? [] : [heading(title, look), ...lines]
}

function listLines(title: string, items: string[], look: Look): string[] {
  return section(
    title,
    items.flatMap((item) => hanging('  - ', brief(item), look)),
    look,
  )
}
