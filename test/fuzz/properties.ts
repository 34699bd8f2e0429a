import { Problem } from '../../src/core/problem.ts'
import { secretIn } from './secret.ts'

// What must hold of everything that comes out.

/** What moves a cursor, turns the reading around, or hides. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const UNSAFE = /(?!\n)[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ue000-\uf8ff\ufeff]|\p{Cs}/u

const TRACE = /\n\s+at .*[:(]\d+/

/** Text for people: printable, without a trace and without a secret. */
export function requireReadable(text: string, what: string): void {
  requireNoSecret(text, what)
  const found = UNSAFE.exec(text)
  if (found !== null)
    throw new Error(
      `${what} holds U+${found[0].codePointAt(0)?.toString(16)}: ${JSON.stringify(text.slice(Math.max(0, found.index - 40), found.index + 40))}`,
    )
  if (TRACE.test(text)) throw new Error(`${what} holds a stack trace`)
}

export function requireNoSecret(text: string, what: string): void {
  const form = secretIn(text)
  if (form !== undefined) {
    const at = text.indexOf(form)
    throw new Error(`${what} holds the secret as ${form}: ${text.slice(Math.max(0, at - 80), at + 80)}`)
  }
}

/** A refusal is a problem with a sentence; anything else that is thrown is a defect, and thrown on. */
export function requireProblem(error: unknown): Problem {
  if (!(error instanceof Problem)) throw error
  if (error.message.trim() === '' || error.code === '')
    throw new Error(`a problem without words: ${error.code}`)
  return error
}
