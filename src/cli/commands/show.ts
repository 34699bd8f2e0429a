import { EXIT, type ExitCode } from '../../core/exit.ts'
import type { Call } from '../catalog/types.ts'
import { withSession } from '../with-session.ts'

/** The report of one run. */
export function runShow({ args, options, output }: Call): Promise<ExitCode> {
  const format = output.json ? 'json' : ((options['format'] as string | undefined) ?? 'text')
  return withSession(output, async (session) => {
    const { plan, lines } = await session.store.find(args[0] ?? 'last')
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
