import { describe, expect, test } from 'vitest'

import { judge } from '../../../src/core/conditions/judge.ts'
import type { Taken } from '../../../src/core/conditions/moments.ts'
import type { SampleValue } from '../../../src/core/source.ts'
import type { Condition } from '../../../src/core/model.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const NOW = 1_000_000_000

/** Seconds before now, and what was measured then; `no data`, `unreachable` and `failing` are what they say. */
type Point = readonly [ago: number, what: SampleValue]

function taken(points: readonly Point[]): Taken[] {
  return points.map(([ago, what]) => {
    const at = NOW - ago * SECOND
    if (what === 'no data') return { at, measurement: { kind: 'no-data', why: 'the query gives nothing' } }
    if (what === 'unreachable') return { at, measurement: { kind: 'unreachable', why: 'refused' } }
    const sample = what === 'failing' ? { at, value: null, failing: '503' } : { at, value: what }
    return { at, measurement: { kind: 'samples', samples: [sample] } }
  })
}

function judged(condition: Omit<Condition, 'signal'>, all: readonly Taken[]) {
  return judge({ signal: 's', ...condition }, all, {
    unit: 'count',
    now: NOW,
    every: 15 * SECOND,
    speaks: 'of-breach',
  })
}

const each = (from: number, to: number, what: Point[1]): Point[] =>
  Array.from({ length: Math.floor((from - to) / 15) + 1 }, (_, index) => [from - index * 15, what])

describe('without data for 10 minutes', () => {
  test.each<[string, Point[], string]>([
    ['data up to 10 minutes ago, nothing since', [...each(660, 600, 1), ...each(585, 0, 'no data')], 'holds'],
    ['data until a moment less', [...each(659, 599, 1), ...each(584, 0, 'no data')], 'fails'],
    ['nothing for exactly so long', each(600, 0, 'no data'), 'holds'],
    ['nothing for a sample less, and nobody knows what was before', each(585, 0, 'no data'), 'unknown'],
    ['data now', each(600, 0, 1), 'fails'],
    [
      'the measuring system did not answer in between',
      [...each(900, 315, 'no data'), [300, 'unreachable'], ...each(285, 0, 'no data')],
      'unknown',
    ],
    ['the measuring system does not answer', each(900, 0, 'unreachable'), 'unknown'],
    ['a gap in between', [...each(900, 450, 'no data'), ...each(300, 0, 'no data')], 'unknown'],
    ['never measured', [], 'unknown'],
  ])('%s: %s', (_, points, wanted) => {
    expect(judged({ absent_for: 10 * MINUTE }, taken(points)).verdict).toBe(wanted)
  })

  test('a source with a history says it with one answer', () => {
    const nothing = (from: number): Taken => ({
      at: NOW,
      measurement: { kind: 'no-data', why: 'nothing', from },
    })
    const condition = { absent_for: 10 * MINUTE }
    expect(judged(condition, [nothing(NOW - 12 * MINUTE)])).toMatchObject({ verdict: 'holds' })
    expect(judged(condition, [nothing(NOW - 9 * MINUTE)])).toMatchObject({ verdict: 'unknown' })
    const old = { at: NOW - 11 * MINUTE, value: 3 }
    const ended: Taken = {
      at: NOW,
      measurement: { kind: 'samples', samples: [old], from: NOW - 12 * MINUTE },
    }
    expect(judged(condition, [ended])).toMatchObject({ verdict: 'holds', since: old.at })
  })
})

describe('unchanged for 5 minutes', () => {
  test.each<[string, Point[], string]>([
    ['the same for exactly so long', [[315, 6], ...each(300, 0, 7)], 'holds'],
    ['it changed a sample later', [...each(600, 300, 6), ...each(285, 0, 7)], 'fails'],
    ['the same for less, and nobody knows what was before', each(285, 0, 7), 'unknown'],
    ['text', each(300, 0, 'rendering'), 'holds'],
    ['a number that may be rounded', [[315, 6], ...each(300, 0, 1.7642e18)], 'holds'],
    ['it fails now', [...each(300, 15, 7), [0, 'failing']], 'unknown'],
    ['no value', each(300, 0, null), 'unknown'],
    ['never measured', [], 'unknown'],
  ])('%s: %s', (_, points, wanted) => {
    expect(judged({ unchanged_for: 5 * MINUTE }, taken(points)).verdict).toBe(wanted)
  })
})

describe('the change over 10 minutes', () => {
  const over = 10 * MINUTE

  test.each<[string, { above?: number; below?: number }, Point[], string]>([
    [
      'it falls',
      { below: 0 },
      [
        [600, 10],
        [0, 9],
      ],
      'holds',
    ],
    [
      'it stays',
      { below: 0 },
      [
        [600, 10],
        [0, 10],
      ],
      'fails',
    ],
    [
      'it rises',
      { below: 0 },
      [
        [600, 10],
        [0, 11],
      ],
      'fails',
    ],
    [
      'by more than 5',
      { above: 5 },
      [
        [600, 10],
        [0, 15.1],
      ],
      'holds',
    ],
    [
      'by exactly 5',
      { above: 5 },
      [
        [600, 10],
        [0, 15],
      ],
      'fails',
    ],
    [
      'of two, the one that is nearer to then',
      { below: 0 },
      [
        [630, 1],
        [605, 10],
        [0, 9],
      ],
      'holds',
    ],
    [
      'what was then is not known',
      { below: 0 },
      [
        [500, 10],
        [0, 9],
      ],
      'unknown',
    ],
    [
      'there was no number then',
      { below: 0 },
      [
        [600, 'failing'],
        [0, 9],
      ],
      'unknown',
    ],
    [
      'there is no number now',
      { below: 0 },
      [
        [600, 10],
        [0, 'failing'],
      ],
      'unknown',
    ],
    ['never measured', { below: 0 }, [], 'unknown'],
  ])('%s: %s', (_, limit, points, wanted) => {
    expect(judged({ change: { over, ...limit } }, taken(points)).verdict).toBe(wanted)
  })
})

