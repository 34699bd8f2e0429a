import type { Procedure, Runbook } from '../core/model.ts'
import { EXIT } from '../core/exit.ts'
import { Problem } from '../core/problem.ts'
import { type Candidate, isChoice } from '../core/release.ts'
import { candidateLines } from '../report/candidates-text.ts'
import { hanging } from '../report/layout.ts'
import { PLAIN } from '../report/look.ts'
import { safeLine } from '../report/safe-text.ts'
import type { Session } from '../runtime/types.ts'
import { type Interrupts, interruption } from './interrupts.ts'
import type { Output } from './output.ts'
import { whileWaiting } from './ui/waiting.ts'
import { usageError } from './usage.ts'

const TRIES = 3
const OFFERED = 15

interface Choice {
  session: Session
  interrupts: Interrupts
  output: Output
  runbook: Runbook
  procedure: Procedure
}

/** No target was named: a person chooses from a list; a script gets the list as an error. */
export async function chooseTarget({
  session,
  interrupts,
  output,
  runbook,
  procedure,
}: Choice): Promise<string> {
  const { checkReadiness } = await import('../runtime/readiness.ts')
  const look = await output.progressLook()
  const tell = (text: string) => output.progress(hanging('', text, look).join('\n'))
  tell('No target was named; looking for versions to return to.')
  const readiness = await whileWaiting(
    output,
    'looking at what is there',
    interrupts.orInterrupted(checkReadiness(session, runbook, procedure.name)),
  )
  const unread = readiness.candidatesUnread
  if (unread !== undefined) tell(safeLine(`Candidates could not be read: ${unread.why}`))
  const offered = readiness.candidates.slice(0, OFFERED)
  const choices = offered.filter(isChoice)
  if (!output.interactive || choices.length === 0)
    throw usageError(
      'a target is needed: --target <version>',
      `Versions to return to:\n${candidateLines(offered, PLAIN).join('\n')}`,
    )
  output.progress(candidateLines(offered, look).join('\n'))
  return askNumber(choices, interrupts)
}

async function askNumber(choices: Candidate[], interrupts: Interrupts): Promise<string> {
  const { askLine } = await import('./ui/ask.ts')
  for (let tries = 0; tries < TRIES; tries++) {
    const answer = await askLine(`Return to which version? [1-${choices.length}] `, interrupts.signal)
    if (interrupts.signal.aborted) throw interruption(interrupts.signal)
    if (answer === undefined || answer.trim() === '') break
    const chosen = choices.find((_, index) => answer.trim() === String(index + 1))
    if (chosen !== undefined) return nameOf(chosen)
  }
  throw new Problem({
    code: 'declined',
    message: 'no version was chosen; nothing was changed',
    exit: EXIT.declined,
  })
}

/** The name that fits this candidate and no other. */
function nameOf({ release, names }: Candidate): string {
  return release.sha ?? release.tag ?? names[0] ?? release.given
}
