import { spanOf } from '../core/conditions/span.ts'
import { paceOf, type Watched } from './sampling.ts'

/** Measurements that are kept of each condition, where it does not look back further. */
const KEPT = 100

/** A condition looks back so many samples, or for so long; twice that, for what was before. */
export function keptOf(one: Watched): number {
  const { in_a_row = 0, samples = 0, count } = one.condition
  const inTime = Math.ceil(spanOf(one.condition) / paceOf(one))
  return KEPT + 2 * Math.max(in_a_row, samples, count?.of ?? 0, inTime)
}
