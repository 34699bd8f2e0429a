import type { Question } from '../core/contract.ts'
import { EXIT } from '../core/exit.ts'
import { Problem } from '../core/problem.ts'
import type { People } from '../runtime/asked-signal.ts'
import type { CarryOutOptions } from '../runtime/types.ts'
import { askAtTerminal, type Terminal } from './ask-at-terminal.ts'
import { sameCommand } from './command-line.ts'
import { type Interrupts, interruption } from './interrupts.ts'
import type { Output } from './output.ts'
import type { Renderer } from './ui/renderer.ts'

interface Asking {
  /** As typed, for the command that goes on without asking. */
  argv: string[]
  output: Output
  interrupts: Interrupts
  yes: boolean
  /** What it asks besides, by the names that answer it. */
  asks?: readonly string[] | undefined
  /** It is gone on with: something may have been changed before. */
  goesOn?: true | undefined
}

/** The question before anything is changed. Without a terminal nobody can be asked, and silence is not a yes. */
export async function agree(
  { argv, output, interrupts, yes, asks = [], goesOn }: Asking,
  question: (width: number) => string,
): Promise<void> {
  if (yes) return
  const unchanged = goesOn === true ? 'nothing more was changed' : 'nothing was changed'
  if (!output.interactive) throw nobodyToAsk('this changes things', argv, { asks, unchanged })
  const { confirm } = await import('./ui/ask.ts')
  output.progress('')
  const { width } = await output.progressLook()
  const agreed = await confirm(question(width), interrupts.signal)
  if (interrupts.signal.aborted)
    throw interruption(interrupts.signal, goesOn === true ? `at the question: ${unchanged}` : undefined)
  if (agreed) return
  throw new Problem({ code: 'declined', message: `declined: ${unchanged}`, exit: EXIT.declined })
}

/** `asks`: what has to be answered besides, by name. */
export function nobodyToAsk(
  what: string,
  argv: readonly string[],
  { asks, unchanged }: { asks: readonly string[]; unchanged: string },
): Problem {
  const answers = asks.flatMap((id) => ['--answer', `${id}=yes`])
  const also = asks.length === 0 ? '' : ', and answer what it asks besides, where that is meant'
  return new Problem({
    code: 'answer-needed',
    message: `${what}, and nobody can be asked here; ${unchanged}`,
    cure: `Pass --yes to go on without asking${also}: ${sameCommand(argv, ['--yes', ...answers])}`,
    exit: EXIT.declined,
  })
}

/** Asks the person at the terminal what comes up on the way; absent where there is none. */
export function personAt(output: Output, renderer: Renderer, interrupts: Interrupts): CarryOutOptions['ask'] {
  return output.interactive
    ? (_id, question, signal) => askPerson(question, { output, interrupts, renderer }, signal)
    : undefined
}

/** Asks what only they know of how things are; an empty line says that it is not known. Absent without a terminal. */
export function factAsker(
  output: Output,
  interrupts: Interrupts,
  renderer?: Pick<Renderer, 'hold'>,
): People['ask'] {
  if (!output.interactive) return undefined
  return (question, answers, signal) => {
    const text = `${question} [${answers.join('/')}, or Enter: not known]`
    return askAtTerminal({ output, interrupts, renderer }, text, signal)
  }
}

async function askPerson(question: Question, terminal: Terminal, signal?: AbortSignal): Promise<string> {
  const hint = question.expects === 'yes' ? '[y/N]' : `(type ${question.expects} to go on)`
  const answer = (await askAtTerminal(terminal, `${question.text} ${hint}`, signal)) ?? ''
  const isYes = question.expects === 'yes' && /^y(es)?$/i.test(answer.trim())
  return isYes ? 'yes' : answer.trim()
}
