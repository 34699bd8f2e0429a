import type { ReadDoor } from '../core/doors.ts'
import { EXIT } from '../core/exit.ts'
import type { SecretRef } from '../core/model.ts'
import { Problem } from '../core/problem.ts'
import { secretMarker, shellLine } from '../core/shell.ts'

// Secrets are references until the moment of use. A value, once read, is known to the redactor before anyone else sees it.

export interface Secrets {
  value(name: string): Promise<string>
}

export function openSecrets(
  refs: Record<string, SecretRef>,
  read: ReadDoor,
  conceal: (value: string, name: string) => void,
): Secrets {
  const known = new Map<string, Promise<string>>()

  async function fetchValue(name: string): Promise<string> {
    const ref = Object.hasOwn(refs, name) ? refs[name] : undefined
    if (ref === undefined) throw missing(name, 'it is not declared in the runbook', 'add it under `secrets:`')
    const value = await readRef(name, ref, read)
    if (value === '') throw missing(name, `${describeSecret(ref)} is empty`, 'set it to the secret itself')
    conceal(value, name)
    return value
  }

  return {
    value(name) {
      const pending = known.get(name) ?? fetchValue(name)
      known.set(name, pending)
      return pending
    },
  }
}

async function readRef(name: string, ref: SecretRef, read: ReadDoor): Promise<string> {
  if ('env' in ref) {
    const value = read.env(ref.env)
    if (value === undefined) {
      throw missing(name, `the environment variable ${ref.env} is not set`, `export ${ref.env}=…`)
    }
    return value
  }
  if ('file' in ref) {
    const text = await read.file(ref.file)
    if (text === undefined)
      throw missing(
        name,
        `the file ${ref.file} does not exist`,
        'write the secret into it, readable only for you',
      )
    return text.replace(/\r?\n$/, '')
  }
  const [program, ...rest] = ref.command
  if (program === undefined)
    throw missing(name, 'its command is empty', 'give the program and its arguments as a list')
  const result = await read.look({ argv: [program, ...rest] })
  if (result.exitCode !== 0) {
    const how = result.ended ?? `ended with exit code ${result.exitCode}`
    throw missing(name, `its command ${program} ${how}`, 'run it by hand to see what it says')
  }
  return result.stdout.replace(/\r?\n$/, '')
}

/** Where a secret comes from, for people. */
export function describeSecret(ref: SecretRef): string {
  if ('env' in ref) return `the environment variable ${ref.env}`
  return 'file' in ref ? `the file ${ref.file}` : `the command ${ref.command[0] ?? ''}`
}

/** How a shell gets at the secret: for the commands that are printed for people. */
export function secretExpression(ref: SecretRef): string {
  if ('env' in ref) return secretMarker(`$${ref.env}`)
  return secretMarker('file' in ref ? `$(cat ${shellLine([ref.file])})` : `$(${shellLine(ref.command)})`)
}

function missing(name: string, found: string, cure: string): Problem {
  return new Problem({
    code: 'secret-missing',
    message: `the secret "${name}" cannot be read`,
    found,
    cure,
    exit: EXIT.refused,
  })
}
