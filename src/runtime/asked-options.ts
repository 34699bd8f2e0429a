import { type Json, isPlainObject } from '../core/json.ts'
import type { SignalDef } from '../core/model.ts'
import { shellLine } from '../core/shell.ts'
import { referencesIn } from '../core/template.ts'
import { withoutSecrets } from '../io/secret-url.ts'
import { credentialsIn } from '../io/sent-credentials.ts'

const HIDDEN = '…'
const NAMES_SECRET = /key|token|secret|pass|cookie/i

/**
 * How a signal is asked, as the runbook has it: secrets are the references that they are there. One that is written out
 * has no business in a runbook, and is hidden all the same.
 */
export function askedOf({ with: options }: Pick<SignalDef, 'with'>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(options).map(([name, option]) => [name, wordsOf(shown(name, option))]),
  )
}

function shown(name: string, option: Json): Json {
  if (typeof option === 'string') return referencesIn(option).length > 0 ? option : clean(name, option)
  if (Array.isArray(option)) return option.map((member) => shown(name, member))
  if (!isPlainObject(option)) return option
  return Object.fromEntries(Object.entries(option).map(([key, member]) => [key, shown(key, member)]))
}

function clean(name: string, value: string): string {
  if (NAMES_SECRET.test(name)) return HIDDEN
  const hidden = credentialsIn({ headers: { [name]: value } }).reduce(
    (text, credential) => text.replaceAll(credential, HIDDEN),
    value,
  )
  return withoutSecrets(hidden)
}

function wordsOf(option: Json): string {
  if (typeof option === 'string') return option
  if (isArgv(option)) return shellLine(option)
  return isTexts(option)
    ? Object.entries(option)
        .map(([name, text]) => `${name}: ${text}`)
        .join(', ')
    : JSON.stringify(option)
}

function isArgv(option: Json): option is string[] {
  return Array.isArray(option) && option.every((member) => typeof member === 'string')
}

/** Headers, and what else is a name and a text. */
function isTexts(option: Json): option is Record<string, string> {
  return isPlainObject(option) && Object.values(option).every((member) => typeof member === 'string')
}
