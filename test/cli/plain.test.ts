import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import type { Output } from '../../src/cli/output.ts'
import { createPlainRenderer } from '../../src/cli/ui/plain.ts'
import { plan } from '../report/fixtures.ts'

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 10, 22, 3, 15) }))
afterEach(() => void vi.useRealTimers())

test('says without a terminal what a proof waits for, when that has changed and not too often', () => {
  const lines: string[] = []
  const output = { progress: (text: string) => lines.push(text) } as unknown as Output
  const renderer = createPlainRenderer(output, plan())
  for (const news of ['HTTP 500', 'HTTP 502', 'HTTP 503', 'HTTP 503']) {
    renderer.news(news)
    vi.advanceTimersByTime(2000)
  }
  vi.advanceTimersByTime(60_000)
  renderer.news('1 of 3')
  renderer.line({ n: 1, at: Date.now(), event: { type: 'phase-started', phase: 'verify' } })
  vi.advanceTimersByTime(60_000)
  expect(lines).toEqual([
    '2026-11-22T03:15:00Z  HTTP 500',
    '2026-11-22T03:15:10Z  HTTP 503',
    '2026-11-22T03:16:08Z  phase: prove',
  ])
})
