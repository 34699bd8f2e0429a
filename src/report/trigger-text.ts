import { type Decision, isOutweighed, type TriggerVerdict } from '../core/conditions/verdict.ts'
import { formatDuration } from '../core/duration.ts'
import type { Judged } from '../core/run/events.ts'
import { toTheSecond } from './iso-time.ts'
import { hanging } from './layout.ts'
import type { Look } from './look.ts'
import { brief } from './safe-text.ts'

// One trigger, as it was judged.

export const MARKS = { holds: '!', unknown: '?', fails: '-' } as const satisfies Record<Judged, string>

/** What is outweighed does not read as if it called for something. */
export function markOf(trigger: Parameters<typeof isOutweighed>[0]): string {
  return isOutweighed(trigger) ? '-' : MARKS[trigger.judged]
}

/** Why the verdict is not what the severity says. */
export function butWords(trigger: Parameters<typeof isOutweighed>[0]): string | undefined {
  if (!isOutweighed(trigger)) return trigger.but
  return `${trigger.judged === 'holds' ? 'it holds, but' : 'it is not known, and'} ${trigger.but}`
}

/** Where it is not known whether it lasts, the words say how long it was seen. */
export function startWords({
  judged,
  since,
  began,
}: Pick<TriggerVerdict, 'judged' | 'since' | 'began'>): string {
  if (judged !== 'holds' || since === undefined) return ''
  return `, since ${toTheSecond(since)}${began === true ? '' : ' or before'}`
}

/** What it says, what was measured, and what came before it. */
export function triggerLines(
  trigger: TriggerVerdict,
  deployment: Decision['deployment'],
  look: Look,
): string[] {
  const { id, severity, condition, words, note, judged } = trigger
  const but = butWords(trigger)
  return [
    ...hanging(`  ${markOf(trigger)} `, brief(`${id} (${severity}): ${condition}`), look),
    ...hanging('    ', brief(`${words}${startWords(trigger)}`), look),
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
