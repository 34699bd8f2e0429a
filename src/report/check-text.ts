import { formatDuration } from '../core/duration.ts'
import type { Decision, TriggerVerdict, Verdict } from '../core/conditions/verdict.ts'
import type { Judged } from '../core/run/events.ts'
import { toTheSecond } from './iso-time.ts'
import { hanging, heading, sections } from './layout.ts'
import type { Look, Paint } from './look.ts'
import { waysOnLines } from './outcome-text.ts'
import { brief, safeLine } from './safe-text.ts'
import { timeWords } from './time-text.ts'
import type { WayOn } from './ways-on.ts'

const WORDS: Record<Verdict, string> = {
  rollback: 'Roll back',
  investigate: 'Investigate',
  unknown: 'Unknown: not all could be measured that has to be known',
  hold: 'Hold: nothing says that it has to be rolled back',
}

const OUTWEIGHED = 'Hold: what speaks for a rollback is outweighed'

const PAINTS: Record<Verdict, (paint: Paint) => (text: string) => string> = {
  rollback: (paint) => paint.bad,
  investigate: (paint) => paint.warn,
  unknown: (paint) => paint.warn,
  hold: (paint) => paint.good,
}

/** The verdict, and what it comes from: what speaks for it first, then what is not known, then what changes nothing. */
export function checkText(decision: Decision, where: string, look: Look): string {
  const { verdict, triggers, time, deployment, interrupted, sampled } = decision
  const outweighed = triggers.filter(isOutweighed)
  const of = (judged: TriggerVerdict['judged']) =>
    triggers.filter((one) => one.judged === judged && !isOutweighed(one))
  const words = verdict === 'hold' && outweighed.length > 0 ? OUTWEIGHED : WORDS[verdict]
  return sections([
    [
      heading(safeLine(`Check: ${where}`), look),
      ...(interrupted === undefined
        ? []
        : hanging('', look.paint.warn(cutWords(interrupted, sampled)), look)),
      ...hanging('', PAINTS[verdict](look.paint)(words), look),
      ...(time === undefined ? [] : hanging('', safeLine(timeWords(time)), look)),
    ],
    group('Holds', of('holds'), deployment, look),
    group('Not known', of('unknown'), deployment, look),
    group('Outweighed', outweighed, deployment, look),
    group('Does not hold', of('fails'), deployment, look),
    waysOn(decision, look),
  ])
}

function cutWords(signal: string, sampled: number): string {
  return `Cut short by ${signal} after ${formatDuration(sampled)}: what was known until then.`
}

/** Something speaks against it that weighs more: an `unless`. */
function isOutweighed({ verdict, judged, but }: TriggerVerdict): boolean {
  return verdict === 'hold' && judged !== 'fails' && but !== undefined
}

/** What is to be done about it; nothing where all is well. */
function waysOn({ verdict, triggers, unanswered }: Decision, look: Look): string[] {
  const ways: WayOn[] = []
  if (verdict === 'rollback')
    ways.push({ command: 'rollback run', does: 'choose a version, see the plan, go back to it' })
  if (unanswered.length > 0)
    ways.push({
      command: ['rollback check', ...unanswered.map((name) => `--answer ${name}=…`)].join(' '),
      does: 'say what only a person knows',
    })
  if (verdict !== 'rollback' && triggers.some(({ verdict }) => verdict === 'unknown'))
    ways.push({
      command: 'rollback check --sample 5m',
      does: 'measure for longer, where something has to have lasted',
    })
  return waysOnLines(ways, look)
}

function group(
  title: string,
  triggers: readonly TriggerVerdict[],
  deployment: Decision['deployment'],
  look: Look,
): string[] {
  if (triggers.length === 0) return []
  return [heading(title, look), ...triggers.flatMap((one) => lines(one, deployment, look))]
}

const MARKS = { holds: '!', unknown: '?', fails: '-' } as const satisfies Record<Judged, string>

function butWords(trigger: TriggerVerdict): string | undefined {
  if (!isOutweighed(trigger)) return trigger.but
  return `${trigger.judged === 'holds' ? 'it holds, but' : 'it is not known, and'} ${trigger.but}`
}

function lines(trigger: TriggerVerdict, deployment: Decision['deployment'], look: Look): string[] {
  const { id, severity, condition, words, since, began, note, judged } = trigger
  const but = butWords(trigger)
  const mark = isOutweighed(trigger) ? '-' : MARKS[judged]
  const start =
    since === undefined ? '' : `, since ${toTheSecond(since)}${began === true ? '' : ' or before'}`
  return [
    ...hanging(`  ${mark} `, brief(`${id} (${severity}): ${condition}`), look),
    ...hanging('    ', brief(`${words}${start}`), look),
    ...preceding(trigger, deployment, look),
    ...(but === undefined ? [] : hanging('    ', brief(but), look)),
    ...(note === undefined || judged === 'fails' ? [] : hanging('    note: ', brief(note), look)),
  ]
}

/** What was deployed before it began; or after it, and then going back may not help. */
function preceding(
  { since, began, judged }: TriggerVerdict,
  deployment: Decision['deployment'],
  look: Look,
): string[] {
  if (judged !== 'holds' || since === undefined || deployment === undefined) return []
  if ('unknown' in deployment)
    return hanging(
      '    ',
      brief(`when the live version was deployed is not known: ${deployment.unknown}`),
      look,
    )
  const { at, version = 'the live version', how } = deployment
  const was = `${version} was ${how} at ${toTheSecond(at)}`
  const when =
    at > since
      ? `, ${formatDuration(at - since)} after it began: it may have another cause`
      : began === true
        ? `, ${formatDuration(since - at)} before`
        : '; whether it began after that is not known'
  return hanging('    ', brief(was + when), look)
}
