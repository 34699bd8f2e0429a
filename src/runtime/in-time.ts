import type { ReadDoor } from '../core/doors.ts'

/** Nobody waits longer for one sample while everything is burning, in milliseconds. */
export const SAMPLE_LIMIT = 5000

/** What is asked gives up before we do: an endpoint that hangs is a failing sample, and not one that nobody waited for. */
const SOONER = 0.9

export function noAnswer(limit: number): string {
  return `no answer within ${limit / 1000} s`
}

/** What is read, or `late` where it takes longer than so many milliseconds. */
export function readingWithin<T, Late>(
  limit: number,
  read: ReadDoor,
  reading: (read: ReadDoor) => Promise<T>,
  late: Late,
  sooner = limit * SOONER,
): Promise<T | Late> {
  return within(limit, reading(limited(read, sooner)), late)
}

/** What comes of it, or `late` where it takes longer than so many milliseconds. */
export async function within<T, Late>(limit: number, asking: Promise<T>, late: Late): Promise<T | Late> {
  const { promise: over, resolve } = Promise.withResolvers<Late>()
  const timer = setTimeout(resolve, limit, late)
  try {
    return await Promise.race([asking, over])
  } finally {
    clearTimeout(timer)
  }
}

/** What is asked through it ends in time too: no smoke test goes on in the background of a rollback. */
function limited(read: ReadDoor, limit: number): ReadDoor {
  const sooner = <Request extends { timeout?: number | undefined }>(request: Request): Request => ({
    ...request,
    timeout: Math.min(request.timeout ?? limit, limit),
  })
  return {
    ...read,
    http: (request) => read.http(sooner(request)),
    look: (command) => read.look(sooner(command)),
  }
}
