import { describe, expect, test } from 'vitest'

import { judge } from '../../../src/core/conditions/judge.ts'
import type { HttpResponse, ReadDoor } from '../../../src/core/doors.ts'
import type { Measurement } from '../../../src/core/source.ts'
import type { Condition } from '../../../src/core/model.ts'
import { openDoors } from '../../../src/io/doors.ts'
import { NetworkError } from '../../../src/io/network-error.ts'
import { http } from '../../../src/platforms/http/source.ts'

type Answer = number | 'refused' | { status: number }

/** A service that answers one request after another as the list says: after so many milliseconds, or not well. */
function door(answers: readonly Answer[]): { read: ReadDoor; sleeps: number[]; timeouts: unknown[] } {
  const sleeps: number[] = []
  const timeouts: unknown[] = []
  const read: ReadDoor = {
    ...openDoors().read,
    now: () => 1_000_000,
    sleep: async (milliseconds) => void sleeps.push(milliseconds),
    http: async (request) => {
      const answer = answers[timeouts.length] ?? 0
      timeouts.push(request.timeout)
      if (answer === 'refused')
        throw new NetworkError({ code: 'network-refused', message: 'refused', sent: false })
      const took = typeof answer === 'number' ? answer : 1
      const status = typeof answer === 'number' ? 200 : answer.status
      return { status, headers: {}, body: new Uint8Array(), took } satisfies HttpResponse
    },
  }
  return { read, sleeps, timeouts }
}

function measured(answers: readonly Answer[], more: Record<string, unknown> = {}): Promise<Measurement> {
  const options = http.options.parse({ url: 'https://api.example/', requests: answers.length, ...more })
  return http.measure(options, door(answers).read)
}

function judged(condition: Omit<Condition, 'signal'>, measurement: Measurement): string {
  const judging = { now: 1_010_000, every: 5000, unit: 'ms', speaks: 'of-breach' } as const
  return judge({ signal: 's', ...condition }, [{ at: 1_000_000, measurement }], judging).verdict
}

describe('several requests for one measurement', () => {
  test('are a sample each, and all of them count: at most one of ten may fail', async () => {
    const twoFail = { passing: false, count: { atLeast: 2, of: 10 } }
    const one = await measured([1, 1, 'refused', 1, 1, 1, 1, 1, 1, 1])
    expect(judged(twoFail, one)).toBe('fails')
    const two = await measured([1, 1, 'refused', 1, 1, 1, { status: 503 }, 1, 1, 1])
    expect(judged(twoFail, two)).toBe('holds')
  })

  test('answered within the same millisecond they stay several', async () => {
    const all = await measured([1, 1, 1])
    expect(judged({ passing: true, in_a_row: 3 }, all)).toBe('holds')
  })

  test('begin by the clock, and the last one has only the time that is left', async () => {
    const { read, sleeps, timeouts } = door([1, 1, 1])
    const options = http.options.parse({
      url: 'https://api.example/',
      requests: 3,
      spacing: '2s',
      timeout: '3s',
    })
    await http.measure(options, read)
    expect(sleeps).toEqual([2000, 4000])
    expect(timeouts).toEqual([3000, 2500, 500])
  })

  test('an address that may not be asked stays unknown', async () => {
    const options = http.options.parse({ url: 'http://10.0.0.1/', requests: 3, spacing: '1ms' })
    const doors = openDoors()
    expect(await http.measure(options, doors.read)).toMatchObject({ kind: 'unreachable' })
    await doors.close()
  })
})

describe('one of their times', () => {
  const twenty = [480, 20, 30, ...Array.from({ length: 17 }, () => 10)]

  test.each([
    ['p50', 10],
    ['p90', 20],
    ['p95', 30],
    ['p99', 480],
    ['max', 480],
  ])('%s is one that was measured', async (rank, value) => {
    const one = await measured(twenty, { response_time: rank })
    expect(one).toMatchObject({ kind: 'samples', samples: [{ value }] })
    expect(one.kind === 'samples' && one.samples).toHaveLength(1)
  })

  test('a request that fails has taken longer than any: a few do not hide behind the fast ones', async () => {
    const one = await measured(['refused', ...twenty.slice(1)], { response_time: 'p95' })
    expect(one).toMatchObject({ samples: [{ value: 30 }] })
    const two = await measured(['refused', { status: 500 }, ...twenty.slice(2)], { response_time: 'p95' })
    expect(two).toMatchObject({ samples: [{ failing: expect.stringContaining('(2 of 20 requests fail)') }] })
  })
})

test.each([
  [{ response_time: 'p95' }, 'requests: 10'],
  [{ requests: 10, spacing: '1s' }, 'within 4s'],
  [{ requests: 51 }, '50'],
  [{ spacing: '1s' }, 'requests: 10'],
])('options %j are refused', (options, words) => {
  const { error } = http.options.safeParse({ url: 'https://h/', ...options })
  expect(JSON.stringify(error?.issues)).toContain(words)
})
