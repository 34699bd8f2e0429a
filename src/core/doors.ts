// The doors to the outside that a platform is given: to read, and to write. Every member says its unit and its errors.

export interface HttpRequest {
  method: string
  /** Absolute, http or https. */
  url: string
  headers?: Record<string, string> | undefined
  body?: string | Uint8Array | undefined
  /** For the whole exchange, in milliseconds; default 30 s. */
  timeout?: number | undefined
  /** Longest body that is accepted, in bytes; default 4 MiB. A longer one is an error, never a cut text. */
  limit?: number | undefined
  /** Plain http to an address that is not loopback: only where the runbook opts in. */
  insecure?: boolean | undefined
  tls?: TlsOptions | undefined
  /** Declares a request that is not GET or HEAD to change nothing; the door checks the claim. */
  reads?: ReadClaim | undefined
}

export interface TlsOptions {
  ca?: string | undefined
  cert?: string | undefined
  key?: string | undefined
  servername?: string | undefined
  /** Only as far as a kubeconfig asks for it (`insecure-skip-tls-verify`). */
  skipVerify?: boolean | undefined
}

/** Requests other than GET and HEAD that change nothing. */
export type ReadClaim = 'token-exchange' | 'access-review' | 'server-dry-run' | 'probe'

export interface HttpResponse {
  status: number
  /** Lower-case names; repeated ones joined by a comma. */
  headers: Record<string, string>
  body: Uint8Array
  /** From the first byte sent to the last byte read, in milliseconds. */
  took: number
}

export interface CommandRequest {
  /** Program and arguments; never a shell string. */
  argv: readonly [string, ...string[]]
  /** Added to the small set of variables every child gets (PATH, HOME, LANG, TZ, TMPDIR …). */
  env?: Record<string, string> | undefined
  /** What of our environment it gets besides, by the beginnings of the names: `AWS_`. */
  inherit?: readonly string[] | undefined
  stdin?: string | undefined
  cwd?: string | undefined
  /** In milliseconds; the whole process group is killed after it. Default 60 s. */
  timeout?: number | undefined
  /** Longest output kept of each stream, in bytes; default 64 KiB, the rest is dropped and counted. */
  limit?: number | undefined
}

/** A process id is used again; together with the moment of its start it names one process. */
export interface ChildProcess {
  pid: number
  /** As the system tells it. */
  started: string
  /** When its time is over, in milliseconds since the epoch. */
  until: number
}

/** Told of the process before the program begins in it; when this throws, the program never begins. */
export type Began = (child: ChildProcess) => Promise<void>

export interface CommandResult {
  /** false: the program never ran, so it cannot have done anything. */
  started: boolean
  /** undefined when it ended by a signal or could not be started. */
  exitCode: number | undefined
  /** Why there is no exit code: `timed out after 60 s`, `not found`, `killed by SIGTERM`. */
  ended?: string | undefined
  /** Why we have ended it half-way, or tried to. */
  cut?: 'timed out' | 'interrupted' | undefined
  /** It could not be ended, and goes on. */
  stillRuns?: true | undefined
  stdout: string
  stderr: string
  /** Bytes of output that were dropped. */
  dropped: number
}

/** Looks, and changes nothing. */
export interface ReadDoor {
  /** GET, HEAD, and what `reads` declares; anything else throws. */
  http(request: HttpRequest): Promise<HttpResponse>
  /** Opens a stream of a GET (a watch); ends when `signal` aborts. */
  stream(request: HttpRequest, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>
  /** A command that the runbook or the platform declares to only look: `check`, a credential helper, `git rev-parse`. */
  look(command: CommandRequest): Promise<CommandResult>
  /** A file's text; undefined when it does not exist. Throws when it cannot be read. */
  file(path: string): Promise<string | undefined>
  /** When a file was last written, in milliseconds since the epoch; undefined when it does not exist. Throws as `file` does. */
  written(path: string): Promise<number | undefined>
  env(name: string): string | undefined
  /** Milliseconds since the epoch. */
  now(): number
  sleep(milliseconds: number): Promise<void>
}

/** Changes things. Only `apply` and `call` are ever given one. */
export interface WriteDoor extends ReadDoor {
  send(request: HttpRequest): Promise<HttpResponse>
  /** With `began`, which the runtime gives: the program may outlive us, and its process is on record before it begins. */
  execute(command: CommandRequest, began?: Began): Promise<CommandResult>
}
