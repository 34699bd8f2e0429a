import type {
  CommandRequest,
  CommandResult,
  HttpRequest,
  HttpResponse,
  WriteDoor,
} from '../../src/core/doors.ts'
import { NetworkError } from '../../src/io/network-error.ts'
import { credentialsIn } from '../../src/io/sent-credentials.ts'
import { createRedactor } from '../../src/io/redact.ts'
import { openSecrets } from '../../src/runtime/secrets.ts'
import type { Board } from '../../src/runtime/store/board.ts'
import { SECRETS } from './secret.ts'
import type { Session, Store } from '../../src/runtime/types.ts'

// The doors end here: what would go outside is answered by the case, at once, by a clock of its own.

export interface Answers {
  http(request: HttpRequest): HttpResponse
  command(request: CommandRequest): CommandResult
  stream(request: HttpRequest): readonly Uint8Array[]
  files: Readonly<Record<string, string>>
  variables: Readonly<Record<string, string>>
}

interface Opened {
  session: Session
  redact: (text: string) => string
}

export function sessionOf(answers: Answers): Opened {
  let now = Date.parse('2026-11-22T03:15:00Z')
  const redactor = createRedactor()
  // As the real doors do it.
  const conceal = (request: HttpRequest): HttpRequest => {
    for (const credential of credentialsIn(request)) redactor.add(credential, '[credential]')
    return request
  }
  const door: WriteDoor = {
    http: async (request) => answers.http(conceal(request)),
    send: async (request) => answers.http(conceal(request)),
    stream: async (request) => iterate(answers.stream(conceal(request))),
    look: async (command) => answers.command(command),
    execute: async (command) => answers.command(command),
    file: async (path) => answers.files[path],
    written: async (path) => (answers.files[path] === undefined ? undefined : now),
    env: (name) => answers.variables[name],
    now: () => (now += 7),
    sleep: async (milliseconds) => void (now += milliseconds),
  }
  const redact = (text: string): string => redactor.redact(text)
  const session: Session = {
    read: door,
    write: door,
    redact,
    secretsOf: (refs, read = door) =>
      openSecrets(refs, read, (value, name) => redactor.add(value, `[secret ${name}]`)),
    store: NO_STORE,
    storeRoot: () => '/nowhere',
    cacheRoot: () => '/nowhere',
    who: { name: 'ana', host: 'laptop', ci: false },
    endEffects: () => {},
    close: async () => {},
  }
  return { session, redact }
}

const NO_BOARD: Board = {
  place: '/nowhere',
  read: () => Promise.resolve({ version: '', files: {} }),
  write: () => Promise.reject(new Error('nothing is to be written')),
}

const NO_STORE: Store = {
  place: '/nowhere',
  create: () => Promise.reject(new Error('nothing is to be stored')),
  reopen: () => Promise.reject(new Error('nothing is to be gone on with')),
  board: () => NO_BOARD,
  boards: () => Promise.resolve([]),
  pace: { beat: 1000, ttl: 10_000 },
  isOver: () => Promise.resolve(true),
  list: () => Promise.resolve([]),
  find: () => Promise.reject(new Error('nothing is to be found')),
}

/** Nobody answers. */
export function deafSession(): Opened {
  const refused = (): never => {
    throw new NetworkError({ code: 'network-refused', message: 'connection refused by x', sent: false })
  }
  return sessionOf({
    http: refused,
    stream: refused,
    command: () => ({
      started: false,
      exitCode: undefined,
      ended: 'not found',
      stdout: '',
      stderr: '',
      dropped: 0,
    }),
    files: {},
    variables: { HOOK: 'https://api.example/deploy/srv-1?key=k3yQx9Zk7wPl0aDf' },
  })
}

async function* iterate(chunks: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* chunks
}

/** The sink of all output, in a process that has read every secret. */
export function knowing(): (text: string) => string {
  const redactor = createRedactor()
  for (const secret of SECRETS) redactor.add(secret, '[secret]')
  return (text) => redactor.redact(text)
}
