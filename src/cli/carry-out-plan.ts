import type { Question } from '../core/contract.ts'
import { EXIT, type ExitCode } from '../core/exit.ts'
import type { Plan } from '../core/plan/types.ts'
import { Problem } from '../core/problem.ts'
import type { Guide } from '../report/guide.ts'
import { outcomeText, takenBackText } from '../report/outcome-text.ts'
import { essence } from '../report/essence.ts'
import { planText } from '../report/plan-text.ts'
import { summarise } from '../report/summary.ts'
import type { CarriedThrough } from '../runtime/carry-through.ts'
import type { Session } from '../runtime/types.ts'
import { sameCommand } from './command-line.ts'
import { type Interrupts, interruption } from './interrupts.ts'
import type { Output } from './output.ts'
import { type Act, shown } from './shown.ts'
import type { Renderer } from './ui/renderer.ts'

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
  /** The plan was not made just now. */
  waited?: boolean | undefined
  answers: Record<string, string>
}

/** Shows the plan, asks, carries it out, and says how it ended: for a run and for an undo. */
export async function carryOutPlan(request: CarryOut): Promise<ExitCode> {
  const { session, interrupts, output, plan, answers } = request
  if (!output.json) output.progress(planText(plan, await output.progressLook(), request.guide))
  output.document({ type: 'plan', plan })
  await agree(request)
  if (request.waited === true || !request.yes) {
    const { requireStillAsPlanned } = await import('../runtime/still-as-planned.ts')
    await interrupts.orInterrupted(requireStillAsPlanned(session, plan))
  }

  const { carryThrough } = await import('../runtime/carry-through.ts')
  if (!output.json) output.progress('')
  return shown(request, async ({ renderer, acts, options }) => {
    const ask = output.interactive
      ? (_id: string, question: Question) => askPerson(question, renderer, interrupts)
      : undefined
    const carried = await carryThrough(session, plan, { ...options, answers, ask })
    renderer.stop()
    return printEnd(acts, carried, output)
  })
}

const QUESTION = '. Go on?'

/** The plan's own question. Without a terminal nobody can be asked, and silence is not a yes. */
async function agree({ plan, yes, output, argv, interrupts }: CarryOut): Promise<void> {
  if (yes) return
  if (!output.interactive)
    throw new Problem({
      code: 'answer-needed',
      message: 'this changes things, and nobody can be asked here; nothing was changed',
      cure: `Pass --yes to go on without asking: ${sameCommand(argv, ['--yes'])}`,
      exit: EXIT.declined,
    })
  const { confirm } = await import('./ui/ask.ts')
  output.progress('')
  const { width } = await output.progressLook()
  const agreed = await confirm(`${essence(plan, width - QUESTION.length)}${QUESTION}`, interrupts.signal)
  if (interrupts.signal.aborted) throw interruption(interrupts.signal)
  if (agreed) return
  throw new Problem({ code: 'declined', message: 'declined: nothing was changed', exit: EXIT.declined })
}

async function askPerson(question: Question, renderer: Renderer, interrupts: Interrupts): Promise<string> {
  renderer.pause()
  const { askLine } = await import('./ui/ask.ts')
  const hint = question.expects === 'yes' ? '[y/N]' : `(type ${question.expects} to go on)`
  const answer = (await askLine(`${question.text} ${hint} `, interrupts.signal)) ?? ''
  const isYes = question.expects === 'yes' && /^y(es)?$/i.test(answer.trim())
  return isYes ? 'yes' : answer.trim()
}

async function printEnd(
  acts: readonly [Act, ...Act[]],
  carried: CarriedThrough,
  output: Output,
): Promise<ExitCode> {
  const [run] = acts
  const last = acts.at(-1) ?? run
  const { ended, undo, exit } = carried
  const summary = summarise(run.plan, run.lines, ended)
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
