import { describe, expect, test } from 'vitest'

import type { Bake } from '../../../src/core/model.ts'
import { bakeOf, replacedBy, SILENT } from '../../../src/core/run/bake.ts'
import { concludeBake } from '../../../src/core/run/conclude-bake.ts'
import type { Judged, Line, RunEvent, RunResult } from '../../../src/core/run/events.ts'

const BAKE: Bake = { for: 1_800_000, settle: 300_000, must: [], should: [] }
const BY = { name: 'ana', host: 'laptop', ci: false }
const BEGUN: RunEvent = { type: 'bake-started', by: BY, pid: 1, started: '1', host: 'laptop' }
const SEEN: RunEvent = { type: 'bake-watched', words: 'well' }

const ended = (result: RunResult): RunEvent => ({ type: 'run-ended', result, exit: 0, why: '', stands: [] })

function judged(verdict: Judged, role: 'must' | 'should' = 'must', condition = 'errors'): RunEvent {
  return { type: 'bake-judged', condition, role, verdict, words: `it ${verdict}` }
}

const journal = (...events: [number, RunEvent][]): Line[] =>
  events.map(([at, event], index) => ({ n: index + 1, at, event }))

const PROVEN: [number, RunEvent] = [1000, ended('proven')]

describe('what was watched', () => {
  test('only what is proven, and only where the plan says so', () => {
    expect(bakeOf({ bake: BAKE }, journal([0, BEGUN]))).toBeUndefined()
    expect(bakeOf({ bake: BAKE }, journal([0, ended('stands')]))).toBeUndefined()
    expect(bakeOf({}, journal(PROVEN))).toBeUndefined()
    expect(bakeOf({ bake: BAKE }, journal([5, ended('degraded')]))).toMatchObject({ since: 5, watched: 0 })
  })

  test('a time in which nobody watched does not count', () => {
    const lines = journal(
      PROVEN,
      [2000, BEGUN],
      [62_000, SEEN],
      [70_000, { type: 'bake-stopped', signal: 'SIGINT' }],
      [500_000, BEGUN],
      [510_000, SEEN],
    )
    expect(bakeOf({ bake: BAKE }, lines)).toMatchObject({
      watched: 78_000,
      seen: 510_000,
      stopped: undefined,
    })
  })

  test('nor one in which the machine slept, or a process was killed', () => {
    const slept = journal(PROVEN, [2000, BEGUN], [2000 + SILENT + 1, SEEN], [2000 + SILENT + 61, SEEN])
    expect(bakeOf({ bake: BAKE }, slept)).toMatchObject({ watched: 60 })
    const killed = journal(PROVEN, [2000, BEGUN], [12_000, SEEN], [20_000, BEGUN], [21_000, SEEN])
    expect(bakeOf({ bake: BAKE }, killed)).toMatchObject({ watched: 11_000 })
  })

  test('of each condition the last word, since when it says so, and when it failed first', () => {
    const lines = journal(
      PROVEN,
      [2000, BEGUN],
      [3000, judged('holds')],
      [4000, judged('fails')],
      [5000, judged('holds')],
      [6000, judged('holds')],
    )
    expect(bakeOf({ bake: BAKE }, lines)?.conditions).toMatchObject([
      { verdict: 'holds', since: 5000, failed: { at: 4000, words: 'it fails' } },
    ])
  })
})

describe('how it ends', () => {
  const after = (...events: RunEvent[]) => {
    const lines = journal(PROVEN, [2000, BEGUN], ...events.map((event): [number, RunEvent] => [3000, event]))
    return concludeBake(bakeOf({ bake: BAKE }, lines) ?? { conditions: [] }, 24)
  }

  test.each<[string, RunEvent[], object]>([
    ['all has held: as the run', [judged('holds')], { result: 'held', exit: 24 }],
    ['a must fails', [judged('fails'), judged('unknown', 'must', 'p95')], { result: 'breached', exit: 28 }],
    [
      'a must is not known',
      [judged('holds'), judged('unknown', 'must', 'p95')],
      { result: 'unmeasured', exit: 23 },
    ],
    ['a should fails', [judged('holds'), judged('fails', 'should', 'p95')], { result: 'degraded', exit: 24 }],
    ['a should is not known', [judged('unknown', 'should')], { result: 'degraded', exit: 24 }],
  ])('%s', (_, events, expected) => {
    expect(after(...events)).toMatchObject(expected)
  })

  test('a should that failed in between is told, though it holds at the end', () => {
    expect(after(judged('fails', 'should'), judged('holds', 'should'))).toMatchObject({
      result: 'degraded',
      why: 'errors: it failed in between: it fails; at the end: it holds',
    })
  })
})

describe('what ends it from outside', () => {
  const recorded = (id: string, at: number, ...events: RunEvent[]) => ({
    plan: { id, service: 'api', environment: 'production' },
    lines: events.map((event, index): Line => ({ n: index + 1, at: at + index, event })),
  })
  const intent: RunEvent = { type: 'intent', step: 'a', effect: 'a', attempt: 1, use: 'first' }
  const run = recorded('run', 1000, ended('proven'))

  test('the first later run there that has changed something', () => {
    const others = [recorded('third', 4000, intent), recorded('second', 3000, intent)]
    expect(replacedBy(run, [...others, run])).toBe('second')
  })

  test('not one that was refused, was before it, or was somewhere else', () => {
    const elsewhere = {
      ...recorded('b', 3000, intent),
      plan: { id: 'b', service: 'api', environment: 'staging' },
    }
    const others = [recorded('refused', 3000, ended('refused')), recorded('before', 500, intent), elsewhere]
    expect(replacedBy(run, others)).toBeUndefined()
  })
})
