import { allKnownAfter } from '../core/conditions/judgement.ts'
import { type Decision, isOutweighed, type TriggerVerdict, type Verdict } from '../core/conditions/verdict.ts'
import { formatDuration, writtenDuration } from '../core/duration.ts'
import { shellLine } from '../core/shell.ts'
import { hanging, heading, sections } from './layout.ts'
import type { Look, Paint } from './look.ts'
import { waysOnLines } from './outcome-text.ts'
import { safeLine } from './safe-text.ts'
import { timeWords } from './time-text.ts'
import { triggerLines } from './trigger-text.ts'
import type { WayOn } from './ways-on.ts'

const WORDS: Record<Verdict, string> = {
  rollback: 'Roll back',
  investigate: 'Investigate',
  unknown: 'Unknown: not all could be measured that has to be known',
  hold: 'Hold: nothing says that it has to be rolled back',
}

const TOO_SHORT = 'Unknown: all was measured, but not for long enough yet'
const OUTWEIGHED = 'Hold: what speaks for a rollback is outweighed'

const PAINTS: Record<Verdict, (paint: Paint) => (text: string) => string> = {
  rollback: (paint) => paint.bad,
  investigate: (paint) => paint.warn,
  unknown: (paint) => paint.warn,
  hold: (paint) => paint.good,
}

/** What the next command needs, too: which runbook, environment and procedure is meant, and what was answered, as `name=value`. */
export interface Typed {
  which: readonly string[]
  answers: readonly string[]
}

const NOTHING: Typed = { which: [], answers: [] }

/** The verdict, and what it comes from: what speaks for it first, then what is not known, then what changes nothing. */
export function checkText(
  decision: Decision,
  where: string,
  look: Look,
  typed: Typed = NOTHING,
  withWaysOn = true,
): string {
  const { verdict, triggers, time, deployment, interrupted, sampled } = decision
  const outweighed = triggers.filter(isOutweighed)
  const of = (judged: TriggerVerdict['judged']) =>
    triggers.filter((one) => one.judged === judged && !isOutweighed(one))
  const groups = [
    group('Holds', of('holds'), deployment, look),
    group('Not known', of('unknown'), deployment, look),
    group('Outweighed', outweighed, deployment, look),
    group('Does not hold', of('fails'), deployment, look),
  ]
  const isLong = groups.flat().length > SCREEN
  return sections([
    [
      heading(safeLine(`Check: ${where}`), look),
      ...(interrupted === undefined
        ? []
        : hanging('', look.paint.warn(cutWords(interrupted, sampled)), look)),
      ...hanging('', PAINTS[verdict](look.paint)(headWords(decision)), look),
      ...(time === undefined ? [] : hanging('', safeLine(timeWords(time)), look)),
    ],
    ...groups,
    isLong ? again(decision, look) : [],
    withWaysOn ? waysOn(decision, look, typed) : [],
  ])
}

/** With so many lines the head has left the screen, and what it comes to stands last once more. */
const SCREEN = 20

function again({ verdict, triggers, ...decision }: Decision, look: Look): string[] {
  const deciding = triggers.filter((one) => one.verdict === verdict).map(({ id }) => id)
  const words = headWords({ verdict, triggers, ...decision })
  const why = verdict === 'hold' || deciding.length === 0 ? '' : ` (${deciding.join(', ')})`
  return [
    heading('Verdict', look),
    ...hanging('  ', PAINTS[verdict](look.paint)(safeLine(`${words}${why}`)), look),
  ]
}

function headWords({ verdict, triggers }: Decision): string {
  if (verdict === 'hold' && triggers.some(isOutweighed)) return OUTWEIGHED
  return verdict === 'unknown' && allKnownAfter(unknownOf(triggers)) !== undefined
    ? TOO_SHORT
    : WORDS[verdict]
}

/** Those for which the verdict is unknown. */
function unknownOf(triggers: readonly TriggerVerdict[]): TriggerVerdict[] {
  return triggers.filter(({ verdict }) => verdict === 'unknown')
}

function cutWords(signal: string, sampled: number): string {
  return `Cut short by ${signal} after ${formatDuration(sampled)}: what was known until then.`
}

/** What is to be done about it; nothing where all is well. */
function waysOn(
  { verdict, triggers, unanswered }: Decision,
  look: Look,
  { which, answers }: Typed,
): string[] {
  // What has been answered and counts no longer is asked for anew.
  const counting = answers.filter((pair) => !unanswered.includes(pair.split('=')[0] ?? ''))
  const given = counting.flatMap((pair) => ['--answer', pair])
  const again = (more: string): string => `${shellLine(['rollback', 'check', ...which, ...given])} ${more}`
  const ways: WayOn[] = []
  if (verdict === 'rollback')
    ways.push({
      command: shellLine(['rollback', 'run', ...which]),
      does: 'choose a version, see the plan, go back to it',
    })
  if (unanswered.length > 0)
    ways.push({
      command: again(unanswered.map((name) => `--answer ${name}=…`).join(' ')),
      does: 'say what only a person knows',
    })
  const unknown = unknownOf(triggers)
  const lasting = allKnownAfter(unknown.filter(({ knownAfter }) => knownAfter !== undefined))
  if (verdict !== 'rollback' && lasting !== undefined)
    ways.push({
      command: again(`--sample ${writtenDuration(lasting)}`),
      does:
        allKnownAfter(unknown) === undefined
          ? 'measure for longer what has to have lasted'
          : 'measure for long enough to know',
    })
  if (verdict === 'investigate' || verdict === 'unknown')
    ways.push(
      { command: again('--explain').trim(), does: 'why: how each was judged, and what was measured' },
      { command: shellLine(['rollback', 'run', ...which]), does: 'roll back all the same: a person decides' },
    )
  return waysOnLines(ways, look)
}

function group(
  title: string,
  triggers: readonly TriggerVerdict[],
  deployment: Decision['deployment'],
  look: Look,
): string[] {
  if (triggers.length === 0) return []
  return [heading(title, look), ...triggers.flatMap((one) => triggerLines(one, deployment, look))]
}
