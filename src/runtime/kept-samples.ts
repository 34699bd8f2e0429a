import type { Watched } from './prove.ts'

/** Measurements that are kept of each condition, where it does not look back further. */
const KEPT = 100

/** A condition looks back so many samples, or for so long; twice that, for what was before. */
export function keptOf({ condition, signal }: Watched): number {
  const {
    in_a_row = 0,
    samples = 0,
    count,
    for: lasting = 0,
    absent_for = 0,
    unchanged_for = 0,
    change,
  } = condition
  const every = condition.every ?? signal?.every ?? 5000
  const span = Math.max(lasting, absent_for, unchanged_for, count?.within ?? 0, change?.over ?? 0)
  return KEPT + 2 * Math.max(in_a_row, samples, count?.of ?? 0, Math.ceil(span / every))
}
