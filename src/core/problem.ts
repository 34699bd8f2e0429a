import { EXIT, type ExitCode } from './exit.ts'

export interface ProblemDetails {
  /** Stable and greppable, such as `registry-unauthorized`. */
  code: string
  /** One sentence: what is wrong. */
  message: string
  /** What was found, quoted where it is somebody's text. */
  found?: string | undefined
  /** What to do about it; a command where one helps. */
  cure?: string | undefined
  exit?: ExitCode | undefined
  cause?: unknown
}

/** An error that a person can act on: what is wrong, what was found, what to do. */
export class Problem extends Error {
  readonly code: string
  readonly found: string | undefined
  readonly cure: string | undefined
  readonly exit: ExitCode

  constructor(details: ProblemDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'Problem'
    this.code = details.code
    this.found = details.found
    this.cure = details.cure
    this.exit = details.exit ?? EXIT.unexpected
  }
}

export interface EffectFailureDetails extends ProblemDetails {
  /** `no`: the platform certainly did not take it. `unknown`: the answer was lost, it may have happened. */
  applied: 'no' | 'unknown'
  /** Whether trying the same again may help (429, 5xx, a lost connection). Never implies that it is harmless. */
  retryable: boolean
  /** The platform's own wish (Retry-After), in milliseconds. */
  retryAfter?: number | undefined
  /** Of the program that was doing it: we have ended it half-way, or it could not be ended and goes on. */
  program?: 'half-way' | 'still-runs' | undefined
}

/** Thrown by `apply` and `call`; says whether the effect may have happened. */
export class EffectFailure extends Problem {
  readonly applied: 'no' | 'unknown'
  readonly retryable: boolean
  readonly retryAfter: number | undefined
  readonly program: EffectFailureDetails['program']

  constructor(details: EffectFailureDetails) {
    super(details)
    this.name = 'EffectFailure'
    this.applied = details.applied
    this.retryable = details.retryable
    this.retryAfter = details.retryAfter
    this.program = details.program
  }
}

/** One sentence for anything thrown. */
export function sentenceOf(error: unknown): string {
  if (error instanceof Problem)
    return error.found === undefined ? error.message : `${error.message}: ${error.found}`
  return error instanceof Error ? error.message : String(error)
}
