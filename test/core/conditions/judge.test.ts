import { describe, expect, test } from 'vitest'

import { describeCondition } from '../../../src/core/conditions/describe.ts'
import { judge as judgeTaken } from '../../../src/core/conditions/judge.ts'
import type { Judgement } from '../../../src/core/conditions/judgement.ts'
import { limitIn } from '../../../src/core/conditions/limit.ts'
import type { Measurement, SampleValue } from '../../../src/core/source.ts'
import type { Condition, SignalDef } from '../../../src/core/model.ts'

const SHA = 'abc1234def5678abc1234def5678abc1234def56'

function value(one: SampleValue): Measurement {
  return { kind: 'samples', samples: [{ at: 0, value: one }] }
}

function failing(why = '503', one: SampleValue = null): Measurement {
  return { kind: 'samples', samples: [{ at: 0, value: one, failing: why }] }
}

const NO_DATA: Measurement = { kind: 'no-data', why: 'the query is empty' }
const UNREACHABLE: Measurement = { kind: 'unreachable', why: 'connection refused' }

/** One measurement a second. */
function judge(
  condition: Condition,
  unit: SignalDef['unit'],
  measurements: readonly Measurement[],
): Judgement {
  const taken = measurements.map((measurement, index) => ({
    at: index * 1000,
    measurement:
      measurement.kind === 'samples'
        ? {
            ...measurement,
            samples: measurement.samples.map((one) => ({ ...one, at: index * 1000 + one.at })),
          }
        : measurement,
  }))
  return judgeTaken(condition, taken, {
    unit,
    now: (measurements.length - 1) * 1000,
    every: 1000,
    speaks: 'of-health',
  })
}

function verdict(
  condition: Omit<Condition, 'signal'>,
  measurements: Measurement[],
  unit?: SignalDef['unit'],
) {
  return judge({ signal: 's', ...condition }, unit, measurements).verdict
}

describe('one sample', () => {
  test.each<[string, Omit<Condition, 'signal'>, Measurement, string]>([
    ['passing', { passing: true }, value('ok'), 'holds'],
    ['passing, but failing', { passing: true }, failing(), 'fails'],
    ['failing is wanted', { passing: false }, failing(), 'holds'],
    ['failing is wanted, but passing', { passing: false }, value('ok'), 'fails'],
    ['equal text', { equals: 'up' }, value('up'), 'holds'],
    ['other text', { equals: 'up' }, value('down'), 'fails'],
    ['true and "true"', { equals: true }, value('true'), 'holds'],
    ['true and false', { equals: true }, value(false), 'fails'],
    ['1 and "1"', { equals: 1 }, value('1'), 'holds'],
    ['exactly true', { is: true }, value(true), 'holds'],
    ['the text of it', { is: true }, value('true'), 'fails'],
    ['the number and its text', { is: '1' }, value(1), 'fails'],
    ['an equal value of a failing sample', { equals: 'up' }, failing('503', 'up'), 'fails'],
    ['a value that is not there, and the word null', { equals: 'null' }, value(null), 'fails'],
    [
      'a number that JSON may have rounded',
      { equals: '9007199254740993' },
      value(9007199254740992),
      'unknown',
    ],
    ['the largest that it does not', { equals: 9007199254740991 }, value(9007199254740991), 'holds'],
    ['another number than one that may be rounded', { equals: 5 }, value(9007199254740992), 'fails'],
    ['exactly a number that may be rounded', { is: 1e20 }, value(1e20), 'unknown'],
    ['above a number that may be rounded', { above: 3 }, value(1e20), 'holds'],
    ['the commit', { same_commit: SHA }, value(SHA), 'holds'],
    ['the short commit', { same_commit: SHA }, value('abc1234'), 'holds'],
    ['another commit', { same_commit: SHA }, value('bad5678'), 'fails'],
    ['a commit too short to tell', { same_commit: SHA }, value('abc123'), 'fails'],
    ['a commit that is a number', { same_commit: '1234567' }, value(1_234_567), 'fails'],
    ['no commit', { same_commit: SHA }, value(null), 'fails'],
    ['the commit of a failing sample', { same_commit: SHA }, failing('503', SHA), 'fails'],
    ['all of several', { passing: true, equals: 'up' }, value('up'), 'holds'],
    ['one of several', { passing: true, equals: 'up' }, value('down'), 'fails'],
  ])('%s', (_, condition, measurement, wanted) => {
    expect(verdict(condition, [measurement])).toBe(wanted)
  })
})

