import { describe, expect, test } from 'vitest'

import { judge } from '../../../src/core/conditions/judge.ts'
import { judgeTrigger } from '../../../src/core/conditions/verdict.ts'
import type { Measurement } from '../../../src/core/source.ts'
import type { Runbook, SignalDef } from '../../../src/core/model.ts'
import { platforms } from '../../../src/platforms/index.ts'
import { loaded, mistakes, runbookText } from '../load-fixture.ts'

const BURN = { objective: '99.9%', above: '14.4', long: '1h', short: '5m' }
const SIGNAL = "{ query: 'rate(e[${window}])', url: https://x.test }, window: 1m, unit: ratio"

function text(burn: Partial<typeof BURN> = {}, signal = SIGNAL, more = ''): string {
  const words = Object.entries({ ...BURN, ...burn }).map(([key, value]) => `${key}: ${value}`)
  return runbookText({
    head: [
      `signals: { s: { prometheus: ${signal} } }`,
      `triggers: [{ id: a, severity: critical, signal: s, burn_rate: { ${words.join(', ')} }${more} }]`,
    ].join('\n'),
    step: "        uses: command.run\n        with: { argv: ['true'] }",
  })
}

const NO_DATA: Measurement = { kind: 'no-data', why: 'nothing' }

/** What follows from the error ratio over an hour, and over 5 minutes. */
function judged({ triggers }: Runbook, over: { long: number | Measurement; short: number | Measurement }) {
  const [trigger] = triggers
  if (trigger === undefined) throw new Error('there is no trigger')
  const measured = new Map([
    [3_600_000, over.long],
    [300_000, over.short],
  ])
  return judgeTrigger(
    trigger,
    (condition) => {
      const one = measured.get(condition.window ?? 0) ?? NO_DATA
      const measurement: Measurement =
        typeof one === 'number' ? { kind: 'samples', samples: [{ at: 0, value: one }] } : one
      return judge(condition, [{ at: 0, measurement }], UNIT)
    },
    0,
  )
}

const UNIT = { unit: 'ratio' satisfies SignalDef['unit'], now: 0, every: 1000, speaks: 'of-breach' } as const

describe('14.4 times the budget of 99.9%, which is 1.44%', async () => {
  const runbook = await loaded(text(), { platforms })

  test.each<[string, number | Measurement, number | Measurement, string]>([
    ['just above it over both windows', 0.014401, 0.014401, 'holds'],
    ['at it over the long one', 0.0144, 0.9, 'fails'],
    ['at it over the short one', 0.9, 0.0144, 'fails'],
    ['just below it over both', 0.014399, 0.014399, 'fails'],
    ['over the long one only: it has ended', 0.9, 0.001, 'fails'],
    ['over the short one only: a blip', 0.001, 0.9, 'fails'],
    ['over the long one, and no data over the short one', 0.9, NO_DATA, 'unknown'],
    ['not over the long one, and no data over the short one', 0.001, NO_DATA, 'fails'],
  ])('%s', (_what, long, short, verdict) => {
    expect(judged(runbook, { long, short }).judged).toBe(verdict)
  })

  test('said is what was measured over both, also where one of them decides', () => {
    expect(judged(runbook, { long: 0.02, short: 0.001 })).toMatchObject({
      condition: 's burn rate above 14.4 (objective 99.9%), over 1h 00m and 5m 00s',
      words: 'over 1h 00m: is 2%, above 1.44%; over 5m 00s: is 0.1%, not above 1.44%',
    })
  })

  test('its words go on to both windows', async () => {
    const ignoring = await loaded(text({}, SIGNAL, ', no_data: breach'), { platforms })
    expect(judged(ignoring, { long: 0.9, short: NO_DATA }).judged).toBe('holds')
  })
})

test('a signal in percent has the same limit', async () => {
  const { triggers } = await loaded(text({}, SIGNAL.replace('ratio', 'percent')), { platforms })
  expect(triggers[0]?.when).toMatchObject({ all: [{ above: '1.44%' }, { above: '1.44%' }] })
})

describe('what cannot be', () => {
  const fixed = "{ query: 'e', url: https://x.test }, window: 1m, unit: ratio"
  test.each([
    ['a source without ${window}', text({}, fixed), 'does not use ${window}, and would be the same'],
    [
      'a signal without a unit',
      text({}, SIGNAL.replace(', unit: ratio', '')),
      'has no unit, and is no share',
    ],
    ['one of milliseconds', text({}, SIGNAL.replace('ratio', 'ms')), 'has the unit ms, and is no share'],
    [
      'several series',
      text({}, SIGNAL.replace('{ query', '{ series: any, query')),
      'each has a budget of its own',
    ],
    ['a share without %', text({ objective: '0.999' }), 'is no share of what goes well: write 99.9%'],
    ['no budget at all', text({ objective: '100%' }), 'is no share of what goes well: write 99.9%'],
    ['more than everything', text({ objective: '90%', above: '10' }), 'can never hold'],
    ['windows the wrong way round', text({ long: '5m', short: '1h' }), 'not shorter than the long one'],
    ['the same window twice', text({ short: '1h' }), 'not shorter than the long one'],
    ['a duration beside it', text({}, SIGNAL, ', for: 5m'), 'each stand alone'],
  ])('%s', async (_what, runbook, words) => {
    expect(await mistakes(runbook, { platforms })).toEqual([expect.stringContaining(words)])
  })

  test.each(['back', 'bake'])('in verify, of a procedure called %s', async (procedure) => {
    const runbook = runbookText({
      head: `signals: { s: { prometheus: ${SIGNAL} } }`,
      step: "        uses: command.run\n        with: { argv: ['true'] }",
      tail: '    verify: { must: [{ signal: s, above: 1, burn_rate: {} }] }',
    }).replace('  back:', `  ${procedure}:`)
    expect(await mistakes(runbook, { platforms })).toEqual([
      '10:45 burn_rate is for triggers and guards: its long window holds the incident that was just ended | write what is to be measured from now on: { signal: s, below: 1% }',
    ])
  })
})