describe('a change over less than a gap is long', () => {
  test('is never that of a sample to itself', () => {
    const over = 30 * SECOND
    expect(judged({ change: { over, below: 1 } }, taken([[0, 9]])).verdict).toBe('unknown')
    expect(judged({ change: { over, below: 1 } }, taken([[30, 1], ...each(15, 0, 9)])).verdict).toBe('fails')
  })

  test('is that to the sample of then, and not to one that is nearer to now', () => {
    const points: Point[] = [
      [10, 1],
      [0, 9],
    ]
    expect(judged({ change: { over: 30 * SECOND, above: 5 } }, taken(points)).verdict).toBe('unknown')
  })
})

describe('a change, where the source has fallen silent', () => {
  const grown: Point[] = [
    [630, 1],
    [30, 9],
  ]
  const condition = { change: { over: 10 * MINUTE, above: 5 } }

  test.each<[string, Point[], Partial<Condition>, string]>([
    ['it does not answer', [...grown, [0, 'unreachable']], {}, 'unknown'],
    ['it has no data', [...grown, [0, 'no data']], {}, 'unknown'],
    ['it has no data, which is a breach', [...grown, [0, 'no data']], { no_data: 'breach' }, 'holds'],
    ['it does not answer, which is ignored', [...grown, [0, 'unreachable']], { on_error: 'ignore' }, 'holds'],
    [
      'it had no data, and does not answer, which is ignored',
      [...grown, [15, 'no data'], [0, 'unreachable']],
      { on_error: 'ignore' },
      'unknown',
    ],
  ])('%s: %s', (_, points, meaning, wanted) => {
    expect(judged({ ...condition, ...meaning }, taken(points)).verdict).toBe(wanted)
  })

  test('its history ends before now', () => {
    const samples = [
      { at: NOW - 12 * MINUTE, value: 1 },
      { at: NOW - 2 * MINUTE, value: 9 },
    ]
    const ended: Taken = { at: NOW, measurement: { kind: 'samples', from: NOW - 13 * MINUTE, samples } }
    expect(judged(condition, [ended])).toMatchObject({ verdict: 'unknown', words: 'no data for 2m 00s' })
  })
})

describe('a history that ends before now', () => {
  const condition = { above: 10, for: 5 * MINUTE }
  const until = (ago: number, value: number): Taken[] => [
    {
      at: NOW,
      measurement: {
        kind: 'samples',
        from: NOW - 6 * MINUTE,
        samples: each(360, ago, value).map(([before]) => ({ at: NOW - before * SECOND, value })),
      },
    },
  ]

  test('does not pass for well now, nor for a breach that goes on', () => {
    expect(judged(condition, until(45, 1))).toMatchObject({ verdict: 'fails' })
    expect(judged(condition, until(60, 1))).toMatchObject({ verdict: 'unknown', words: 'no data for 1m 00s' })
    expect(judged(condition, until(60, 99))).toMatchObject({ verdict: 'unknown' })
  })

  test('says what no_data says', () => {
    expect(judged({ ...condition, no_data: 'ignore' }, until(60, 1))).toMatchObject({ verdict: 'fails' })
    expect(judged({ above: 10, no_data: 'breach' }, until(60, 1))).toMatchObject({ verdict: 'holds' })
  })
})

describe('three failures in a row', () => {
  const condition = { passing: false, in_a_row: 3 }
  test.each<[string, Point[], string]>([
    [
      'two, and it was well before',
      [
        [45, 1],
        [30, 'failing'],
        [15, 'failing'],
      ],
      'fails',
    ],
    [
      'two, and nobody knows what was before',
      [
        [30, 'failing'],
        [15, 'failing'],
      ],
      'unknown',
    ],
    [
      'three',
      [
        [45, 'failing'],
        [30, 'failing'],
        [15, 'failing'],
      ],
      'holds',
    ],
    [
      'well again',
      [
        [45, 'failing'],
        [30, 'failing'],
        [15, 1],
      ],
      'fails',
    ],
  ])('%s', (_, points, wanted) => {
    expect(judged(condition, taken(points)).verdict).toBe(wanted)
  })
})

test('at the limit is at the limit, although 1.5 times 0.2 is 0.30000000000000004 to a computer', () => {
  const verdict = (value: number) =>
    judge({ signal: 's', at_least: { times: 1.5, of: 'baseline' } }, taken([[0, value]]), {
      unit: 'ratio',
      now: NOW,
      every: SECOND,
      baseline: 0.2,
      speaks: 'of-breach',
    }).verdict
  expect(verdict(0.3)).toBe('holds')
  expect(verdict(0.2999)).toBe('fails')
})

describe('where nothing could be measured', () => {
  const last = taken([
    [15, 'no data'],
    [0, 'unreachable'],
  ])
  test.each([{ unchanged_for: 5 * MINUTE }, { change: { over: MINUTE, below: 0 } }])('%j', (condition) => {
    expect(judged(condition, last)).toMatchObject({ verdict: 'unknown', words: 'refused' })
    expect(judged({ ...condition, on_error: 'breach' }, last)).toMatchObject({ verdict: 'holds' })
  })
})
