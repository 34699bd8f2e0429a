import type { ExitCode } from '../core/exit.ts'
import type { Session } from '../runtime/types.ts'
import { type Interrupts, listenForInterrupts } from './interrupts.ts'
import type { Output } from './output.ts'

/** Opens a session for one command, and closes it however the command ends. */
export async function withSession(
  output: Output,
  use: (session: Session, interrupts: Interrupts) => Promise<ExitCode>,
): Promise<ExitCode> {
  const interrupts = listenForInterrupts()
  try {
    const { openSession } = await import('../runtime/session.ts')
    const session = openSession({ signal: interrupts.signal })
    output.redactWith((text) => session.redact(text))
    try {
      return await use(session, interrupts)
    } finally {
      await session.close()
    }
  } finally {
    interrupts.stop()
  }
}
