import { Interruption, interruptedExit, signalName } from '../core/interruption.ts'
import { Problem } from '../core/problem.ts'

// Being cancelled is a crash that was announced: nothing new starts, the journal is closed, the process ends.

export interface Interrupts {
  /** Aborts at the first signal, with the signal's name as its reason. */
  signal: AbortSignal
  /** Waits for read-only work, or throws as soon as an interruption comes. Not for work that changes things. */
  orInterrupted<T>(work: Promise<T>): Promise<T>
  /** Called before a second Ctrl-C ends the process at once. */
  beforeEnd(close: () => void): void
  stop(): void
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** A terminal and a forwarding parent may both deliver the same Ctrl-C: together they are one. */
const ONE_KEY_MS = 400

export function listenForInterrupts(): Interrupts {
  const controller = new AbortController()
  const closers: (() => void)[] = []
  let first = 0

  function onSignal(name: NodeJS.Signals): void {
    if (!controller.signal.aborted) {
      first = Date.now()
      controller.abort(new Interruption(name, first))
      return
    }
    if (name !== 'SIGINT' || Date.now() - first < ONE_KEY_MS) return
    for (const close of closers) close()
    stop()
    process.kill(process.pid, name)
  }
  function stop(): void {
    for (const name of SIGNALS) process.removeListener(name, onSignal)
  }

  for (const name of SIGNALS) process.on(name, onSignal)
  return {
    signal: controller.signal,
    orInterrupted: (work) => orInterrupted(work, controller.signal),
    beforeEnd: (close) => void closers.push(close),
    stop,
  }
}

async function orInterrupted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) throw interruption(signal)
  const { promise, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(interruption(signal))
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([work, promise])
  } catch (error) {
    // Aborted doors throw errors of their own; what a person needs to know is that it was interrupted.
    throw signal.aborted ? interruption(signal) : error
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

export function interruption(
  signal: AbortSignal,
  unchanged = 'before any change: nothing was touched',
): Problem {
  const name = signalName(signal)
  return new Problem({
    code: 'interrupted',
    message: `interrupted by ${name} ${unchanged}`,
    exit: interruptedExit(signal),
  })
}
