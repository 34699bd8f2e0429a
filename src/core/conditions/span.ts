import type { Condition } from '../model.ts'

/** Between two samples of a signal that says nothing of it, in milliseconds. */
export const EVERY = 5000

/** How far back a condition looks that is sampled so often, in milliseconds; 0: only at what is now. */
export function spanOf(
  {
    for: lasting = 0,
    in_a_row = 1,
    samples = 1,
    count,
    absent_for = 0,
    unchanged_for = 0,
    change,
  }: Omit<Condition, 'signal'>,
  every = EVERY,
): number {
  const wanted = Math.max(in_a_row, samples, count?.of ?? 1)
  const time = Math.max(lasting, count?.within ?? 0, absent_for, unchanged_for, change?.over ?? 0)
  return Math.max(time, (wanted - 1) * every)
}
