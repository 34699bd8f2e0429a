import { EXIT, type ExitCode } from '../../core/exit.ts'
import { isFinished } from '../../runtime/close-run.ts'
import type { Session, StoredRun } from '../../runtime/types.ts'
import { carryOutPlan } from '../carry-out-plan.ts'
import type { Call } from '../catalog/types.ts'
import { printDryRun } from '../dry-run.ts'
import { printRefusal } from '../refused.ts'
import { requireKnownAnswers } from '../known-answers.ts'
import { knownRuns } from '../known-runs.ts'
import { openRun } from '../open-run.ts'
import { runToUndo } from '../run-to-undo.ts'
import { storeHere } from '../store-here.ts'
import { given, keyValues } from '../usage.ts'
import { whileWaiting } from '../ui/waiting.ts'
import { withSession } from '../with-session.ts'

interface UndoOptions {
  runbook?: string
  without: string[]
  reason?: string
  dryRun?: true
  manual?: true
  yes?: true
  answer: string[]
}

/** Takes the changes of a run back: a plan of its own, shown, asked about, carried out and proven. */
export async function runUndo(call: Call): Promise<ExitCode> {
  const { args, argv, output } = call
  const options = call.options as unknown as UndoOptions
  const answers = keyValues('--answer', options.answer)
  return withSession(output, async (outer, interrupts) => {
    const here = await storeHere(outer, options, output)
    const looksOnly = options.dryRun === true || options.manual === true
    const { requireFree } = await import('../../runtime/lock-run.ts')
    const opened = await openRun(
      here,
      { output, interrupts, answers },
      (session) => findRun(session, args[0]),
      {
        looksOnly,
      },
    )
    const { session, offline, run } = opened
    const plannedAt = looksOnly ? undefined : await requireFree(session, run.plan, run.plan.id)
    const { makeUndo } = await import('../../runtime/make-undo.ts')
    const { without, reason } = options
    const outcome = await whileWaiting(
      output,
      'looking at what is live everywhere',
      interrupts.orInterrupted(makeUndo(session, run, { ...given({ reason }), without })),
    )
    if (outcome.kind === 'refused') return printRefusal(outcome.refusal, argv, output)

    const { plan } = outcome
    // What the run itself asks may be said here, too: nobody has to know what an undo leaves out.
    await requireKnownAnswers(answers, { ...run.plan, confirmations: plan.confirmations })
    const already = outcome.kind === 'already' ? outcome.why : undefined
    if (options.manual === true) {
      const { printPlan } = await import('./plan.ts')
      await printPlan(plan, { manual: true }, output)
      output.document({ type: 'plan', outcome: outcome.kind, exit: EXIT.done, why: already, plan })
      return EXIT.done
    }
    if (options.dryRun === true) return printDryRun(plan, already, output)
    if (already !== undefined) {
      if (!isFinished(run)) {
        // Nothing of it is in place: nobody has to go on with it.
        const { abandonRun } = await import('../../runtime/carry-through.ts')
        await abandonRun(session, run, `nothing of it stands (${already})`, {
          answers,
          ask: undefined,
          interrupt: interrupts.signal,
          onNews: (text) => output.progress(text),
          offline,
        })
      }
      output.result(`Already taken back: ${already}. Nothing was changed.`)
      output.document({ type: 'result', result: 'already', exit: EXIT.done, why: already, plan })
      return EXIT.done
    }
    const yes = options.yes === true
    return carryOutPlan({
      session,
      offline,
      interrupts,
      output,
      plan,
      argv,
      yes,
      plannedAt,
      takesBack: run,
      answers,
    })
  })
}

async function findRun({ store }: Session, id: string | undefined): Promise<StoredRun> {
  if (id !== undefined && id !== 'last') return store.find(id)
  const { runs, unreadable } = await knownRuns(store)
  return runToUndo(runs, unreadable)
}
