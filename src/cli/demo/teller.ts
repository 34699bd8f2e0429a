import { facts, hanging, heading } from '../../report/layout.ts'
import type { Output } from '../output.ts'

/** What the demo says between the things that the program itself prints. */
export interface Teller {
  heading(text: string): void
  say(text: string): void
  /** Something to look at, on a line of its own. */
  line(text: string): void
  pairs(pairs: [string, string][]): void
}

export async function createTeller(output: Output): Promise<Teller> {
  const look = await output.resultLook()
  return {
    heading: (text) => output.result(`\n${heading(`── ${text}`, look)}`),
    say: (text) => output.result(hanging('', text, look).join('\n')),
    line: (text) => output.result(`  ${text}`),
    pairs: (pairs) =>
      output.result(
        facts(
          pairs.map(([left, right]): [string, string] => [`  ${left}`, right]),
          look,
        ).join('\n'),
      ),
  }
}
