import { formatDuration } from '../core/duration.ts'
import type { Plan } from '../core/plan/types.ts'
import type { BakeConditionSummary, BakeSummary } from './bake-summary.ts'
import { demandWords } from './demand-words.ts'
import { BAKE_WORDS, JUDGED_WORDS } from './event-words.ts'
import { hanging, heading, sections } from './layout.ts'
import type { Look } from './look.ts'
import { waysOnLines } from './outcome-text.ts'
import { brief, safeLine } from './safe-text.ts'
import type { RunSummary } from './summary.ts'

/** In a plan: what will be watched once it is proven. */
export function bakePlanLines(plan: Plan, look: Look): string[] {
  const { bake } = plan
  // Where nothing has to be changed there is nothing to watch either.
  if (bake === undefined || plan.steps.every(({ skip }) => skip !== undefined)) return []
  const settle = bake.settle === 0 ? '' : `, judged after ${formatDuration(bake.settle)}`
  const conditions = (['must', 'should'] as const).flatMap((role) =>
    bake[role].map((condition) => `${role.padEnd(6)}  ${demandWords(plan, condition)}`),
  )
  return [
    heading(`Bake: watched afterwards for ${formatDuration(bake.for)}${settle}`, look),
    ...conditions.flatMap((line) => hanging('  ', brief(line), look, 10)),
  ]
}

/** Before it begins: the person may leave. */
export function bakeIntro({ id, bake }: RunSummary, look: Look): string {
  if (bake === undefined) return ''
  if (bake.unanswered !== undefined)
    return hanging(
      '',
      'It was watched for its whole time: all that is left is a question, and what is measured is measured once more.',
      look,
    ).join('\n')
  const judged = bake.judgedFrom <= bake.seen ? '' : ` (judged from ${clock(bake.judgedFrom)} UTC on)`
  const time = bake.left === 0 ? 'until it can be concluded' : `for ${formatDuration(bake.left)}`
  const words = `It is now watched ${time}${judged}; others may begin a rollback meanwhile. Ctrl-C ends only the watching: the rollback is done. To go on with it later: \`rollback resume ${id}\``
  return hanging('', safeLine(words), look).join('\n')
}

/** The end of the watching, or where it was left. */
export function bakeEndText(summary: RunSummary, look: Look): string {
  const { bake } = summary
  if (bake === undefined) return ''
  return sections([bakeHead(bake, look), conditionLines(bake, look), waysOnLines(summary.waysOn, look)])
}

/** In a report. */
export function bakeLines({ bake }: RunSummary, look: Look): string[] {
  return bake === undefined ? [] : [...bakeHead(bake, look), ...conditionLines(bake, look)]
}

function bakeHead(bake: BakeSummary, look: Look): string[] {
  const { good, bad, warn, strong } = look.paint
  const paint = bake.result === 'held' ? good : bake.result === 'breached' ? bad : warn
  const times = ` (${formatDuration(Math.min(bake.watched, bake.for))} of ${formatDuration(bake.for)})`
  return [paint(strong(bakeTitle(bake))) + times, ...hanging('', brief(bakeWhy(bake)), look)].filter(
    (line) => line !== '',
  )
}

export function bakeTitle({ result, stopped, unanswered, watcher }: BakeSummary): string {
  if (result !== 'open') return BAKE_WORDS[result]
  if (watcher === undefined) return 'Not watched yet'
  if (unanswered !== undefined) return 'The bake waits for an answer'
  return stopped === undefined ? 'The bake has no end yet' : 'No longer watched'
}

export function bakeWhy(bake: BakeSummary): string {
  const { result, why = '', stopped, unanswered, seen, left } = bake
  if (result === 'breached') return breachWords(bake)
  // What held stands below, one by one.
  if (result === 'held') return 'The rollback is done and proven, and has stayed well.'
  if (result !== 'open') return why
  if (unanswered !== undefined)
    return `The rollback is done and proven, and watched for its whole time; ${unanswered}`
  const leftWords =
    left < 1000 ? 'its time is over, and it has not been concluded' : `${formatDuration(left)} are left`
  return stopped === undefined
    ? `The rollback is done and proven; last seen at ${clock(seen)} UTC, ${leftWords}.`
    : `The rollback is done and proven; only the watching was stopped by ${stopped} at ${clock(seen)} UTC, ${leftWords}.`
}

/** What, since when, and how long after the proof. */
function breachWords({ conditions }: BakeSummary): string {
  const failing = conditions.filter(({ role, verdict }) => role === 'must' && verdict === 'fails')
  const what = failing.map(({ condition, words, since }) => `${condition}: ${words}, at ${clock(since)} UTC`)
  return `The rollback was proven, and it has not stayed well: ${what.join('; ')}`
}

function conditionLines({ conditions }: BakeSummary, look: Look): string[] {
  return conditions.flatMap((one) => {
    const paint = one.verdict === 'holds' ? look.paint.good : look.paint.bad
    return hanging(`  ${paint(JUDGED_WORDS[one.verdict].padEnd(7))}  `, brief(conditionWords(one)), look)
  })
}

export function conditionWords({ role, condition, words, verdict, failed }: BakeConditionSummary): string {
  const lapse =
    failed === undefined || verdict === 'fails' ? '' : ` (failed at ${clock(failed.at)} UTC: ${failed.words})`
  return `${role} ${condition}: ${words}${lapse}`
}

/** `14:05:10`. */
export function clock(time: string): string {
  return time.slice(11, 19)
}
