import { describe, expect, test } from 'vitest'

import { judge, judgeEachSeries } from '../../../src/core/conditions/judge.ts'
import type { Baselines, Judgement } from '../../../src/core/conditions/judgement.ts'
import type { Taken } from '../../../src/core/conditions/moments.ts'
import { seriesKey } from '../../../src/core/conditions/series.ts'
import type { SampledSeries } from '../../../src/core/source.ts'
import type { Condition, Together } from '../../../src/core/model.ts'

const NOW = 600_000
const EVERY = 1000

/** One value a second, the last one now; NaN is a moment without one. */
function series(region: string, ...values: number[]): SampledSeries {
  const first = NOW - (values.length - 1) * EVERY
  const samples = values.map((value, index) => ({ at: first + index * EVERY, value }))
  return { labels: { job: 'api', region }, samples: samples.filter(({ value }) => !Number.isNaN(value)) }
}

function history(judged: Together, all: SampledSeries[]): Taken[] {
  return [{ at: NOW, measurement: { kind: 'series', judged, series: all, from: NOW - 60_000 } }]
}

function judged(
  condition: Omit<Condition, 'signal'>,
  taken: readonly Taken[],
  baseline?: Baselines,
): Judgement {
  return judge({ signal: 's', ...condition }, taken, {
    unit: 'ratio',
    now: NOW,
    every: EVERY,
    baseline,
    speaks: 'of-breach',
  })
}

const ABOVE = { above: '10%' } as const
const [BAD, WELL, SILENT] = [
  (region: string) => series(region, 0.4),
  (region: string) => series(region, 0.01),
  (region: string) => series(region),
]

describe('together', () => {
  test.each<[Together, string, SampledSeries[], string]>([
    ['any', 'one holds', [WELL('eu'), BAD('us')], 'holds'],
    ['any', 'one holds, and another is unknown', [SILENT('eu'), BAD('us')], 'holds'],
    ['any', 'none holds, and one is unknown', [WELL('eu'), SILENT('us')], 'unknown'],
    ['any', 'none holds', [WELL('eu'), WELL('us')], 'fails'],
    ['all', 'all hold', [BAD('eu'), BAD('us')], 'holds'],
    ['all', 'one does not hold', [BAD('eu'), WELL('us')], 'fails'],
    ['all', 'one does not hold, and another is unknown', [SILENT('eu'), WELL('us')], 'fails'],
    ['all', 'all but one that is unknown hold', [BAD('eu'), SILENT('us')], 'unknown'],
  ])('%s: %s', (together, _what, all, verdict) => {
    expect(judged(ABOVE, history(together, all)).verdict).toBe(verdict)
  })

  test('a condition may say other than its source', () => {
    const taken = history('any', [WELL('eu'), BAD('us')])
    expect(judged({ ...ABOVE, series: 'all' }, taken).verdict).toBe('fails')
  })
})

test('the time that it lasts is that of each series, and not of some of them in turn', () => {
  const inTurn = history('any', [series('eu', 0.4, 0.4, 0, 0), series('us', 0, 0, 0.4, 0.4)])
  expect(judged({ ...ABOVE, for: 2000 }, inTurn).verdict).toBe('fails')
  const one = history('any', [series('eu', 0, 0.4, 0.4, 0.4), series('us', 0, 0, 0.4, 0.4)])
  expect(judged({ ...ABOVE, for: 2000 }, one)).toMatchObject({ verdict: 'holds', since: NOW - 2000 })
})

test('since when: of any, since it began; of all, since the last of them joined', () => {
  const all = [series('eu', 0.4, 0.4, 0.4), series('us', 0, 0.4, 0.4)]
  expect(judged(ABOVE, history('any', all)).since).toBe(NOW - 2000)
  expect(judged(ABOVE, history('all', all)).since).toBe(NOW - 1000)
  // Of eu nothing is known from before; us was seen to be well.
  expect(judged(ABOVE, history('any', all)).began).toBe(false)
  expect(judged(ABOVE, history('all', all)).began).toBe(true)
})

describe('said is which series it was', () => {
  test('by what it differs in from the others, and how many there are', () => {
    const { words } = judged(ABOVE, history('any', [WELL('eu'), BAD('us')]))
    expect(words).toBe('{region="us"} is 40%, above 10% (1 of 2 series)')
  })

  test('a few of those that decide', () => {
    const many = ['a', 'b', 'c', 'd', 'e'].map(BAD)
    expect(judged(ABOVE, history('any', [...many, WELL('f')])).words).toBe(
      '{region="a"} is 40%, above 10%, and {region="b"}, and {region="c"} (5 of 6 series)',
    )
  })

  test('harmless for a terminal, and short', () => {
    const { words } = judged(ABOVE, history('any', [BAD(`\u{1b}[2J${'x'.repeat(500)}`)]))
    expect(words).not.toContain('\u{1b}')
    expect(words.length).toBeLessThan(120)
  })
})

