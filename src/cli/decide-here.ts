import { EXIT, type ExitCode } from '../core/exit.ts'
import { parseDuration } from '../core/duration.ts'
import type { Decision, Verdict } from '../core/conditions/verdict.ts'
import { exitBy, signalName } from '../core/interruption.ts'
import type { Runbook } from '../core/model.ts'
import type { Typed } from '../report/check-text.ts'
import type { Session } from '../runtime/types.ts'
import { factAsker } from './agree.ts'
import { decisionTeller } from './decision-teller.ts'
import type { Interrupts } from './interrupts.ts'
import type { Output } from './output.ts'
import type { RunbookOptions } from './runbook.ts'
import { usageError } from './usage.ts'

const VERDICT_EXIT: Record<Verdict, ExitCode> = {
  hold: EXIT.done,
  rollback: EXIT.verdictRollback,
  investigate: EXIT.verdictInvestigate,
  unknown: EXIT.verdictUnknown,
}

/** What was typed, for the commands that are printed. */
export function typedOf(
  { runbook, env, set = [], procedure }: RunbookOptions & { procedure?: string | undefined },
  answers: readonly string[],
): Typed {
  const one = (option: string, value: string | undefined): string[] =>
    value === undefined ? [] : [option, value]
  const which = [...one('--runbook', runbook), ...one('--env', env), ...one('--procedure', procedure)]
  return {
    which: [...which, ...set.flatMap((pair) => ['--set', pair])],
    answers,
  }
}

/** Says what follows from a decision, and gives the exit code; `as`: what the command is about, or on the way to it. */
export async function tellDecision(
  decision: Decision,
  { service, environment }: Runbook,
  output: Output,
  as: 'result' | 'progress',
  typed: Typed,
): Promise<ExitCode> {
  const { checkText } = await import('../report/check-text.ts')
  const { verdict, interrupted } = decision
  const exit = interrupted === undefined ? VERDICT_EXIT[verdict] : exitBy(interrupted)
  const look = as === 'result' ? await output.resultLook() : await output.progressLook()
  // What it comes to stands last, where the eye is.
  if (decision.explanation !== undefined) {
    const { explainText } = await import('../report/explain-text.ts')
    output[as](`${explainText(decision, look)}\n`)
  }
  // On the way to a rollback it goes on by itself.
  const goesOn = as === 'progress' && verdict === 'rollback' && interrupted === undefined
  output[as](checkText(decision, `${service}, ${environment}`, look, typed, !goesOn))
  output.document({ type: 'check', exit, service, environment, ...documentOf(decision) })
  return exit
}

/** Whoever draws charts asks the source itself: a hundred thousand points are no part of a result. */
function documentOf({ explanation, ...decision }: Decision): object {
  if (explanation === undefined) return decision
  const { triggers, signals } = explanation
  return { ...decision, explanation: { triggers, signals } }
}

interface Asking {
  session: Session
  interrupts: Interrupts
  output: Output
  /** As typed; absent: everything is measured once. */
  sample: string | undefined
  /** As typed: `reports=3`. */
  answers: Record<string, string>
  explain?: boolean | undefined
  /** The one that would be carried out, as typed; absent: the first. */
  procedure?: string | undefined
}

interface Decided {
  decision: Decision
  /** What was answered, beforehand or at the terminal: `reports=3`. */
  answers: string[]
}

/** Measures what the triggers of the runbook speak of; while it samples, tells how much time is left. */
export async function decideHere(runbook: Runbook, asking: Asking): Promise<Decided> {
  const { session, interrupts, output } = asking
  const sample = sampleOf(asking.sample)
  if (runbook.triggers.length === 0)
    throw usageError(
      'the runbook has no triggers: it does not say when to roll back',
      'Add triggers: to it; see docs/writing-a-runbook.md.',
    )
  const [{ decide }, { inFolderOf }, { procedureNamed }] = await Promise.all([
    import('../runtime/decide.ts'),
    import('../runtime/in-folder.ts'),
    import('../runtime/plan-ground.ts'),
  ])
  const chosen = { ...runbook, procedures: [procedureNamed(runbook, asking.procedure)] }
  const teller = await decisionTeller(output, chosen, sample)
  const given = new Map(Object.entries(asking.answers))
  let asked = ''
  const ask = factAsker(output, interrupts, teller)
  try {
    const decision = await decide(inFolderOf(runbook.path, session), chosen, {
      sample,
      explain: asking.explain,
      interrupt: interrupts.signal,
      people: {
        answers: asking.answers,
        ask:
          ask &&
          (async (...question) => {
            const answer = await ask(...question)
            // One that is none is asked for again, and the last one counts.
            if (answer !== undefined && answer.trim() !== '') given.set(asked, answer.trim())
            return answer
          }),
      },
      onNews: teller.onNews,
      onQuestion(signal, decisionSoFar) {
        asked = signal
        teller.onQuestion(signal, decisionSoFar)
      },
    })
    const answers = [...given].map(([name, answer]) => `${name}=${answer}`)
    return interrupts.signal.aborted
      ? { decision: { ...decision, interrupted: signalName(interrupts.signal) }, answers }
      : { decision, answers }
  } finally {
    teller.stop()
  }
}

const LONGEST_SAMPLE = 24 * 3_600_000

function sampleOf(text: string | undefined): number {
  if (text === undefined) return 0
  const milliseconds = parseDuration(text)
  if (milliseconds === undefined)
    throw usageError(`--sample ${text} is not a duration`, 'Write a number with a unit, such as 90s or 5m.')
  if (milliseconds > LONGEST_SAMPLE)
    throw usageError(`--sample ${text} is longer than a day`, 'Sample for minutes, and again when it is due.')
  return milliseconds
}
