// Counts of a sliding time out of counts of small buckets.

/** Of a request; Sentry refuses more than 10,000. */
const MOST_BUCKETS = 2000
const SMALLEST = 10_000

interface Bucket {
  /** Its beginning, in milliseconds since the epoch. */
  timestamp: number
  value: number
}

/** The smallest that makes up the time without a rest, in milliseconds: whole seconds. */
export function bucketFor(within: number, every: number, history: number): number {
  const least = Math.max(SMALLEST, every, (history + within) / MOST_BUCKETS)
  for (let parts = Math.floor(within / least); parts > 1; parts--)
    if (within % (parts * 1000) === 0) return within / parts
  return within
}

/** The sum of so many buckets in a row, at the end of the last of them; none where one is missing. */
export function sumsOf(
  buckets: readonly Bucket[],
  parts: number,
  width: number,
): { at: number; value: number }[] {
  const sums: { at: number; value: number }[] = []
  let sum = 0
  let row = 0
  for (const [index, { timestamp, value }] of buckets.entries()) {
    const before = buckets[index - 1]
    if (before !== undefined && timestamp - before.timestamp !== width) sum = row = 0
    sum += value
    row += 1
    if (row > parts) sum -= buckets[index - parts]?.value ?? 0
    if (row >= parts) sums.push({ at: timestamp + width, value: sum })
  }
  return sums
}
