import { formatDuration } from '../core/duration.ts'
import { shellLine } from '../core/shell.ts'
import { resultWords } from './event-words.ts'
import { facts, hanging, heading, sections } from './layout.ts'
import type { Look } from './look.ts'
import { phaseWords } from './phase-times.ts'
import { brief, safeLine } from './safe-text.ts'
import type { EffectSummary, RunSummary } from './summary.ts'
import type { WayOn } from './ways-on.ts'

/**
 * The end of a run for a tired reader: what happened, what did not, what stands, what to type next.
 * `notTakenBack`: why an undo that the runbook asks for was not begun.
 */
export function outcomeText(summary: RunSummary, look: Look, notTakenBack?: string): string {
  return sections([
    headline(summary, look),
    happened('What happened', summary, look),
    proven(summary, look),
    list('What is unknown', unknown(summary), look),
    list('What failed or did not happen', notDone(summary), look),
    list('What took longer than its limit', exceeded(summary), look),
    notTakenBack === undefined ? [] : list('It was not taken back by itself', [notTakenBack], look),
    standsLines(summary, look),
    waysOnLines(summary.waysOn, look),
  ])
}

/** The end of a run that failed and was then taken back, as its runbook asks. */
export function takenBackText(run: RunSummary, undo: RunSummary, look: Look): string {
  if (undo.result !== 'proven' && undo.result !== 'degraded')
    return [
      sections([headline(run, look), ['It was to be taken back, and that did not end well:']]),
      outcomeText(undo, look),
    ].join('\n\n')
  return sections([
    [
      look.paint.warn(look.paint.strong('Failed, and every change was taken back and proven')),
      ...hanging('', brief(run.why ?? ''), look),
    ],
    list('What failed', [...unknown(run), ...notDone(run)], look),
    happened('What was taken back', undo, look),
    waysOnLines(
      [run, undo].map(({ id }) => ({
        command: shellLine(['rollback', 'show', id]),
        does: id === run.id ? 'the report of the run' : 'the report of its undo',
      })),
      look,
    ),
  ])
}

export function headline(summary: RunSummary, look: Look): string[] {
  const words = resultWords(summary)
  const paint =
    summary.result === 'proven' || summary.result === 'already'
      ? look.paint.good
      : summary.result === 'degraded' || summary.result === 'declined'
        ? look.paint.warn
        : look.paint.bad
  const took = summary.took > 0 ? ` (${formatDuration(summary.took)})` : ''
  return [
    paint(look.paint.strong(words)) + took,
    ...(summary.why === undefined || summary.why === '' || summary.result === 'proven'
      ? []
      : hanging('', brief(summary.why), look)),
  ]
}

function happened(title: string, summary: RunSummary, look: Look): string[] {
  const done = [...summary.changes, ...summary.calls].filter((effect) => effect.state === 'done')
  return list(title, done.map(effectWords), look)
}

/** What proves it, in a line: each with its measurement is in the report. */
function proven({ result, proof }: RunSummary, look: Look): string[] {
  if (proof === undefined || (result !== 'proven' && result !== 'degraded')) return []
  const held = [
    ...proof.surfaces.map(({ surface, words }) => `${surface} ${words}`),
    ...proof.conditions.filter(({ verdict }) => verdict === 'holds').map(({ condition }) => condition),
  ]
  return held.length === 0 ? [] : hanging(`${heading('Proof', look)}  `, brief(held.join('; ')), look, 2)
}

/** Sent, and the answer was lost. */
function unknown({ changes, calls }: RunSummary): string[] {
  return [...changes, ...calls]
    .filter((effect) => effect.state === 'unknown')
    .map((effect) => `${effectWords(effect)}: it may have been taken, its answer was lost`)
}

function notDone(summary: RunSummary): string[] {
  const effects = [...summary.changes, ...summary.calls]
  const not = effects
    .filter((effect) => effect.state === 'not applied' || effect.state === 'not started')
    .map((effect) => `${effectWords(effect)}: ${effect.state}`)
  const failed = summary.steps.flatMap((step) =>
    step.result === 'failed'
      ? [`${step.step} failed${step.why === undefined ? '' : `: ${step.why}`}`, ...cureOf(step.cure)]
      : [],
  )
  const degraded = (summary.proof?.degraded ?? []).map((what) => `degraded: ${what}`)
  const leftOut = summary.leftOut.map(({ step, why }) => `${step} was left out: ${why}`)
  return [...failed, ...not, ...degraded, ...leftOut]
}

function exceeded({ phases }: RunSummary): string[] {
  return phases.filter((one) => one.exceeded).map((one) => `${one.phase}: ${phaseWords(one)}`)
}

function cureOf(cure: string | undefined): string[] {
  return cure === undefined ? [] : [`cure: ${cure}`]
}

/** Said only where it is in doubt: after a proof it is the target. */
export function standsLines(summary: RunSummary, look: Look): string[] {
  if (summary.result === 'proven' || summary.result === 'already') return []
  if (summary.stands.length > 0) return list(look.paint.bad('What stands'), summary.stands, look)
  if (unknown(summary).length > 0 || summary.result === 'unfinished') return []
  const done = [...summary.changes, ...summary.calls].some((effect) => effect.state === 'done')
  return done ? [] : ['Nothing of this run stands.']
}

function effectWords(effect: EffectSummary): string {
  if (effect.from === undefined || effect.to === undefined) return `${effect.step}: call of ${effect.name}`
  return `${effect.name}: ${effect.from} → ${effect.to}`
}

export function waysOnLines(ways: WayOn[], look: Look): string[] {
  if (ways.length === 0) return []
  return [
    heading('Ways on', look),
    ...facts(
      ways.map(({ command, does }): [string, string] => [
        command === undefined ? '' : `  ${safeLine(command)}`,
        safeLine(does),
      ]),
      { ...look, paint: { ...look.paint, faint: look.paint.strong } },
    ),
  ]
}

function list(title: string, items: string[], look: Look): string[] {
  if (items.length === 0) return []
  return [heading(title, look), ...items.flatMap((item) => hanging('  - ', brief(item), look))]
}
