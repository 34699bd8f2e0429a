import { formatDuration } from '../core/duration.ts'
import { shellLine } from '../core/shell.ts'
import { resultWords } from './event-words.ts'
import { facts, hanging, heading, sections } from './layout.ts'
import type { EffectSummary } from './effects-summary.ts'
import type { Look } from './look.ts'
import { phaseWords } from './phase-times.ts'
import { brief, safeLine } from './safe-text.ts'
import type { RunSummary } from './summary.ts'
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
    unknownLines(summary, look),
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
      : ['degraded', 'declined', 'abandoned'].includes(summary.result)
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

/** What was tried, and what came back: said here and nowhere else. */
export function unknownLines(summary: RunSummary, look: Look): string[] {
  return list('What is unknown', unknown(summary), look)
}

function unknown(summary: RunSummary): string[] {
  return unknownEffects(summary).flatMap((effect) => [
    `${effect.from === undefined ? effect.step : effectWords(effect)}: ${triedWords(effect)}; whether it took effect is unknown`,
    ...cureOf(summary.steps.find(({ step, result }) => step === effect.step && result === 'failed')?.cure),
  ])
}

function unknownEffects({ changes, calls }: RunSummary): EffectSummary[] {
  return [...changes, ...calls].filter((effect) => effect.state === 'unknown')
}

/** `called 3 times, answered 500 each time`. */
function triedWords({ from, failures }: EffectSummary): string {
  const verb = from === undefined ? 'called' : 'tried'
  const count = failures.length
  const times = count < 2 ? 'once' : `${count} times`
  const [first, ...others] = failures.map(answerWords)
  if (first === undefined) return verb
  if (others.every((answer) => answer === first))
    return `${verb} ${times}, ${first}${count < 2 ? '' : ' each time'}`
  return `${verb} ${times}: ${[first, ...others].join(', then ')}`
}

/** The essence of what a platform or a command said. */
function answerWords(failure: string | undefined): string {
  if (failure === undefined) return 'its answer was lost'
  const [said] = /\banswered \d{3}$|\bexit code \d+$/.exec(failure) ?? [failure]
  return said.startsWith('exit code') ? `ended with ${said}` : said
}

function notDone(summary: RunSummary): string[] {
  const effects = [...summary.changes, ...summary.calls]
  const not = effects
    .filter((effect) => effect.state === 'not applied' || effect.state === 'not started')
    .map((effect) => `${effectWords(effect)}: ${effect.state}`)
  const open = new Set(unknownEffects(summary).map(({ step }) => step))
  const failed = summary.steps.flatMap((step) =>
    step.result === 'failed' && !open.has(step.step)
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
  const open = unknownEffects(summary)
  const stands = summary.stands.filter((what) => !isUnknown(what, open))
  if (stands.length > 0) return list(look.paint.bad('What stands'), stands, look)
  if (summary.stands.length > 0 || unknown(summary).length > 0 || summary.result === 'unfinished') return []
  const done = [...summary.changes, ...summary.calls].some((effect) => effect.state === 'done')
  return done ? [] : ['Nothing of this run stands.']
}

/** That something may stand has been said with what is unknown. */
function isUnknown(what: string, open: readonly EffectSummary[]): boolean {
  return (
    what.includes(' may ') &&
    open.some(({ step, name, from }) => what.startsWith(`${from === undefined ? step : name}: `))
  )
}

function effectWords(effect: EffectSummary): string {
  if (effect.from === undefined || effect.to === undefined) return `${effect.step}: call of ${effect.name}`
  return `${effect.name}: ${effect.from} → ${effect.to}`
}

export function waysOnLines(ways: WayOn[], look: Look): string[] {
  if (ways.length === 0) return []
  const rows = ways.flatMap(({ command, does }): [string, string][] =>
    command === undefined ? [] : [[`  ${safeLine(command)}`, safeLine(does)]],
  )
  // What only words can say stands above what can be typed.
  const words = ways.flatMap(({ command, does }) =>
    command === undefined ? hanging('  ', safeLine(does), look) : [],
  )
  const { strong } = look.paint
  const longest = Math.max(0, ...rows.map(([command]) => command.length))
  const set =
    longest <= look.width * WIDEST_COMMAND
      ? facts(rows, { ...look, paint: { ...look.paint, faint: strong } })
      : rows.flatMap(([command, does]) => [strong(command), ...hanging('      ', does, look)])
  return [heading('Ways on', look), ...words, ...set]
}

/** Of the whole width: beside a longer one there is no room to say what it does. */
const WIDEST_COMMAND = 0.6

function list(title: string, items: string[], look: Look): string[] {
  if (items.length === 0) return []
  return [heading(title, look), ...items.flatMap((item) => hanging('  - ', brief(item), look))]
}
