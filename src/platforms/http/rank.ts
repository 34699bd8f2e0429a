// One time out of those of several requests.

export const RANKS = ['p50', 'p90', 'p95', 'p99', 'max'] as const

export type Rank = (typeof RANKS)[number]

const SHARES: Record<Rank, number> = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99, max: 1 }

/** The smallest that at least this share of them does not exceed (nearest rank): always one that has been measured. */
export function ranked<T>(sorted: readonly T[], rank: Rank): T | undefined {
  return sorted[Math.ceil(SHARES[rank] * sorted.length) - 1]
}
