/** Something a test started and must end: `await using x = await startX()`, or `x.stop()` in afterAll. */
export interface Stoppable extends AsyncDisposable {
  /** Ends it and frees what it held. Calling it again does nothing. */
  readonly stop: () => Promise<void>
}

/** Adds `stop` and `await using` to `parts` (the same object, so that its getters keep working). */
export function stoppable<Parts extends object>(parts: Parts, end: () => Promise<void>): Parts & Stoppable {
  let ended: Promise<void> | undefined
  const stop = (): Promise<void> => (ended ??= end())
  return Object.assign(parts, { stop, [Symbol.asyncDispose]: stop })
}

/** Stops the last started first, as `await using` would; all are stopped even if one of them fails. */
export async function stopAll(started: readonly Stoppable[]): Promise<void> {
  const errors: unknown[] = []
  for (const part of started.toReversed()) await part.stop().catch((error: unknown) => errors.push(error))
  if (errors.length > 0) throw new AggregateError(errors, 'Some test parts could not be stopped')
}
