import { EXIT, type ExitCode } from '../../core/exit.ts'
import { sentenceOf } from '../../core/problem.ts'
import { statusOf, statusText } from '../../report/status-text.ts'
import { safeLine } from '../../report/safe-text.ts'
import { locksOf } from '../../runtime/locks.ts'
import type { Call } from '../catalog/types.ts'
import { storeHere } from '../store-here.ts'
import { withSession } from '../with-session.ts'

/** Unfinished runs first, then the locks, then the last ones of every service and environment. */
export function runStatus({ options, output }: Call): Promise<ExitCode> {
  return withSession(output, async (outer) => {
    const session = await storeHere(outer, options, output)
    const damaged: { id: string; why: string }[] = []
    const runs = await session.store.list((id, error) => damaged.push({ id, why: sentenceOf(error) }))
    const unreadable: { place: string; why: string }[] = []
    const locks = await locksOf(session, (place, why) => unreadable.push({ place, why }))
    const status = statusOf(session.store.place, runs, locks)
    output.result(statusText(status, await output.resultLook(), session.read.now()))
    for (const { id, why } of damaged) output.progress(`${safeLine(id)} cannot be read: ${safeLine(why)}`)
    for (const { why } of unreadable) output.progress(safeLine(why))
    output.document({ type: 'status', exit: EXIT.done, ...status, damaged, unreadable })
    return EXIT.done
  })
}
