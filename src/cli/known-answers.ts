import type { Runbook } from '../core/model.ts'
import type { Confirmation } from '../core/plan/types.ts'
import { loadSource } from '../runtime/load-action.ts'
import { STORE_ANSWER } from './reach-store.ts'
import { usageError } from './usage.ts'

/** Whom answers are for: a runbook with one of its procedures, or a plan. */
interface Asking {
  signals: Runbook['signals']
  steps?: readonly { id: string }[]
  confirmations?: readonly Confirmation[]
}

/**
 * What any run may have to ask, whatever its runbook says: a store that cannot be reached, a version that is blocked, a
 * surface that somebody else has changed, a program on another machine.
 */
const EVERYWHERE = new RegExp(`^(${STORE_ANSWER}|blocked|overwrite-.+|process-\\d+)$`)

/**
 * Throws a Problem for an answer that nothing could ask for: it is a slip of the pen, and what it was meant for would stay
 * open. One that is not needed any more is none: the same command again may find less to ask.
 */
export async function requireKnownAnswers(
  answers: Readonly<Record<string, string>>,
  { signals, steps = [], confirmations = [] }: Asking,
): Promise<void> {
  const own = new Set([...steps, ...confirmations].map(({ id }) => id))
  const open = Object.keys(answers).filter((name) => !own.has(name) && !EVERYWHERE.test(name))
  if (open.length === 0) return
  const asked = await askedOf(signals)
  const lost = open.find((name) => !asked.includes(name))
  if (lost === undefined) return
  const names = [...asked, ...own]
  throw usageError(
    `--answer ${lost}: nothing of that name is asked`,
    names.length === 0 ? 'Leave it out: nothing is asked.' : `What may be asked: ${names.join(', ')}.`,
  )
}

async function askedOf(signals: Runbook['signals']): Promise<string[]> {
  const isAsked = await Promise.all(
    Object.values(signals).map(async ({ source }) => (await loadSource(source)).person !== undefined),
  )
  return Object.keys(signals).filter((_, index) => isAsked[index])
}
