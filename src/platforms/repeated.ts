/** More samples than anybody needs. */
const MOST = 11_000

interface Point {
  /** When it was known, in milliseconds since the epoch. */
  at: number
  value: number
}

/** Points that are known every `width` are repeated until the next one is: to who wants one `every` they are no gaps. */
export function repeated(
  points: readonly Point[],
  width: number,
  every: number,
  { from, to }: { from: number; to: number },
): Point[] {
  const step = Math.max(every, Math.ceil((to - from) / MOST))
  return points.flatMap(({ at, value }) => {
    const times = Math.max(1, Math.ceil(width / step))
    return Array.from({ length: times }, (_, index) => ({ at: at + index * step, value })).filter(
      (one) => one.at <= to,
    )
  })
}
