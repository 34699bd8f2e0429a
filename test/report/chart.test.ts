import { describe, expect, test } from 'vitest'

import type { Charted, Point } from '../../src/core/conditions/charted.ts'
import { chart, legend } from '../../src/report/chart.ts'

const START = Date.UTC(2026, 10, 26, 3, 5)
const MINUTE = 60_000

/** A value a minute; null where nothing was measured. */
function charted(values: readonly (number | null)[], limit = 0.1): Charted {
  const points = values.flatMap((value, index): Point[] =>
    value === null ? [] : [{ at: START + index * MINUTE, value, holds: value > limit }],
  )
  return {
    signal: 'error_rate',
    by: 'errors',
    condition: 'error_rate above 10%',
    limits: [{ says: '10%', value: limit, words: '10%' }],
    unit: 'ratio',
    from: START,
    to: START + values.length * MINUTE,
    longestGap: 3 * MINUTE,
    points,
  }
}

describe('a small chart', () => {
  test('the limit is a line with its value, and what breaches it has a mark of its own', () => {
    expect(chart(charted([0, 0, 0.05, 0.05, 0.15, 0.15, 0.25, 0.25]), 29)).toEqual([
      '25% │                  ██████',
      '    │',
      '    │            ██████',
      '10% │────────────────────────',
      '    │      ······',
      ' 0% │······',
      '    └────────────────────────',
      '     03:05:00Z      03:13:00Z',
    ])
  })

  test('where nothing was measured nothing is drawn: a gap is no zero', () => {
    const lines = chart(charted([0.05, 0.05, null, null, null, null, null, 0.05, 0.05, 0.05]), 25)
    expect(lines.find((line) => line.includes('·'))).toBe('    │···           ······')
  })

  test.each([40, 80, 200])('at %i columns no line is wider', (width) => {
    const values = Array.from({ length: 400 }, (_, index) => Math.abs(Math.sin(index / 30)) / 4)
    const widths = chart(charted(values), width).map((line) => line.length)
    expect(Math.max(...widths)).toBe(width)
  })

  test('a short breach is seen, however many samples share a column', () => {
    const values = Array.from({ length: 5000 }, (_, index) => (index === 2500 ? 0.5 : 0.01))
    expect(chart(charted(values), 40).join('\n')).toContain('█')
  })

  test('a limit from below, numbers below nothing, one that is always the same, and none that is finite', () => {
    const falling = { ...charted([-5, -5, 3]), unit: undefined }
    expect(chart(falling, 40).at(-3)).toMatch(/^ *-5 │/)
    expect(chart(charted([0, 0, 0], 0), 40)).toHaveLength(8)
    expect(chart(charted([Infinity, Infinity], 1), 40)[0]).toContain('█')
  })

  test('without room for it there is none', () => {
    expect(chart(charted([0, 1]), 12)).toEqual([])
  })

  test('the legend tells only of marks that are there', () => {
    expect(legend(charted([0, 0.2]))).toBe('errors: error_rate above 10%: █ is, · is not; blank: not known')
    expect(legend(charted([0, 0]))).toBe('errors: error_rate above 10%: · is not; blank: not known')
  })
})
