import { describe, expect, test } from 'vitest'

import type { RunEvent } from '../../src/core/run/events.ts'
import { PLAIN } from '../../src/report/look.ts'
import { outcomeText, takenBackText } from '../../src/report/outcome-text.ts'
import { runText } from '../../src/report/run-text.ts'
import { summarise } from '../../src/report/summary.ts'
import { CALLED, HOOK_LOST, journal, plan, PROVEN, RETAGGED, STARTED, TAG } from './fixtures.ts'

type Ended = Extract<RunEvent, { type: 'run-ended' }>

const STANDS: Ended = {
  type: 'run-ended',
  result: 'stands',
  exit: 22,
  why: 'step "redeploy": the hook did not answer',
  stands: [`${TAG}: 1a2b3c4 (was sha256:9f8e7d6c5b4a)`, 'redeploy: may have been called'],
}

describe('the end of a run', () => {
  test('that is proven says what happened and how to leave it again', () => {
    const lines = journal([...STARTED, ...RETAGGED, ...CALLED, ...PROVEN])
    expect(outcomeText(summarise(plan(), lines), PLAIN)).toMatchInlineSnapshot(`
      "Proven: 1a2b3c4 is live (19 s)

      What happened
        - ghcr.io/acme/api:rollback-20261122-031500: absent → sha256:9f8e7d6c5b4a
        - ghcr.io/acme/api:prod-latest: sha256:9f8e7d6c5b4a → 1a2b3c4
          (sha256:1a2b3c4d5e6f)
        - redeploy: call of render.deploy-hook

      Proof  ghcr.io/acme/api:prod-latest is sha256:1a2b3c4d5e6f; live_version same
        commit as 1a2b3c4, 3 in a row

      Ways on
        rollback show 20261122-031500-7f3a  the whole report
        rollback undo 20261122-031500-7f3a  leave 1a2b3c4 again, for what ran before"
    `)
  })

  test('that only redeployed what was there offers no undo: there is nothing of it to take back', () => {
    const steps = plan().steps.map((step) =>
      step.kind === 'set' ? { ...step, skip: 'already there' } : step,
    )
    const text = outcomeText(summarise(plan({ steps }), journal([...STARTED, ...CALLED, ...PROVEN])), PLAIN)
    expect(text).toContain('Proven: 1a2b3c4 is live')
    expect(text).not.toContain('rollback undo')
  })

  test('that failed says what did not happen, what stands, and ends with the undo', () => {
    const lines = journal([...STARTED, ...RETAGGED, ...HOOK_LOST, STANDS])
    const text = outcomeText(summarise(plan(), lines), PLAIN)
    expect(text).toMatchInlineSnapshot(`
      "Failed: changes stand, a person is needed (15 s)
      step "redeploy": the hook did not answer

      What happened
        - ghcr.io/acme/api:rollback-20261122-031500: absent → sha256:9f8e7d6c5b4a
        - ghcr.io/acme/api:prod-latest: sha256:9f8e7d6c5b4a → 1a2b3c4
          (sha256:1a2b3c4d5e6f)

      What is unknown
        - redeploy: called once, the hook did not answer; whether it took effect is
          unknown

      What stands
        - ghcr.io/acme/api:prod-latest: 1a2b3c4 (was sha256:9f8e7d6c5b4a)

      Ways on
        The same run again, as it was typed: it tries the rest; what is done stays
        done.
        rollback show 20261122-031500-7f3a  the whole report
        rollback undo 20261122-031500-7f3a  take back what stands"
    `)
  })

  test('whose calls were answered says so once, and not that an answer was lost', () => {
    const tries = [1, 2, 3].flatMap((attempt): RunEvent[] => [
      { type: 'intent', step: 'redeploy', effect: 'redeploy', attempt, use: 'first' },
      {
        type: 'outcome',
        step: 'redeploy',
        effect: 'redeploy',
        attempt,
        ok: false,
        retryAt: 0,
        failure: {
          code: 'http-refused',
          message: 'the deploy hook answered 500',
          applied: 'unknown',
          retryable: true,
        },
      },
    ])
    const why = 'the deploy hook answered 500'
    const failed: RunEvent[] = [
      { type: 'step-started', step: 'redeploy' },
      ...tries,
      { type: 'step-ended', step: 'redeploy', result: 'failed', why },
    ]
    const lines = journal([...STARTED, ...RETAGGED, ...failed, STANDS])
    const text = outcomeText(summarise(plan(), lines), PLAIN).replaceAll(/\n +/g, ' ')
    expect(text).toContain(
      'What is unknown - redeploy: called 3 times, answered 500 each time; whether it took effect is unknown\n',
    )
    expect(text.split('redeploy: ')).toHaveLength(2)
    expect(text).not.toContain('lost')
    expect(text).not.toContain('What failed')
    expect(runText(plan(), lines, PLAIN)).toContain('redeploy: call (try 2 of 3)')
  })

  test('that failed before a change stood offers no undo', () => {
    const failed: RunEvent = { type: 'run-ended', result: 'failed', exit: 20, why: 'denied', stands: [] }
    const text = outcomeText(summarise(plan(), journal([...STARTED, failed])), PLAIN)
    expect(text).toContain('Nothing of this run stands.')
    expect(text).not.toContain('rollback undo')
    expect(text).toMatch(/prod-latest: sha256:9f8e7d6c5b4a → 1a2b3c4\s+\(sha256:1a2b3c4d5e6f\): not started/)
  })

  test('that the journal does not hold is told from what ended it', () => {
    const interrupted: Ended = {
      type: 'run-ended',
      result: 'interrupted',
      exit: 130,
      why: 'interrupted by SIGINT',
      stands: [`${TAG}: changed`],
    }
    const summary = summarise(plan(), journal([...STARTED, ...RETAGGED]), interrupted)
    const text = outcomeText(summary, PLAIN)
    expect(summary.exit).toBe(130)
    expect(text).toContain('Interrupted: nothing new was started')
    expect(text).toContain('rollback undo 20261122-031500-7f3a')
    expect(text.split('\n').at(-1)).toContain('rollback resume 20261122-031500-7f3a')
  })

  test('that took longer than a limit says so', () => {
    const lines = journal([...STARTED, ...RETAGGED, ...CALLED, ...PROVEN])
    const slow = plan({ limits: { execute: 10_000, verify: 60_000 } })
    const text = outcomeText(summarise(slow, lines), PLAIN)
    expect(text).toContain('longer than its limit\n  - execute: 13 s of 10 s: limit exceeded')
    expect(text).not.toContain('verify: ')
  })

  test('gives scripts nothing as a command that cannot be typed', () => {
    const { waysOn } = summarise(plan(), journal([...STARTED, ...RETAGGED, ...HOOK_LOST, STANDS]))
    expect(waysOn.map(({ command }) => command?.split(' ').slice(0, 2).join(' '))).toEqual([
      'rollback show',
      undefined,
      'rollback undo',
    ])
  })

  test('that never began names no report', () => {
    const declined: Ended = { type: 'run-ended', result: 'declined', exit: 26, why: 'nobody', stands: [] }
    expect(outcomeText(summarise(plan(), [], declined), PLAIN)).not.toContain('rollback show')
  })

  test('that a full disk refused before its first line can still be carried out', () => {
    expect(summarise(plan(), []).waysOn.map(({ command }) => command)).toEqual([
      'rollback resume 20261122-031500-7f3a',
    ])
  })
})

test('a run that was taken back says so first, and does not claim that its changes stand', () => {
  const run = summarise(plan(), journal([...STARTED, ...RETAGGED, ...HOOK_LOST, STANDS]))
  const undoPlan = plan({ kind: 'undo', id: '20261122-031700-aaaa', undoOf: run.id })
  const undo = summarise(undoPlan, journal([...STARTED, ...RETAGGED, ...CALLED, ...PROVEN]))
  const text = takenBackText(run, undo, PLAIN)
  expect(text.split('\n')[0]).toBe('Failed, and every change was taken back and proven')
  expect(text).not.toContain('What stands')
  expect(text).toContain('rollback show 20261122-031700-aaaa')
})

test('an undo that failed as well leaves no doubt about what stands', () => {
  const lines = journal([...STARTED, ...RETAGGED, ...HOOK_LOST, STANDS])
  const text = takenBackText(summarise(plan(), lines), summarise(plan({ kind: 'undo' }), lines), PLAIN)
  expect(text).toContain('It was to be taken back, and that did not end well')
  expect(text).toContain('What stands')
})
