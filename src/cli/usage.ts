import { EXIT } from '../core/exit.ts'
import { Problem } from '../core/problem.ts'
import { UnfitFile } from '../io/text-file.ts'

export function usageError(message: string, cure?: string): Problem {
  return new Problem({ code: 'usage', message, cure, exit: EXIT.usage })
}

/** Whoever goes against a block says why. */
export function checkForce({ force, reason }: { force?: true; reason?: string }): void {
  if (force !== true || (reason !== undefined && reason.trim() !== '')) return
  throw usageError('--force needs a reason', 'Add --reason <text>: it is kept in the plan and the report.')
}

/** `--set key=value`, `--answer id=value`: the value may hold further equals signs. Nobody can know which of two is meant. */
export function keyValues(option: string, texts: readonly string[]): Record<string, string> {
  const values = new Map<string, string>()
  for (const text of texts) {
    const at = text.indexOf('=')
    if (at <= 0) throw usageError(`${option} ${text} is not a pair`, `Write it as ${option} name=value.`)
    const name = text.slice(0, at)
    const value = text.slice(at + 1)
    if ((values.get(name) ?? value) !== value)
      throw usageError(`${option} ${name} is given twice, with different values`, 'Leave one of them out.')
    values.set(name, value)
  }
  return Object.fromEntries(values)
}

/** A record without the members that are undefined: what was not typed is not asked for. */
export function given<T extends Record<string, unknown>>(
  options: T,
): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]?: Exclude<T[Key], undefined>
  }
}

/** The end of a sentence that begins with the name of a file. */
export function whyUnreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return 'does not exist'
  if (code === 'EISDIR') return 'is a folder'
  if (code === 'EACCES') return 'may not be read by this user'
  if (code === 'ENAMETOOLONG') return 'cannot be read: its name is too long'
  if (error instanceof UnfitFile) return error.message
  return `cannot be read: ${error instanceof Error ? error.message : String(error)}`
}
