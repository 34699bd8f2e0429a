import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { judge } from '../../../src/core/conditions/judge.ts'
import type { Taken } from '../../../src/core/conditions/moments.ts'
import type { Condition } from '../../../src/core/model.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const NOW = 1_000_000_000

/** Seconds before now, and the number measured then; null: it could not be measured. */
type Point = readonly [ago: number, value: number | null]

function taken(points: readonly Point[]): Taken[] {
  return points.map(([ago, value]) => {
    const at = NOW - ago * SECOND
    return value === null
      ? { at, measurement: { kind: 'unreachable', why: 'refused' } }
      : { at, measurement: { kind: 'samples', samples: [{ at, value }] } }
  })
}

function judged(condition: Omit<Condition, 'signal'>, points: readonly Point[], every = 15 * SECOND) {
  return judge({ signal: 's', ...condition }, taken(points), {
    unit: 'ratio',
    now: NOW,
    every,
    speaks: 'of-breach',
  })
}

const everyQuarter = (from: number, value: number): Point[] =>
  Array.from({ length: Math.floor(from / 15) + 1 }, (_, index) => [from - index * 15, value])

describe('above 10% for 5 minutes', () => {
  const condition = { above: '10%', for: 5 * MINUTE }

  test.each<[string, Point[], string]>([
    ['just below, for long', everyQuarter(600, 0.0999), 'fails'],
    ['at the limit, for long', everyQuarter(600, 0.1), 'fails'],
    ['just above, for long', everyQuarter(600, 0.1001), 'holds'],
    ['just above, for exactly so long', everyQuarter(300, 0.1001), 'holds'],
    [
      'just above, one sample less, and it was well before',
      [[300, 0.01], ...everyQuarter(285, 0.2)],
      'fails',
    ],
    ['just above, one sample less, and nobody knows what was before', everyQuarter(285, 0.2), 'unknown'],
    [
      'one moment below in between',
      [...everyQuarter(600, 0.2).filter(([ago]) => ago !== 150), [150, 0]],
      'fails',
    ],
    [
      'one that could not be measured in between',
      [...everyQuarter(600, 0.2).filter(([ago]) => ago !== 150), [150, null]],
      'unknown',
    ],
    ['a gap in between', everyQuarter(600, 0.2).filter(([ago]) => ago > 200 || ago < 100), 'unknown'],
    ['over by now', [...everyQuarter(600, 0.2).slice(0, -1), [0, 0.01]], 'fails'],
    ['measured once', [[0, 0.5]], 'unknown'],
    ['never measured', [], 'unknown'],
  ])('%s: %s', (_, points, wanted) => {
    expect(judged(condition, points).verdict).toBe(wanted)
  })

  test('says since when', () => {
    expect(judged(condition, [[600, 0], ...everyQuarter(585, 0.2)]).since).toBe(NOW - 585 * SECOND)
  })
})

describe('more than 10 failures in an hour', () => {
  const condition = { passing: false, count: { atLeast: 11, within: 60 * MINUTE } }
  const probes = (failures: number, of = 121): Taken[] =>
    Array.from({ length: of }, (_, index) => {
      const at = NOW - (of - 1 - index) * 30 * SECOND
      const failing = index > 0 && index <= failures ? { failing: '503' } : {}
      return { at, measurement: { kind: 'samples', samples: [{ at, value: null, ...failing }] } }
    })
  const verdict = (all: Taken[]): string =>
    judge({ signal: 's', ...condition }, all, {
      unit: undefined,
      now: NOW,
      every: 30 * SECOND,
      speaks: 'of-breach',
    }).verdict

  test.each([
    ['ten', probes(10), 'fails'],
    ['eleven', probes(11), 'holds'],
    ['eleven, in half an hour that was looked at', probes(11, 60), 'holds'],
    ['ten, in half an hour that was looked at', probes(10, 60), 'unknown'],
  ])('%s: %s', (_, all, wanted) => {
    expect(verdict(all)).toBe(wanted)
  })
})

test.each([
  ['unknown', 'unknown'],
  ['breach', 'holds'],
  ['ignore', 'unknown'],
] as const)('no answer counts as %s', (on_error, wanted) => {
  expect(judged({ above: 1, on_error }, [[0, null]]).verdict).toBe(wanted)
})

test('limits may be said by what is usual, and never by less than the floor', () => {
  const p95 = (baseline: number | undefined, value: number) =>
    judge({ signal: 's', above: { times: 5, of: 'baseline' } }, taken([[0, value]]), {
      unit: 'ms',
      now: NOW,
      every: SECOND,
      speaks: 'of-breach',
      baseline,
      floor: '100ms',
    }).verdict
  expect([p95(200, 1000), p95(200, 1001), p95(0, 400), p95(0, 501), p95(undefined, 9999)]).toEqual([
    'fails',
    'holds',
    'fails',
    'holds',
    'unknown',
  ])
})

test('`for` agrees with a slow look at every moment, whatever comes in whatever order', () => {
  const points = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 400 }), fc.constantFrom(0, 0.05, 0.2, 0.3, null)),
    { maxLength: 40 },
  )
  fc.assert(
    fc.property(points, fc.integer({ min: 0, max: 300 }), (all, seconds) => {
      const { verdict } = judged({ above: '10%', for: seconds * SECOND }, all, 10 * SECOND)
      expect(verdict).toBe(slowly(all, seconds))
    }),
    { numRuns: 2000 },
  )
})

/** From the newest backwards: how long it has held, and whether what was before is known. */
function slowly(all: readonly Point[], seconds: number): string {
  const byTime = new Map(all)
  const times = [...byTime.keys()].sort((a, b) => a - b)
  const [first] = times
  if (first === undefined) return 'unknown'
  const says = (ago: number): 'yes' | 'no' | 'unknown' => {
    const value = byTime.get(ago)
    return value === null || value === undefined ? 'unknown' : value > 0.1 ? 'yes' : 'no'
  }
  if (says(first) !== 'yes') return says(first) === 'no' ? 'fails' : 'unknown'
  let oldest = first
  for (const ago of times.slice(1)) {
    const gap = ago - oldest > 30
    if (gap || says(ago) === 'unknown') return oldest - first >= seconds ? 'holds' : 'unknown'
    if (says(ago) === 'no') return oldest - first >= seconds ? 'holds' : 'fails'
    oldest = ago
  }
  return oldest - first >= seconds ? 'holds' : 'unknown'
}
