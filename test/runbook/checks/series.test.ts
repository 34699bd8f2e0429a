import { expect, test } from 'vitest'

import { platforms } from '../../../src/platforms/index.ts'
import { mistakes, runbookText } from '../load-fixture.ts'

function found(series: string, condition: string): Promise<string[]> {
  const head = `signals: { s: { prometheus: { url: https://x.test, query: up${series} } } }`
  const step = "        uses: command.run\n        with: { argv: ['true'] }"
  const tail = `    verify: { must: [{ signal: s, ${condition} }] }`
  return mistakes(runbookText({ head, step, tail }), { platforms })
}

test('which series are meant, of a signal that does not keep them apart', async () => {
  for (const series of ['', ', series: max'])
    expect(await found(series, 'below: 5, series: any')).toEqual([
      '10:45 the signal "s" does not keep several series apart | say series: any, or all, beside its query; or leave it out here',
    ])
})

test('one series of many as a proof of all', async () => {
  expect(await found(', series: any', 'below: 5')).toEqual([
    '10:32 the source of "s" says series: any, and one series proves nothing of the others | add series: all to the condition; or series: any, where one is enough',
  ])
})

test.each([
  [', series: all', 'below: 5'],
  [', series: any', 'below: 5, series: all'],
  [', series: any', 'below: 5, series: any'],
  [', series: max', 'below: 5'],
])('%s, proven by %s, is fine', async (series, condition) => {
  expect(await found(series, condition)).toEqual([])
})
