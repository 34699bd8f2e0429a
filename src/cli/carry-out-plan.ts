import type { ExitCode } from '../core/exit.ts'
import type { Plan } from '../core/plan/types.ts'
import { bakeOf } from '../core/run/bake.ts'
import type { Guide } from '../report/guide.ts'
import { outcomeText, takenBackText } from '../report/outcome-text.ts'
import { decisionWords } from '../report/decision-words.ts'
import { essence } from '../report/essence.ts'
import { wrap } from '../report/layout.ts'
import { planText } from '../report/plan-text.ts'
import { brief } from '../report/safe-text.ts'
import { unaskableText } from '../report/unaskable-text.ts'
import { summarise } from '../report/summary.ts'
import type { CarriedThrough } from '../runtime/carry-through.ts'
import type { Session, StoredRun } from '../runtime/types.ts'
import { agree, factAsker, personAt } from './agree.ts'
import { sameRunLine } from './command-line.ts'
import type { BakeHere } from './bake-here.ts'
import type { Interrupts } from './interrupts.ts'
import type { Output } from './output.ts'
import { type Act, shown } from './shown.ts'

export interface CarryOut {
  session: Session
  interrupts: Interrupts
  output: Output
  plan: Plan
  /** What the procedure says for people, where the runbook was read. */
  guide?: Guide | undefined
  /** As typed, for the commands that are printed; a target that was chosen from the list is added. */
  argv: string[]
  yes: boolean
  /** The version of the board when the plan was made just now; absent for one that has been waiting. */
  plannedAt?: string | undefined
  /** Why the shared store is left aside. */
  offline?: string | undefined
  /** The run that it takes back. */
  takesBack?: StoredRun | undefined
  /** Its bake is left out. */
  withoutBake?: boolean | undefined
  answers: Record<string, string>
}

/** Shows the plan, asks, carries it out, and says how it ended: for a run and for an undo. */
export async function carryOutPlan(request: CarryOut): Promise<ExitCode> {
  const { session, interrupts, output, plan, takesBack, offline, answers } = request
  if (!output.json) output.progress(planText(plan, await output.progressLook(), request.guide))
  output.document({ type: 'plan', plan })
  if (!output.interactive && plan.steps.some(({ skip }) => skip === undefined)) {
    const words = unaskableText(plan, {
      withBake: request.withoutBake !== true,
      canRepeat: plan.kind === 'run' && sameRunLine(request.argv, plan.target) !== undefined,
    })
    const { width } = await output.progressLook()
    if (words !== undefined) output.progress(`\n${wrap(words, width).join('\n')}`)
  }
  const asks = plan.confirmations.map(({ id }) => id).filter((id) => answers[id] === undefined)
  await agree({ ...request, asks }, (width) => questionText(plan, width))
  // A question takes its time.
  const plannedAt = request.yes ? request.plannedAt : undefined
  const { carryThrough } = await import('../runtime/carry-through.ts')
  if (!output.json) output.progress('')
  return shown(request, async (stage) => {
    const { renderer, options } = stage
    const ask = personAt(output, renderer, interrupts)
    const carried = await carryThrough(session, plan, {
      ...options,
      answers,
      ask,
      askFact: factAsker(output, interrupts, renderer),
      plannedAt,
      takesBack,
      offline,
    })
    renderer.stop()
    const sameRun = sameRunLine(request.argv, plan.target)
    return endOrBake({ ...request, stage, sameRun }, carried)
  })
}

/** The end of it or, where it was proven and is to be watched, what comes after. */
export async function endOrBake(here: BakeHere, carried: CarriedThrough): Promise<ExitCode> {
  const { acts } = here.stage
  const [{ plan, lines }] = acts
  if (bakeOf(plan, lines) === undefined) return printEnd(acts, carried, here)
  const { bakeAfter } = await import('./bake-here.ts')
  return bakeAfter(here, carried)
}

const QUESTION = '. Go on?'

/** What the triggers say never keeps a person from it; but nobody should say yes without having read it. */
function questionText(plan: Plan, width: number): string {
  const doing = `${essence(plan, width - QUESTION.length)}${QUESTION}`
  if (plan.decision === undefined) return doing
  const words = `The triggers say: ${brief(decisionWords(plan.decision))}`
  const lines = wrap(words, width)
  const shown = lines.length <= MOST_LINES ? lines : [...lines.slice(0, MOST_LINES), '…']
  return [...shown, doing].join('\n')
}

/** The plan above the question has all of it. */
const MOST_LINES = 3

export async function printEnd(
  acts: readonly [Act, ...Act[]],
  carried: CarriedThrough,
  { output, sameRun }: Pick<BakeHere, 'output' | 'sameRun'>,
): Promise<ExitCode> {
  const [run] = acts
  const last = acts.at(-1) ?? run
  const { ended, undo, exit } = carried
  const summary = summarise(run.plan, run.lines, ended, sameRun)
  const impossible = undo !== undefined && 'impossible' in undo ? undo.impossible : undefined
  const back = undo !== undefined && 'plan' in undo ? summarise(last.plan, last.lines, undo.ended) : undefined
  const look = await output.resultLook()
  // The blank line belongs to the screen, not to a file that the result is sent to.
  if (!output.json) output.progress('')
  output.result(
    back === undefined ? outcomeText(summary, look, impossible) : takenBackText(summary, back, look),
  )
  output.document({ type: 'result', ...summary, exit, undo: back, notTakenBack: impossible })
  return exit
}
