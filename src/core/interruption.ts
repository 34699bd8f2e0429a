import { EXIT, type ExitCode } from './exit.ts'

/** From the signal until the process is gone, in milliseconds; a little is left for its own end. */
const WITHIN = 4500
/** Where nobody said when it came. */
const UNDATED = 1000

/** Why an `AbortSignal` was aborted that stops a run: the name of the signal, and when it came. */
export class Interruption {
  readonly name: string
  /** Milliseconds since the epoch. */
  readonly at: number

  constructor(name: string, at: number) {
    this.name = name
    this.at = at
  }

  toString(): string {
    return this.name
  }
}

/** `SIGTERM`; Ctrl-C where nothing is said. */
export function signalName({ reason }: AbortSignal): string {
  return reason instanceof Interruption || typeof reason === 'string' ? String(reason) : 'SIGINT'
}

export function interruptedExit(signal: AbortSignal): ExitCode {
  return exitBy(signalName(signal))
}

/** By the name of the signal. */
export function exitBy(name: string): ExitCode {
  return name === 'SIGINT' ? EXIT.interrupted : EXIT.terminated
}

/** How long what has still to be sent may take: being cancelled, the process is gone within 5 s. */
export function timeLeft({ reason }: AbortSignal, now: number): number {
  return reason instanceof Interruption ? Math.max(0, reason.at + WITHIN - now) : UNDATED
}
