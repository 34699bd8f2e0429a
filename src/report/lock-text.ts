import { formatDuration } from '../core/duration.ts'
import type { LockSummary } from '../core/lock-view.ts'
import { hanging } from './layout.ts'
import type { Look } from './look.ts'
import { safeLine } from './safe-text.ts'

const HOLDER_WORDS: Record<LockSummary['holder'], string> = {
  alive: 'under way',
  gone: 'its process has ended without a word',
  silent: 'its process gives no sign of life',
  none: 'left unfinished, nobody works on it',
}

/** `acme-api, production: run 2026… of ana on laptop, under way since …`. */
export function lockLines(lock: LockSummary, now: number, look: Look): string[] {
  const { service, environment, run, owner, holder, reason, since, lastSign } = lock
  const why = reason === undefined ? '' : ` ("${reason}")`
  const ago = Math.max(0, now - Date.parse(lastSign))
  const sign =
    holder === 'none' ? '' : `, last sign of life ${ago < 1000 ? 'just now' : `${formatDuration(ago)} ago`}`
  return hanging(
    '  ',
    safeLine(
      `${service}, ${environment}: locked by run ${run} of ${owner.name} on ${owner.host}${why}, since ${since}; ${HOLDER_WORDS[holder]}${sign}`,
    ),
    look,
  )
}
