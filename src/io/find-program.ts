import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'

/** Where a program is, as the system would find it; or why it cannot be started. */
export function findProgram(
  name: string,
  { path = '', cwd }: { path?: string | undefined; cwd?: string | undefined },
): { file: string } | { not: 'found' | 'executable' } {
  const places = name.includes('/')
    ? [resolve(cwd ?? '.', name)]
    : path.split(delimiter).map((folder) => join(resolve(cwd ?? '.', folder), name))
  const there = places.filter(isFile)
  const file = there.find(isExecutable)
  if (file !== undefined) return { file }
  return { not: there.length === 0 ? 'found' : 'executable' }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
