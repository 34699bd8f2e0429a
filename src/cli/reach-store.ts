import { OWN_QUESTIONS } from '../core/own-questions.ts'
import { Problem, sentenceOf } from '../core/problem.ts'
import type { Session } from '../runtime/types.ts'
import { type Interrupts, interruption } from './interrupts.ts'
import type { Output } from './output.ts'

/** Whom it is asked of whether the shared store is left aside, and what was answered beforehand. */
export interface Asking {
  output: Output
  interrupts: Interrupts
  answers: Record<string, string>
}

export interface Reached<T> {
  session: Session
  /** Why the shared store is left aside. */
  offline?: string | undefined
  value: T
}

/**
 * Does the first thing that needs the store. Where a shared one cannot be reached CI is refused: nobody would see its
 * lock. A person may go on with what is on this machine; that is recorded, and sent when the store can be reached again.
 */
export async function reached<T>(
  session: Session,
  asking: Asking,
  work: (session: Session) => Promise<T>,
): Promise<Reached<T>> {
  try {
    return { session, value: await work(session) }
  } catch (error) {
    const isDown = error instanceof Problem && error.code === 'store-unreachable'
    if (!isDown || session.store.late === undefined || session.who.ci) throw error
    await agreeToGoOn(error, asking)
    const { withoutSharing } = await import('../runtime/in-store.ts')
    const alone = withoutSharing(session)
    return { session: alone, offline: sentenceOf(error), value: await work(alone) }
  }
}

async function agreeToGoOn(error: Problem, { output, interrupts, answers }: Asking): Promise<void> {
  if (answers[OWN_QUESTIONS.store] === 'local') return
  if (!output.interactive) {
    throw new Problem({
      code: error.code,
      message: error.message,
      found: error.found,
      cure: `${error.cure ?? ''}\nTo go on without it, unseen by everybody else: --answer ${OWN_QUESTIONS.store}=local`,
      exit: error.exit,
      cause: error,
    })
  }
  const { confirm } = await import('./ui/ask.ts')
  output.progress(sentenceOf(error))
  const agreed = await confirm(
    'Nobody else would see this rollback. Go on with this machine alone?',
    interrupts.signal,
  )
  if (interrupts.signal.aborted) throw interruption(interrupts.signal)
  if (!agreed) throw error
}
