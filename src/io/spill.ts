import { randomBytes } from 'node:crypto'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// The output of a program that may outlive us goes to a file and not to a pipe: with a pipe it would die of its next
// line once we are gone, half-way through its work. The file has no name any more when the program begins, so that
// nothing of it stays behind.

/** More is thrown away from time to time, so that a chatty program does not fill the disk; bytes. */
const LARGEST = 64 * 1024 * 1024
const LOOK_EVERY = 1000

export interface Spill {
  fd: number
  /** The last `limit` bytes of what was written, and how many were before them. */
  end(limit: number): Promise<{ text: string; dropped: number }>
}

/** For both outputs of a program, or none of them. */
export async function openSpills(): Promise<{ stdout: Spill; stderr: Spill }> {
  const stdout = await openSpill()
  try {
    return { stdout, stderr: await openSpill() }
  } catch (error) {
    await stdout.end(0)
    throw error
  }
}

async function openSpill(): Promise<Spill> {
  const path = join(tmpdir(), `.rollback-${randomBytes(8).toString('hex')}`)
  // Appending: what is written after it was cut goes to its beginning.
  const file = await open(path, 'ax+', 0o600)
  await unlink(path)
  let thrownAway = 0
  const timer = setInterval(() => {
    void (async () => {
      thrownAway += await cutDown(file)
    })()
  }, LOOK_EVERY)
  timer.unref()
  return {
    fd: file.fd,
    async end(limit) {
      clearInterval(timer)
      try {
        const { size } = await file.stat()
        const from = Math.max(0, size - limit)
        const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from)
        return { text: wholeCharacters(buffer.subarray(0, bytesRead), from > 0), dropped: thrownAway + from }
      } finally {
        await file.close()
      }
    },
  }
}

async function cutDown(file: FileHandle): Promise<number> {
  try {
    const { size } = await file.stat()
    if (size <= LARGEST) return 0
    await file.truncate(0)
    return size
  } catch {
    // It was closed meanwhile: the program has ended.
    return 0
  }
}

/** Without the rest of a UTF-8 character that was cut off at the front. */
function wholeCharacters(bytes: Uint8Array, cut: boolean): string {
  const start = cut ? bytes.findIndex((byte) => (byte & 0b1100_0000) !== 0b1000_0000) : 0
  return new TextDecoder().decode(bytes.subarray(Math.max(0, start)))
}
