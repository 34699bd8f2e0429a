import type { ExitCode } from '../core/exit.ts'
import { bakeEndText, bakeIntro } from '../report/bake-text.ts'
import { outcomeText } from '../report/outcome-text.ts'
import { summarise } from '../report/summary.ts'
import { endBake, watchBake } from '../runtime/bake.ts'
import type { BakeOptions } from '../runtime/watching.ts'
import type { CarriedThrough } from '../runtime/carry-through.ts'
import type { Session } from '../runtime/types.ts'
import { factAsker } from './agree.ts'
import { printEnd } from './carry-out-plan.ts'
import type { Interrupts } from './interrupts.ts'
import type { Output } from './output.ts'
import type { Shown } from './shown.ts'

export interface BakeHere {
  session: Session
  interrupts: Interrupts
  output: Output
  stage: Shown
  withoutBake?: boolean | undefined
  /** The command that began it, where that can be typed again. */
  sameRun?: string | undefined
}

/** After a run that was proven: says so at once, and then watches what the runbook wants watched. */
export async function bakeAfter(here: BakeHere, carried: CarriedThrough): Promise<ExitCode> {
  const { session, output, stage } = here
  const { plan, lines } = stage.acts[0]
  if (here.withoutBake === true) {
    stage.options.onLine(
      await endBake(session, plan.id, {
        type: 'bake-ended',
        result: 'given-up',
        exit: carried.exit,
        why: 'left out with --no-bake',
        by: session.who,
      }),
    )
    stage.renderer.stop()
    return printEnd(stage.acts, carried, here)
  }
  if (!output.json) output.progress('')
  const proven = summarise(plan, lines, carried.ended)
  output.result(`${outcomeText({ ...proven, waysOn: [] }, await output.resultLook())}\n`)
  return bakeNow(here)
}

/** Watches, or goes on with it, and says how it ended. */
export async function bakeNow(
  { session, interrupts, output, stage }: Omit<BakeHere, 'withoutBake'>,
  answers?: BakeOptions['answers'],
): Promise<ExitCode> {
  const { acts, options, renderer } = stage
  const { plan, lines } = acts[0]
  if (!output.json) output.progress(`${bakeIntro(summarise(plan, lines), await output.progressLook())}\n`)
  // A log is told of it once a minute, and of what changes.
  const onNews = output.live ? options.onNews : undefined
  const askFact = factAsker(output, interrupts, renderer)
  const { exit } = await watchBake(session, plan, { ...options, onNews, askFact, answers })
  renderer.stop()
  const summary = summarise(plan, lines)
  if (!output.json) output.progress('')
  output.result(bakeEndText(summary, await output.resultLook()))
  output.document({ type: 'result', ...summary, exit })
  return exit
}
