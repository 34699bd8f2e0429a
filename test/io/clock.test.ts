import { afterEach, expect, test, vi } from 'vitest'

import { steadyNow } from '../../src/io/clock.ts'

afterEach(() => void vi.restoreAllMocks())

test('a clock that is set back does not stop: who waits goes on waiting for no longer', () => {
  const wall = vi.spyOn(Date, 'now')
  const steady = vi.spyOn(performance, 'now')
  const at = (date: number, since: number): number => {
    wall.mockReturnValue(date)
    steady.mockReturnValue(since)
    return steadyNow()
  }
  const start = 3_000_000_000_000
  expect(at(start, 0)).toBe(start)
  expect(at(start + 5000, 5000)).toBe(start + 5000)
  // Ten minutes back.
  expect(at(start - 594_000, 6000)).toBe(start + 6000)
  expect(at(start - 593_000, 7000)).toBe(start + 7000)
  // The machine has slept for an hour: nothing has counted on meanwhile.
  expect(at(start + 3_600_000, 8000)).toBe(start + 3_600_000)
})
