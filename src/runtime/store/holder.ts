import { isRunning } from '../../io/process-identity.ts'
import { whereAmI } from '../where.ts'
import type { LockRecord } from './lock-record.ts'

/**
 * What is known of a lock's holder. `alive`: it works, or did a moment ago. `gone`: its process has ended, seen from
 * here. `silent`: no sign of life for longer than it promised (a suspended laptop, a machine that was taken away), or one
 * so far in the future that clocks differ and nothing follows from it: whoever takes over waits for a sign.
 * `none`: the run was left unfinished, in order.
 */
export type HolderState = 'alive' | 'gone' | 'silent' | 'none'

export function holderState(record: LockRecord, now: number): HolderState {
  if (record.state === 'left') return 'none'
  if (record.process.where === whereAmI() && !isRunning(record.process)) return 'gone'
  return Math.abs(now - record.renewed) > record.ttl ? 'silent' : 'alive'
}
