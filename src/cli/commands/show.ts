import { EXIT, type ExitCode } from '../../core/exit.ts'
import { Problem, sentenceOf } from '../../core/problem.ts'
import { safeLine } from '../../report/safe-text.ts'
import { openBake, withSuccessor } from '../../runtime/open-bake.ts'
import type { Session, StoredRun } from '../../runtime/types.ts'
import type { Call } from '../catalog/types.ts'
import type { Output } from '../output.ts'
import { storeHere } from '../store-here.ts'
import { withSession } from '../with-session.ts'

/** The report of one run. */
export function runShow({ args, options, output }: Call): Promise<ExitCode> {
  const format = output.json ? 'json' : ((options['format'] as string | undefined) ?? 'text')
  return withSession(output, async (outer) => {
    const session = await storeHere(outer, options, output)
    const { plan, lines } = await withBakeEnd(session, await findToShow(session, args[0] ?? 'last', output))
    if (format === 'markdown') {
      const { runMarkdown } = await import('../../report/run-markdown.ts')
      output.result(runMarkdown(plan, lines))
    } else if (format === 'json') {
      const { summarise } = await import('../../report/summary.ts')
      output.printJson({ type: 'report', run: summarise(plan, lines), plan, lines })
    } else {
      const { runText } = await import('../../report/run-text.ts')
      output.result(runText(plan, lines, await output.resultLook()))
    }
    return EXIT.done
  })
}

/** Only while nobody has written down how its bake ended, the other runs are looked through. */
async function withBakeEnd({ store }: Session, run: StoredRun): Promise<StoredRun> {
  return openBake(run) === undefined ? run : withSuccessor(run, await store.list())
}

/** What is here can be shown also while the shared store cannot be reached. */
async function findToShow(session: Session, id: string, output: Output): Promise<StoredRun> {
  try {
    return await session.store.find(id)
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'store-unreachable') throw error
    const { withoutSharing } = await import('../../runtime/in-store.ts')
    const run = await withoutSharing(session)
      .store.find(id)
      .catch((here: unknown) => {
        // Not here: there it may be.
        throw here instanceof Problem && here.code === 'run-not-found' ? error : here
      })
    output.progress(
      `${safeLine(sentenceOf(error))}\nThis is what is on this machine; other machines may know more.\n`,
    )
    return run
  }
}
