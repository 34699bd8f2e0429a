import { writeSync } from 'node:fs'

/**
 * Prints to stdout without its stream: making that costs more than the rest of a short command.
 * Returns what could not be written at once, because a pipe is full or gone: the stream knows what to do then.
 */
export function writeNow(text: string): Uint8Array | undefined {
  let rest: Uint8Array = Buffer.from(text)
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(1, rest))
    return undefined
  } catch {
    return rest
  }
}

/** The same for a program that prints nothing else: what cannot be written is lost, and nothing is ended by it. */
export function printNow(text: string): void {
  const rest = writeNow(text)
  if (rest !== undefined) process.stdout.on('error', () => {}).write(rest)
}
