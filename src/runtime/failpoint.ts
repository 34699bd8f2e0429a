import { writeSync } from 'node:fs'

import type { RunEvent } from '../core/run/events.ts'

// For the tests of crashes only. `ROLLBACK_FAILPOINT=effect-next` ends this process, with SIGKILL, where that point is
// passed; `effect-next:2` where it is passed for the second time; `list` tells on stderr of each that is passed.

/**
 * After each event a crash is tried: it is on disk, and nothing of what follows from it has begun. `false`: none of the
 * stories of those tests comes to it.
 */
const EVENTS: Record<RunEvent['type'], boolean> = {
  'run-started': true,
  'run-resumed': true,
  evidence: true,
  'triggers-judged': true,
  'guard-judged': true,
  captured: true,
  'phase-started': true,
  'step-started': true,
  intent: true,
  'child-started': true,
  'child-gone': true,
  outcome: true,
  observed: true,
  'doubt-settled': true,
  question: true,
  answer: true,
  'fallback-chosen': true,
  'step-verified': true,
  'condition-judged': true,
  'surface-proven': true,
  'step-ended': true,
  proof: true,
  interrupted: true,
  'run-ended': true,
  'bake-started': true,
  'bake-judged': true,
  'bake-ended': true,
  'doubt-unanswered': false,
  'deadline-passed': false,
  'store-unreachable': false,
  'store-reached': false,
  'bake-watched': false,
  'bake-stopped': false,
  'bake-unanswered': false,
  'signal-asked': false,
  'signal-answered': false,
}

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
export const FAILPOINTS: readonly string[] = [
  ...PLACES,
  ...Object.entries(EVENTS).flatMap(([name, reached]) => (reached ? [name] : [])),
]

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