describe('limits', () => {
  test.each<[string, string | number, SignalDef['unit'], SampleValue, string]>([
    ['a number', 10, undefined, 9.9, 'holds'],
    ['strict: the limit itself is not below it', 10, undefined, 10, 'fails'],
    ['1% of a ratio', '1%', 'ratio', 0.009, 'holds'],
    ['1% of a ratio', '1%', 'ratio', 0.01, 'fails'],
    ['1% of percents', '1%', 'percent', 0.9, 'holds'],
    ['500ms of milliseconds', '500ms', 'ms', 499, 'holds'],
    ['500ms of seconds', '500ms', 's', 0.499, 'holds'],
    ['500ms of seconds', '500ms', 's', 0.5, 'fails'],
    ['1.5s of milliseconds', '1.5s', 'ms', 1499, 'holds'],
    ['a number written as text', '10', 'count', 9, 'holds'],
    ['a percentage of a count', '1%', 'count', 0, 'unknown'],
    ['a percentage without a unit', '1%', undefined, 0, 'unknown'],
    ['a duration of bytes', '1s', 'bytes', 0, 'unknown'],
    ['nonsense', 'fast', 'ms', 0, 'unknown'],
    ['an empty limit', ' ', 'ms', -1, 'unknown'],
    ['not a number', 10, undefined, Number.NaN, 'unknown'],
    ['text', 10, undefined, '9', 'unknown'],
    ['nothing', 10, undefined, null, 'unknown'],
    ['a limit that is no number', Number.NaN, undefined, 1, 'unknown'],
  ])('%s: below %s (%s), measured %s: %s', (_, below, unit, measured, wanted) => {
    expect(verdict({ below }, [value(measured)], unit)).toBe(wanted)
  })

  test('a failing probe is not fast because its number is small', () => {
    expect(verdict({ below: 10 }, [failing('timed out', 1)])).toBe('fails')
  })

  test('negative percentages and plain numbers are read in the unit', () => {
    expect(limitIn('ratio', '-5 %')).toBe(-0.05)
    expect(limitIn('ms', 250)).toBe(250)
  })
})

describe('no data is never success', () => {
  test.each([
    ['nothing measured', []],
    ['no data', [NO_DATA]],
    ['unreachable', [UNREACHABLE]],
    ['no samples', [{ kind: 'samples', samples: [] } satisfies Measurement]],
  ])('%s is unknown, whatever is asked', (_, measurements) => {
    const conditions: Omit<Condition, 'signal'>[] = [
      { passing: true },
      { passing: false },
      { equals: 'x' },
      { below: 1 },
      { same_commit: SHA },
      { passing: true, in_a_row: 3 },
      { passing: true, samples: 2 },
    ]
    expect(conditions.map((condition) => verdict(condition, measurements))).toEqual(
      conditions.map(() => 'unknown'),
    )
  })

  test('a condition that says nothing holds for nothing', () => {
    expect(verdict({}, [value('anything')])).toBe('unknown')
  })

  test('a measurement that was good does not outlast one that could not be made', () => {
    expect(verdict({ passing: true }, [value('ok'), UNREACHABLE])).toBe('unknown')
  })
})

describe('in a row', () => {
  const three = { passing: true, in_a_row: 3 }
  const up = value('ok')

  test.each<[string, Measurement[], string]>([
    ['one of three', [up], 'unknown'],
    ['two of three', [up, up], 'unknown'],
    ['exactly on the third', [up, up, up], 'holds'],
    ['a failure begins the row anew', [up, up, failing(), up, up], 'unknown'],
    ['and three after it hold', [failing(), up, up, up], 'holds'],
    ['the last one fails', [up, up, up, failing()], 'fails'],
    ['an unreachable one breaks the row', [up, up, UNREACHABLE, up], 'unknown'],
    ['no data breaks the row', [up, up, NO_DATA], 'unknown'],
  ])('%s', (_, measurements, wanted) => {
    expect(verdict(three, measurements)).toBe(wanted)
  })

  test('samples of one measurement count one by one', () => {
    const samples = [1, 2, 3].map((at) => ({ at, value: 'ok' }))
    expect(verdict(three, [{ kind: 'samples', samples }])).toBe('holds')
  })

  test('people see how far it is', () => {
    const { words } = judge({ signal: 's', ...three }, undefined, [up, up])
    expect(words).toBe('passing, 2 of 3 in a row')
  })
})

