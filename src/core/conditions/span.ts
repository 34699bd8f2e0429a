import type { Condition } from '../model.ts'

/** How far back a condition looks, in milliseconds; 0: only at what is now. */
export function spanOf({
  for: lasting = 0,
  count,
  absent_for = 0,
  unchanged_for = 0,
  change,
}: Omit<Condition, 'signal'>): number {
  return Math.max(lasting, count?.within ?? 0, absent_for, unchanged_for, change?.over ?? 0)
}
