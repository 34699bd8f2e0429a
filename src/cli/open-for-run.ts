import { OWN_QUESTIONS } from '../core/own-questions.ts'
import type { Plan } from '../core/plan/types.ts'
import type { Session } from '../runtime/types.ts'
import type { Interrupts } from './interrupts.ts'
import type { Output } from './output.ts'
import { type Reached, reached } from './reach-store.ts'

export interface Caller {
  session: Session
  interrupts: Interrupts
  /** As typed: `store=local`. */
  answers: Record<string, string>
}

interface Place extends Pick<Plan, 'service' | 'environment' | 'store'> {
  runbook: string
}

/** The session with the right store, and whether a rollback may begin there; the version of its board is the value. */
export async function openForRun(
  output: Output,
  { runbook, ...place }: Place,
  { session, interrupts, answers }: Caller,
  looksOnly: boolean,
): Promise<Reached<string | undefined>> {
  const [{ inStore }, { requireFree }] = await Promise.all([
    import('../runtime/in-store.ts'),
    import('../runtime/lock-run.ts'),
  ])
  const own = inStore(session, place.store, runbook)
  const asking = { output, interrupts, answers }
  if (looksOnly) {
    // What the store does not say is told with the plan; only who has agreed to it beforehand does without.
    if (answers[OWN_QUESTIONS.store] !== 'local') return { session: own, value: undefined }
    return reached(own, asking, async ({ store }) => {
      await interrupts.orInterrupted(store.board(place.service, place.environment).read())
      return undefined
    })
  }
  if (place.store !== undefined) {
    const { sendLate } = await import('../runtime/send-late.ts')
    await sendLate(own, place.store, (words) => output.progress(words))
  }
  return reached(own, asking, (there) => interrupts.orInterrupted(requireFree(there, place)))
}
