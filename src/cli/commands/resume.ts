import type { ExitCode } from '../../core/exit.ts'
import { outcomeText } from '../../report/outcome-text.ts'
import { summarise, titleOf } from '../../report/summary.ts'
import { openBake, requireUnwatched } from '../../runtime/open-bake.ts'
import type { StoredRun } from '../../runtime/types.ts'
import { requireKnownAnswers } from '../known-answers.ts'
import { agree, factAsker, personAt } from '../agree.ts'
import { endOrBake } from '../carry-out-plan.ts'
import type { Call } from '../catalog/types.ts'
import type { Output } from '../output.ts'
import { openRun } from '../open-run.ts'
import { shown } from '../shown.ts'
import { storeHere } from '../store-here.ts'
import { unfinishedRun } from '../unfinished-run.ts'
import { keyValues } from '../usage.ts'
import { withSession } from '../with-session.ts'

interface ResumeOptions {
  runbook?: string
  yes?: true
  answer: string[]
}

/** Goes on with a run that was interrupted or cut off: looks, repeats nothing that can be seen to have happened, proves. */
export function runResume(call: Call): Promise<ExitCode> {
  const { args, argv, output } = call
  const options = call.options as unknown as ResumeOptions
  const answers = keyValues('--answer', options.answer)
  return withSession(output, async (outer, interrupts) => {
    const here = await storeHere(outer, options, output)
    const { session, run, offline } = await openRun(here, { output, interrupts, answers }, (there) =>
      unfinishedRun(there, args[0], 'resume'),
    )
    const { plan, lines } = run
    await requireKnownAnswers(answers, plan)
    const bake = openBake(run)
    if (bake !== undefined) {
      requireUnwatched(run, bake, session.read.now())
      output.document({ type: 'plan', plan })
      const { bakeNow } = await import('../bake-here.ts')
      return shown({ interrupts, output, plan, lines }, (stage) =>
        bakeNow({ session, interrupts, output, stage }, answers),
      )
    }
    const [{ requireUnfinished }, { requireFree }] = await Promise.all([
      import('../../runtime/resume.ts'),
      import('../../runtime/lock-run.ts'),
    ])
    requireUnfinished(run)
    await requireFree(session, plan, plan.id)
    await show(run, output)
    await agree({ argv, output, interrupts, yes: options.yes === true, goesOn: true }, () => 'Go on with it?')

    const { resumeThrough } = await import('../../runtime/carry-through.ts')
    if (!output.json) output.progress('')
    return shown({ interrupts, output, plan, lines }, async (stage) => {
      const { renderer } = stage
      const ask = personAt(output, renderer, interrupts)
      const carried = await resumeThrough(session, run, {
        ...stage.options,
        answers,
        ask,
        askFact: factAsker(output, interrupts, renderer),
        offline,
      })
      renderer.stop()
      return endOrBake({ session, interrupts, output, stage }, carried)
    })
  })
}

/** What it was to do, how far it has come, and what is not known of it. */
async function show({ plan, lines }: StoredRun, output: Output): Promise<void> {
  output.document({ type: 'plan', plan })
  if (output.json) return
  const look = await output.progressLook()
  const summary = summarise(plan, lines)
  const { by, started = plan.createdAt } = summary
  const who = by === undefined ? '' : ` by ${by.name} on ${by.host}`
  output.progress(look.paint.strong(titleOf(summary)))
  output.progress(`Run ${plan.id}, started ${started}${who}\n`)
  output.progress(outcomeText({ ...summary, waysOn: [] }, look))
}
