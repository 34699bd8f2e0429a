import { EXIT, type ExitCode } from '../../core/exit.ts'
import { whatStands } from '../../core/run/conclude.ts'
import { fold } from '../../core/run/state.ts'
import { ANSWER_COLUMNS } from '../../report/essence.ts'
import { hanging, wrap } from '../../report/layout.ts'
import type { Look } from '../../report/look.ts'
import { safeLine } from '../../report/safe-text.ts'
import type { BakeState } from '../../core/run/bake.ts'
import { openBake, requireUnwatched } from '../../runtime/open-bake.ts'
import type { Session, StoredRun } from '../../runtime/types.ts'
import { agree } from '../agree.ts'
import type { Call } from '../catalog/types.ts'
import { requireKnownAnswers } from '../known-answers.ts'
import type { Output } from '../output.ts'
import { openRun } from '../open-run.ts'
import { storeHere } from '../store-here.ts'
import { unfinishedRun } from '../unfinished-run.ts'
import { keyValues, usageError } from '../usage.ts'
import { withSession } from '../with-session.ts'

interface AbandonOptions {
  runbook?: string
  reason?: string
  yes?: true
  answer: string[]
}

/** Gives an unfinished run up: what stands, stands, and its surfaces are free again. */
export function runAbandon({ args, argv, options, output }: Call): Promise<ExitCode> {
  const { runbook, reason, yes, answer } = options as unknown as AbandonOptions
  const answers = keyValues('--answer', answer)
  if (reason === undefined || reason.trim() === '')
    throw usageError(
      '--reason is needed: it is kept in the report',
      "Say why, such as --reason 'mended by hand'.",
    )
  return withSession(output, async (outer, interrupts) => {
    const here = await storeHere(outer, { runbook }, output)
    const { session, run, offline } = await openRun(here, { output, interrupts, answers }, (there) =>
      unfinishedRun(there, args[0], 'abandon'),
    )
    await requireKnownAnswers(answers, run.plan)
    const { requireUnfinished } = await import('../../runtime/resume.ts')
    const { requireFree } = await import('../../runtime/lock-run.ts')
    const bake = openBake(run)
    if (bake !== undefined) {
      // Who watches it writes down what comes of it; Ctrl-C there ends it.
      requireUnwatched(run, bake, session.read.now())
      return giveUpBake({ session, run, bake, reason, output })
    }
    requireUnfinished(run)
    await requireFree(session, run.plan, run.plan.id)
    const stands = whatStands(run.plan, fold(run.lines))
    if (!output.json) tellStands(run, stands, output, await output.progressLook())
    await agree({ argv, output, interrupts, yes: yes === true }, (width) =>
      wrap('Give it up, and leave this as it is?', width - ANSWER_COLUMNS).join('\n'),
    )
    const { abandonRun } = await import('../../runtime/carry-through.ts')
    await abandonRun(session, run, reason, {
      answers,
      ask: undefined,
      interrupt: interrupts.signal,
      onNews: (text) => output.progress(text),
      offline,
    })
    const words = `Given up: run ${run.plan.id}. What it has changed stands as it is, and is nobody's any more.`
    output.result(hanging('', words, await output.resultLook()).join('\n'))
    output.document({
      type: 'result',
      result: 'abandoned',
      exit: EXIT.done,
      run: run.plan.id,
      reason,
      stands,
    })
    return EXIT.done
  })
}

interface GivingUp {
  session: Session
  run: StoredRun
  bake: BakeState
  reason: string
  output: Output
}

/** Nothing stands that somebody would have to know of: the run is proven, and only is not watched any more. */
async function giveUpBake({ session, run, bake, reason, output }: GivingUp): Promise<ExitCode> {
  const { endBake } = await import('../../runtime/bake.ts')
  const { id } = run.plan
  const why = `given up: ${reason}`
  await endBake(session, id, {
    type: 'bake-ended',
    result: 'given-up',
    exit: bake.own,
    why,
    by: session.who,
  })
  const words = `Given up: the bake of run ${id}. The run itself is done and proven.`
  output.result(hanging('', words, await output.resultLook()).join('\n'))
  output.document({ type: 'result', result: 'bake-given-up', exit: EXIT.done, run: id, reason })
  return EXIT.done
}

function tellStands({ plan }: StoredRun, stands: string[], output: Output, look: Look): void {
  const title = `Run ${plan.id} of ${plan.service}, ${plan.environment}`
  const words = stands.length === 0 ? `${title} has changed nothing that stands.` : `${title}; what stands:`
  const lines = [
    ...hanging('', safeLine(words), look),
    ...stands.flatMap((what) => hanging('  - ', safeLine(what), look)),
  ]
  output.progress(lines.join('\n'))
}
