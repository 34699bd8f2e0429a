import { EXIT, type ExitCode } from '../../core/exit.ts'
import { sentenceOf } from '../../core/problem.ts'
import { statusOf, statusText } from '../../report/status-text.ts'
import { safeLine } from '../../report/safe-text.ts'
import type { Call } from '../catalog/types.ts'
import { withSession } from '../with-session.ts'

/** Unfinished runs first, then the last ones of every service and environment. */
export function runStatus({ output }: Call): Promise<ExitCode> {
  return withSession(output, async (session) => {
    const damaged: { id: string; why: string }[] = []
    const runs = await session.store.list((id, error) => damaged.push({ id, why: sentenceOf(error) }))
    const status = statusOf(session.store.place, runs)
    output.result(statusText(status, await output.resultLook()))
    for (const { id, why } of damaged) output.progress(`run ${safeLine(id)} cannot be read: ${safeLine(why)}`)
    output.document({ type: 'status', exit: EXIT.done, ...status, damaged })
    return EXIT.done
  })
}
