import { writeSync } from 'node:fs'

import type { RunEvent } from '../core/run/events.ts'

// For the tests of crashes only. `ROLLBACK_FAILPOINT=effect.before` ends this process, with SIGKILL, where that point is
// passed; `effect.before:2` where it is passed for the second time; `list` tells on stderr of each that is passed.

/** After which events a crash is tried: each is on disk, and nothing of what follows from it has begun. */
const EVENTS = [
  'run-started',
  'run-resumed',
  'evidence',
  'phase-started',
  'step-started',
  'intent',
  'child-started',
  'child-gone',
  'outcome',
  'observed',
  'doubt-settled',
  'answer',
  'fallback-chosen',
  'condition-judged',
  'surface-proven',
  'step-ended',
  'proof',
  'interrupted',
  'run-ended',
] as const satisfies readonly RunEvent['type'][]

/** Where else. */
const PLACES = [
  'lock-taken',
  'lock-passed-on',
  'run-taken-over',
  'plan-unstored',
  'plan-stored',
  'run-reopened',
  'effect-next',
  'effect-done',
  'versions-recorded',
  'lock-kept',
  'lock-given-back',
] as const

/** Every one of them is reached by the tests of crashes, or those fail. */
export const FAILPOINTS = [...PLACES, ...EVENTS] as const

type Failpoint = (typeof PLACES)[number] | RunEvent['type']

let passed = 0

export function failpoint(name: Failpoint): void {
  const wanted = process.env['ROLLBACK_FAILPOINT']
  if (wanted === undefined) return
  if (wanted === 'list') return void writeSync(2, `failpoint ${name}\n`)
  const [point, nth = '1'] = wanted.split(':')
  if (point !== name) return
  passed += 1
  if (passed === Number(nth)) process.kill(process.pid, 'SIGKILL')
}
