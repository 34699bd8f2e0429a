let ahead = -Infinity

/**
 * Milliseconds since the epoch; never less than before. A clock that is set forward, or has gone on while the machine
 * slept, is followed; one that is set back is not: whoever waits until then would wait for as long.
 */
export function steadyNow(): number {
  const since = performance.now()
  ahead = Math.max(ahead, Date.now() - since)
  return Math.round(since + ahead)
}
