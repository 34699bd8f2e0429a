import { EXIT } from '../../core/exit.ts'
import { Problem } from '../../core/problem.ts'
import type { Output } from '../output.ts'
import { askLine } from '../ui/ask.ts'
import { type Example, EXAMPLES, type InitQuestion } from './examples.ts'

const TRIES = 5

/** Asks which kind of runbook, then what it needs; Enter takes the value in brackets. */
export async function interview(
  output: Output,
): Promise<{ example: Example; answers: Record<string, string> }> {
  output.progress('What carries the version of your service?')
  for (const [index, { summary }] of EXAMPLES.entries()) output.progress(`  ${index + 1}  ${summary}`)
  const number = await askFor({
    id: 'platform',
    text: `1-${EXAMPLES.length}`,
    usual: '1',
    problem: (answer) =>
      EXAMPLES[Number(answer) - 1] === undefined ? `write a number from 1 to ${EXAMPLES.length}` : undefined,
  })
  const example = EXAMPLES[Number(number) - 1]
  if (example === undefined) throw stopped()
  const answers: Record<string, string> = {}
  for (const question of example.questions) answers[question.id] = await askFor(question)
  return { example, answers }

  async function askFor(question: InitQuestion): Promise<string> {
    const { optional = false, usual } = question
    const hint = optional ? `such as ${usual}; Enter for none` : usual
    for (let tries = 0; tries < TRIES; tries++) {
      const typed = await askLine(`${question.text} [${hint}]: `)
      if (typed === undefined) break
      const answer = typed.trim() === '' && !optional ? usual : typed.trim()
      const problem = question.problem(answer)
      if (problem === undefined) return answer
      output.progress(`  ${problem}`)
    }
    throw stopped()
  }
}

function stopped(): Problem {
  return new Problem({ code: 'declined', message: 'nothing was written', exit: EXIT.declined })
}
