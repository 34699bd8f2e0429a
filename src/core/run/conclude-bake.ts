import { EXIT, type ExitCode } from '../exit.ts'
import type { BakeCondition, BakeState } from './bake.ts'
import type { BakeEnded } from './events.ts'

/** Whether a `must` has failed, be it once: then nothing more has to be watched. */
export function isBreached({ conditions }: Pick<BakeState, 'conditions'>): boolean {
  return conditions.some(({ role, failed }) => role === 'must' && failed !== undefined)
}

/**
 * How a bake ends, by what each of its conditions has said; `own` is the exit code of the run. What is not known at
 * the end is no success.
 */
export function concludeBake({ conditions }: Pick<BakeState, 'conditions'>, own: ExitCode): BakeEnded {
  const musts = conditions.filter(({ role }) => role === 'must')
  const breached = musts.filter(({ failed }) => failed !== undefined)
  if (breached.length > 0) return ended('breached', EXIT.bakeBreached, breached.map(lapseWords))
  const unknown = musts.filter(({ verdict }) => verdict === 'unknown')
  if (unknown.length > 0) return ended('unmeasured', EXIT.unmeasured, unknown.map(nowWords))
  const lapsed = conditions.filter(
    ({ role, verdict, failed }) => role === 'should' && (failed !== undefined || verdict !== 'holds'),
  )
  if (lapsed.length > 0) return ended('degraded', EXIT.degraded, lapsed.map(lapseWords))
  return ended('held', own, conditions.map(nowWords))
}

function nowWords({ condition, words }: BakeCondition): string {
  return `${condition}: ${words}`
}

function lapseWords({ condition, verdict, words, failed }: BakeCondition): string {
  if (failed === undefined || verdict === 'fails') return `${condition}: ${words}`
  return `${condition}: it failed in between: ${failed.words}; at the end: ${words}`
}

function ended(result: BakeEnded['result'], exit: ExitCode, words: string[]): BakeEnded {
  return { type: 'bake-ended', result, exit, why: words.join('; ') }
}
