import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs'

// Files that somebody names: a path may be a pipe that never ends, a device, or far too long. Only regular files are
// read, and no more of them than is of use. Synchronously, because the way through promises costs a short command
// milliseconds, and bounded reading of a regular file does not wait for anybody.

export const MEGABYTE = 1024 * 1024

/** Why a file is not read. Its message is the end of a sentence that begins with the file's name. */
export class UnfitFile extends Error {
  readonly code = 'UNFIT_FILE'
}

/** The text of a regular file of at most `limit` bytes. Throws `UnfitFile`, or what the file system says. */
export function readTextFile(path: string, limit: number): string {
  return decoded(readRegularFile(path, limit))
}

/** The same, as bytes: what a crash has left may end within a character. */
export function readRegularFile(path: string, limit: number): Buffer {
  // A pipe without a writer must not hold up even the opening of it.
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const stats = fstatSync(file)
    if (stats.isDirectory()) throw Object.assign(new UnfitFile('is a folder'), { code: 'EISDIR' })
    if (!stats.isFile()) throw new UnfitFile('is not a regular file, but a pipe or a device')
    if (stats.size > limit) throw tooLong(stats.size, limit)
    return readAll(file, limit)
  } finally {
    closeSync(file)
  }
}

/** When it was last written, in milliseconds since the epoch. Throws what the file system says. */
export function writtenAt(path: string): number {
  return statSync(path).mtimeMs
}

/** Files of /proc say that they are empty: what counts is what is read. */
function readAll(file: number, limit: number): Buffer {
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    const chunk = Buffer.allocUnsafe(64 * 1024)
    const read = readSync(file, chunk)
    if (read === 0) return Buffer.concat(chunks)
    size += read
    if (size > limit) throw tooLong(size, limit)
    chunks.push(chunk.subarray(0, read))
  }
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new UnfitFile('is not text in UTF-8')
  }
}

function tooLong(size: number, limit: number): UnfitFile {
  return new UnfitFile(
    `is too long: at least ${Math.ceil(size / MEGABYTE)} MB, where at most ${Math.ceil(limit / MEGABYTE)} MB are read`,
  )
}
