import { type Look, type Paint, PLAIN_PAINT } from '../report/look.ts'
import { spell } from './characters.ts'
import { redactDocument } from './redact-document.ts'
import { writeNow } from './write-now.ts'

/** The version of the documents that `--json` prints. */
const JSON_FORMAT = 1

/** Where a command prints: results to stdout, progress to stderr, both through the redactor. */
export interface Output {
  readonly json: boolean
  /** Questions can be asked: a person sits at a terminal. */
  readonly interactive: boolean
  /** A spinner may move on stderr. */
  readonly live: boolean
  /** From now on every text goes through it. */
  redactWith(redact: (text: string) => string): void
  redact(text: string): string
  /** Text for people; nothing with `--json`. */
  result(text: string): void
  /** Text for people, on stderr. */
  progress(text: string): void
  /** One document on one line; only with `--json`. */
  document(document: JsonDocument): void
  /** The same, for a command that was asked for JSON in another way (`show --format json`). */
  printJson(document: JsonDocument): void
  resultLook(): Promise<Look>
  progressLook(): Promise<Look>
}

type JsonDocument = { type: string; [member: string]: unknown }

const WIDEST = 120
const USUAL = 80

export function createOutput({ json }: { json: boolean }): Output {
  const { env } = process
  const ci = (env['CI'] ?? '') !== '' && env['CI'] !== 'false'
  let redact = (text: string): string => text
  // Made when they are first used: each of the standard streams costs milliseconds.
  const stdout = once(() => process.stdout.on('error', sayThatItIsLost))
  const stderr = once(() => process.stderr.on('error', goOn))
  let waiting = false
  let lost = false

  return {
    json,
    get interactive() {
      return process.stdin.isTTY && stderr().isTTY && !ci && !json
    },
    get live() {
      // On a terminal that says it has no columns, a spinner would clear lines without end.
      return stderr().isTTY && stderr().columns > 0 && !ci && !json && env['TERM'] !== 'dumb'
    },
    redactWith(redactor) {
      redact = redactor
    },
    redact: (text) => redact(text),
    result(text) {
      if (!json) print(`${spell(redact(text))}\n`)
    },
    progress(text) {
      stderr().write(`${spell(redact(text))}\n`)
    },
    document(document) {
      if (json) printJson(document)
    },
    printJson,
    resultLook: () => lookOf(stdout()),
    progressLook: () => lookOf(stderr()),
  }

  function printJson(document: JsonDocument): void {
    print(`${JSON.stringify(redactDocument({ format: JSON_FORMAT, ...document }, redact))}\n`)
  }

  /** Once the stream holds something back, all that follows has to queue behind it. */
  function print(text: string): void {
    const rest = waiting ? text : writeNow(text)
    if (rest === undefined) return
    waiting = true
    stdout().write(rest)
  }

  /** Whoever reads no further (`| head`) knows; a full disk is news. */
  function sayThatItIsLost({ code = 'an error' }: NodeJS.ErrnoException): void {
    if (lost || code === 'EPIPE') return
    lost = true
    stderr().write(`rollback: the result could not be written to standard output (${code})\n`)
  }

  async function lookOf(stream: NodeJS.WriteStream): Promise<Look> {
    // Some terminals say that they have no columns at all.
    const width = Math.min(stream.columns || USUAL, WIDEST)
    const colour = stream.isTTY && !ci && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
    return { width, paint: colour ? await loadPaint() : PLAIN_PAINT }
  }
}

async function loadPaint(): Promise<Paint> {
  const { createPaint } = await import('./ui/paint.ts')
  return createPaint()
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => (made ??= { value: make() }).value
}

/** Output that is lost (a reader that goes away, a full disk, a closed terminal) must not end a run half-way. */
function goOn(): void {}
