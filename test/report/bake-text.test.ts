import { expect, test } from 'vitest'

import type { Plan } from '../../src/core/plan/types.ts'
import type { RunEvent } from '../../src/core/run/events.ts'
import { bakeEndText, bakeIntro } from '../../src/report/bake-text.ts'
import { PLAIN } from '../../src/report/look.ts'
import { planText } from '../../src/report/plan-text.ts'
import { runMarkdown } from '../../src/report/run-markdown.ts'
import { runText } from '../../src/report/run-text.ts'
import { statusOf } from '../../src/report/status.ts'
import { statusText } from '../../src/report/status-text.ts'
import { summarise } from '../../src/report/summary.ts'
import { BAKE, BAKING, CALLED, journal, plan, PROVEN, RETAGGED, STARTED } from './fixtures.ts'

const PLAN = plan({ bake: BAKE })
const NOW = Date.parse('2026-11-22T03:20:00Z')

const after = (...events: RunEvent[]) =>
  journal([...STARTED, ...RETAGGED, ...CALLED, ...PROVEN, ...BAKING, ...events])

const FAILS: RunEvent = {
  type: 'bake-judged',
  condition: 'error_rate below 1%',
  role: 'must',
  verdict: 'fails',
  words: 'is 3%, not below 1%',
}
const BREACHED = after(FAILS, {
  type: 'bake-ended',
  result: 'breached',
  exit: 28,
  why: 'error_rate below 1%: is 3%, not below 1%',
})

test('a plan announces it, and one that has nothing to change does not', () => {
  const text = (wanted: Partial<Plan>): string => planText(plan({ bake: BAKE, ...wanted }), PLAIN)
  expect(text({})).toContain('Bake: watched afterwards for 30m 00s')
  const skipped = plan().steps.map((step) => ({ ...step, skip: 'already there' }))
  expect(text({ steps: skipped })).not.toContain('Bake')
})

test('a breach says what, when, and the ways on', () => {
  expect(bakeEndText(summarise(PLAN, BREACHED), PLAIN)).toMatchInlineSnapshot(`
    "The bake is breached (4 s of 30m 00s)
    The rollback was proven, and it has not stayed well: error_rate below 1%: is 3%,
    not below 1%, at 03:15:23 UTC

      fails    must error_rate below 1%: is 3%, not below 1%

    Ways on
      rollback show 20261122-031500-7f3a  the whole report
      rollback undo 20261122-031500-7f3a  leave 1a2b3c4 again, for what ran before
      rollback versions                   what else could be returned to; then
                                          rollback run --target …"
  `)
})

test('what was left says that the rollback is done, and ends with the command that goes on', () => {
  const lines = after({ type: 'bake-stopped', signal: 'SIGINT' })
  expect(bakeEndText(summarise(PLAN, lines), PLAIN)).toMatchInlineSnapshot(`
    "No longer watched (3 s of 30m 00s)
    The rollback is done and proven; only the watching was stopped by SIGINT at
    03:15:23 UTC, 29m 57s are left.

      holds    must error_rate below 1%: is 0.2%, below 1%

    Ways on
      rollback show 20261122-031500-7f3a    the whole report
      rollback undo 20261122-031500-7f3a    leave 1a2b3c4 again, for what ran before
      rollback resume 20261122-031500-7f3a  go on watching it"
  `)
})

test('what waits for an answer says which, and that the rest is over', () => {
  const why = 'nobody is there to answer: How many reports? (--answer reports=…)'
  const summary = summarise(PLAN, after({ type: 'bake-unanswered', why }))
  expect(bakeEndText(summary, PLAIN)).toMatchInlineSnapshot(`
    "The bake waits for an answer (3 s of 30m 00s)
    The rollback is done and proven, and watched for its whole time; nobody is there
    to answer: How many reports? (--answer reports=…)

      holds    must error_rate below 1%: is 0.2%, below 1%

    Ways on
      rollback show 20261122-031500-7f3a    the whole report
      rollback undo 20261122-031500-7f3a    leave 1a2b3c4 again, for what ran before
      rollback resume 20261122-031500-7f3a  answer what is left of it"
  `)
  expect(bakeIntro(summary, PLAIN)).toMatchInlineSnapshot(
    `
    "It was watched for its whole time: all that is left is a question, and what is
    measured is measured once more."
  `,
  )
})

test('the run itself ends where it was proven: its bake is a phase of its own', () => {
  const summary = summarise(PLAN, BREACHED)
  const alone = summarise(plan(), journal([...STARTED, ...RETAGGED, ...CALLED, ...PROVEN]))
  expect(summary).toMatchObject({ result: 'proven', took: alone.took, ended: alone.ended, exit: 0 })
  expect(summary.phases).toEqual([
    ...alone.phases,
    { phase: 'bake', took: 4000, limit: 1_800_000, exceeded: false },
  ])
})

test('a report has it at the top; that it was still watched is no line of the timeline', () => {
  const text = runText(PLAN, BREACHED, PLAIN)
  expect(text.indexOf('The bake is breached (')).toBeLessThan(text.indexOf('Procedure'))
  expect(text).not.toContain('bake: error_rate: is 0.2%')
  expect(runMarkdown(PLAN, BREACHED)).toContain('| fails | must error\\_rate below 1%: is 3%, not below 1% |')
})

test('status: how much is left, who watches, and since when nobody does', () => {
  const runs = [{ plan: PLAN, lines: after() }]
  const { id } = PLAN
  const watched = statusOf('/srv/store', runs, [], { damaged: [], unreadable: [], watched: [id] })
  expect(statusText(watched, PLAIN, NOW)).toContain('of 30m 00s are left; watched by ana on laptop')
  expect(statusText(watched, PLAIN, NOW)).not.toContain('rollback resume')
  const left = statusText(statusOf('/srv/store', runs, []), PLAIN, NOW)
  expect(left).toMatch(/^Baking\n[^]*not watched any more since 2026-11-22 03:15 UTC/)
  expect(left).toContain(`rollback resume ${id}  go on watching it`)
  const never = [{ plan: PLAN, lines: journal([...STARTED, ...PROVEN]) }]
  expect(statusText(statusOf('/srv/store', never, []), PLAIN, NOW)).toContain(
    '30m 00s of 30m 00s are left; nobody has watched it yet',
  )
  const ended = statusOf('/srv/store', [{ plan: PLAN, lines: BREACHED }], [])
  expect(ended.baking).toEqual([])
  expect(statusText(ended, PLAIN, NOW)).toContain('The bake is breached')
})

test('status: what is on record is told as last seen, and when that was', () => {
  const told = (lines: ReturnType<typeof after>): string =>
    statusText(statusOf('/srv/store', [{ plan: PLAN, lines }], []), PLAIN, NOW).replaceAll(/\s+/g, ' ')
  const open = told(after())
  expect(open).toContain(
    'last seen: 1a2b3c4, proven 2026-11-22 03:15 UTC, its bake is not over, watched until 2026-11-22 03:15 UTC',
  )
  expect(open).toContain('must error_rate below 1%: is 0.2%, below 1%, at 03:15:21 UTC')
  expect(open).not.toContain('now')
  expect(told(BREACHED)).toContain('UTC, but its bake was breached at 2026-11-22 03:15 UTC')
  const why = 'nobody watches it'
  const givenUp = after({ type: 'bake-ended', result: 'given-up', exit: 0, why })
  expect(told(givenUp)).not.toContain('watched until')
})
