import type { TimeAllowed } from '../core/conditions/time-allowed.ts'
import { formatDuration } from '../core/duration.ts'

/** What was seen to begin just now has begun before. */
const SECOND = 1000

/** One line: `A fix takes 30m 00s, rolling back about 5m 00s; …: rolling back is quicker.` */
export function timeWords({ severity, allowed, passed, procedure, takes, fix }: TimeAllowed): string {
  const back =
    takes === undefined
      ? `how long ${procedure} takes is not written down`
      : `rolling back takes about ${formatDuration(takes)} (${procedure})`
  const mend = fix === undefined ? '' : `, a fix takes ${formatDuration(fix)}`
  const gone =
    passed === undefined || passed < SECOND ? '' : `, and ${formatDuration(passed)} or more have passed`
  const may =
    allowed === undefined ? '' : `; ${formatDuration(allowed)} of downtime are allowed (${severity})${gone}`
  const left = allowed === undefined ? undefined : allowed - (passed ?? 0)
  const conclusion = [quicker(takes, fix), inTime(takes, fix, left)].filter((words) => words !== '')
  return `${capital(back)}${mend}${may}${conclusion.length === 0 ? '' : `: ${conclusion.join(', ')}`}.`
}

function quicker(takes: number | undefined, fix: number | undefined): string {
  if (takes === undefined || fix === undefined) return ''
  if (takes === fix) return 'both take as long'
  return takes < fix ? 'rolling back is quicker' : 'a fix is quicker'
}

function inTime(takes: number | undefined, fix: number | undefined, left: number | undefined): string {
  if (left === undefined) return ''
  const ways = [
    { name: 'rolling back', time: takes },
    { name: 'a fix', time: fix },
  ].filter(({ time }) => time !== undefined)
  const fitting = ways.filter(({ time = 0 }) => time <= left)
  const [first] = ways
  if (first === undefined) return ''
  if (ways.length === 1)
    return fitting.length === 1 ? `${first.name} ends in time` : `${first.name} does not end in time`
  if (fitting.length === 1) return `only ${fitting[0]?.name} ends in time`
  return fitting.length === 0 ? 'neither ends in time' : 'both end in time'
}

function capital(text: string): string {
  return `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`
}