describe('a series that has ended', () => {
  const gone: SampledSeries = {
    labels: { job: 'api', region: 'old' },
    samples: [{ at: NOW - 30_000, value: 0.4 }],
  }

  test('is not what it was: unknown', () => {
    expect(judged(ABOVE, history('any', [WELL('eu'), gone])).verdict).toBe('unknown')
    expect(judged(ABOVE, history('all', [BAD('eu'), gone])).verdict).toBe('unknown')
  })

  test('is left out where no data is to be ignored; where none is left, nothing is known', () => {
    const ignoring = { ...ABOVE, no_data: 'ignore' } as const
    expect(judged(ignoring, history('any', [WELL('eu'), gone])).verdict).toBe('fails')
    expect(judged(ignoring, history('any', [gone])).verdict).toBe('unknown')
  })

  test('is known by what was measured before, where each measurement tells only what is now', () => {
    const taken = [[BAD('eu'), BAD('us')], [BAD('eu')]].map<Taken>((all, index) => ({
      at: NOW - (1 - index) * EVERY,
      measurement: { kind: 'series', judged: 'all', series: all },
    }))
    expect(judged(ABOVE, taken)).toMatchObject({
      verdict: 'unknown',
      words: '{region="us"} no data: this series has none (1 of 2 series)',
    })
  })

  test('and is gone after a gap there: the others are judged', () => {
    const taken = [[BAD('eu'), BAD('us')], [BAD('eu')]].map<Taken>((all, index) => ({
      at: NOW - (1 - index) * 4 * EVERY,
      measurement: { kind: 'series', judged: 'all', series: all },
    }))
    expect(judged(ABOVE, taken)).toMatchObject({ verdict: 'holds' })
  })
})

test('a measuring system that does not answer knows nothing of any of them', () => {
  const taken: Taken[] = [
    ...history('any', [WELL('eu')]),
    { at: NOW, measurement: { kind: 'unreachable', why: 'refused' } },
  ]
  expect(judged(ABOVE, taken)).toMatchObject({
    verdict: 'unknown',
    words: expect.stringContaining('refused'),
  })
})

test('nothing is measured any more: that is said of the signal, and one series that is left is enough against it', () => {
  const absent = { absent_for: 60_000 }
  expect(judged(absent, history('any', [SILENT('eu'), WELL('us')])).verdict).toBe('fails')
  expect(judged(absent, history('any', [SILENT('eu')])).verdict).toBe('holds')
})

test('each series has its own baseline', () => {
  const all = [series('eu', 0.4), series('us', 0.4)]
  const own = new Map(all.map(({ labels }) => [seriesKey(labels), labels['region'] === 'eu' ? 0.3 : 0.1]))
  const twice = { above: { times: 2, of: 'baseline' } } as const
  expect(judged(twice, history('any', all), own).words).toContain('{region="us"}')
  own.delete(seriesKey({ region: 'us', job: 'api' }))
  expect(judged(twice, history('any', all), own)).toMatchObject({
    verdict: 'unknown',
    words: '{region="us"} is 40%, and its baseline is not known: this series had none (1 of 2 series)',
  })
})

describe('each by itself', () => {
  const each = (condition: Omit<Condition, 'signal'>, taken: readonly Taken[]) =>
    judgeEachSeries({ signal: 's', ...condition }, taken, {
      unit: 'ratio',
      now: NOW,
      every: EVERY,
      speaks: 'of-breach',
    }).map(({ name, words, value }) => [name, words, value])
  const all = [series('a', 0.2), series('b', 0.01), series('c', 0.4), SILENT('d'), series('e', 0.05)]

  test('what holds first, then what is not known; of those alike the worst', () => {
    expect(each(ABOVE, history('all', all))).toEqual([
      ['{region="c"}', 'is 40%, above 10%', 0.4],
      ['{region="a"}', 'is 20%, above 10%', 0.2],
      ['{region="d"}', 'no data: this series has none', undefined],
      ['{region="e"}', 'is 5%, not above 10%', 0.05],
      ['{region="b"}', 'is 1%, not above 10%', 0.01],
    ])
    expect(each({ below: '10%' }, history('any', all))[0]).toEqual(['{region="b"}', 'is 1%, below 10%', 0.01])
  })

  test('nothing where there are no series, or where none of them is spoken of', () => {
    const one: Taken = { at: NOW, measurement: { kind: 'samples', samples: [{ at: NOW, value: 0.4 }] } }
    expect(each(ABOVE, [one])).toEqual([])
    expect(each({ absent_for: 1000 }, history('any', all))).toEqual([])
  })
})
