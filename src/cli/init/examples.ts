import { kubernetesRunbook } from './kubernetes-runbook.ts'
import { registryRunbook } from './registry-runbook.ts'

/** What `init` asks for one kind of runbook, and what it writes. */
export interface Example {
  name: string
  summary: string
  questions: InitQuestion[]
  write(answers: Record<string, string>): string
}

export interface InitQuestion {
  id: string
  text: string
  /** The value of the example; taken when nothing is typed. */
  usual: string
  /** When nothing is typed there is none of it. */
  optional?: boolean | undefined
  /** What is wrong with an answer; undefined when nothing is. */
  problem(answer: string): string | undefined
}

export const EXAMPLES: readonly Example[] = [registryRunbook, kubernetesRunbook]

/** The answers that make the example as it stands. */
export function usualAnswers(example: Example): Record<string, string> {
  return Object.fromEntries(example.questions.map(({ id, usual }) => [id, usual]))
}
