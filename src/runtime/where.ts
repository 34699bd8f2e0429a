import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

// Which processes can be looked at from here: those of the same machine since the same start, in the same container.

/** `<host>/<boot>/<container>`; equal for two processes that can see one another. */
export function whereAmI(): string {
  const boot = orUnknown(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim().slice(0, 8))
  const container = orUnknown(() => /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '')
  return `${hostname()}/${boot}/${container}`
}

/** Not on Linux: then the name of the machine has to do. */
function orUnknown(read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}