describe('samples', () => {
  const three = { passing: true, samples: 3 }
  const up = value('ok')

  test.each<[string, Measurement[], string, boolean]>([
    ['not all taken', [up, up], 'unknown', false],
    ['all hold', [up, up, up], 'holds', true],
    ['one fails: for good, at once', [up, failing()], 'fails', true],
    ['one is unknown', [up, UNREACHABLE, up], 'unknown', true],
    ['a failure weighs more than an unknown one', [UNREACHABLE, failing(), up], 'fails', true],
    ['what comes after does not count', [up, up, up, failing()], 'holds', true],
  ])('%s', (_, measurements, wanted, final) => {
    expect(judge({ signal: 's', ...three }, undefined, measurements)).toMatchObject({
      verdict: wanted,
      final,
    })
  })
})

test('what reads the same but for its type is told with its quotes', () => {
  const words = (is: boolean | string) => judge({ signal: 's', is }, undefined, [value('true')]).words
  expect(words(true)).toBe('is "true", wanted true')
  expect(words('false')).toBe('is true, wanted false')
})

test.each<[Condition, string]>([
  [{ signal: 'live', same_commit: 'abc1234', in_a_row: 3 }, 'live same commit as abc1234, 3 in a row'],
  [{ signal: 'health', passing: true }, 'health passing'],
  [{ signal: 'p99', below: '500ms', samples: 5 }, 'p99 below 500ms, 5 samples'],
  [{ signal: 'mode', equals: 'up', in_a_row: 1 }, 'mode equals up'],
  [{ signal: 'ready', is: true }, 'ready is true'],
])('%j is told in words', (condition, words) => {
  expect(describeCondition(condition)).toBe(words)
})

test.each<[string, Measurement[], boolean]>([
  ['right before it was well', [value(1), value(9), value(9)], true],
  ['nothing is known from before', [value(9), value(9)], false],
  ['right before it could not be measured', [value(1), UNREACHABLE, value(9)], false],
  ['it was well before a gap', [value(1), NO_DATA, NO_DATA, NO_DATA, value(9)], false],
])('it began when it was first seen only where %s', (_what, measurements, began) => {
  expect(judge({ signal: 's', above: 5 }, undefined, measurements)).toMatchObject({ verdict: 'holds', began })
})

describe('a limit that is read by what is usual', () => {
  const judged = (
    limit: Omit<Condition, 'signal'>,
    one: number,
    more: { baseline?: number; floor?: string },
  ) => {
    const { verdict: said, words } = judgeTaken(
      { signal: 's', ...limit },
      [{ at: 0, measurement: value(one) }],
      { unit: 'ratio', now: 0, every: 1000, speaks: 'of-breach', ...more },
    )
    return [said, words]
  }
  const above = { above: { times: 5, of: 'baseline' } } as const
  const below = { below: { times: 5, of: 'baseline' } } as const

  test('is said as what it comes to', () => {
    expect(judged(above, 0.4, { baseline: 0.005 })).toEqual(['holds', 'is 40%, above 5 × baseline (2.5%)'])
  })

  test('and where that is not known, the floor tells what is certain all the same', () => {
    const floor = { floor: '1%' }
    expect(judged(above, 0.04, floor)).toEqual(['fails', 'is 4%, and 5 × baseline is 5% or more'])
    expect(judged(below, 0.04, floor)).toEqual(['holds', 'is 4%, and 5 × baseline is 5% or more'])
    expect(judged(above, 0.06, floor)[0]).toBe('unknown')
    expect(judged(below, 0.06, floor)[0]).toBe('unknown')
    expect(judged(above, 0.04, {})).toEqual(['unknown', 'is 4%, and its baseline is not known'])
  })
})
