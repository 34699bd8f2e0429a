export const SERIES = 10
export const POINTS = 10_000
export const STEP_SECONDS = 10

/** What Prometheus would say at this moment: so many series of so many points each, all above the limit but for the first hour. */
export function rangeAnswer(): string {
  const begin = Math.floor(Date.now() / 1000) - (POINTS - 1) * STEP_SECONDS
  const result = Array.from({ length: SERIES }, (_, series) => ({
    metric: { __name__: 'error_rate', instance: `10.0.0.${series}:8080`, job: 'shop' },
    values: Array.from({ length: POINTS }, (_, point) => [
      begin + point * STEP_SECONDS,
      point * STEP_SECONDS < 3600 ? '0.01' : String(0.11 + ((point * 7919 + series) % 10_000) / 1_000_003),
    ]),
  }))
  return JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } })
}
