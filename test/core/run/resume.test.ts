import { describe, expect, test } from 'vitest'

import { whatStands } from '../../../src/core/run/conclude.ts'
import { livingChildren, openDoubts } from '../../../src/core/run/doubts.ts'
import type { RunEvent } from '../../../src/core/run/events.ts'
import { next } from '../../../src/core/run/next.ts'
import { fold } from '../../../src/core/run/state.ts'
import { callStep, callUse, planOf, setStep } from '../plan-of.ts'
import { play } from './simulator.ts'

const ANA = { name: 'ana', host: 'laptop', ci: false }

/** The state after these events, a second between each. */
function after(...events: RunEvent[]) {
  return fold(events.map((event, index) => ({ n: index + 1, at: index * 1000, event })))
}

const begun = (step: string, attempt = 1): RunEvent[] => [
  { type: 'phase-started', phase: 'execute' },
  { type: 'step-started', step },
  { type: 'intent', step, effect: step, attempt, use: 'first' },
]
const resumed: RunEvent = { type: 'run-resumed', by: ANA }
const at = (now: number) => ({ now, ci: false, underway: new Set<string>() })

test('a resumed run looks at a change that was cut off before it repeats it', () => {
  const plan = planOf([setStep('image')])
  expect(next(plan, after(...begun('image'), resumed), at(4000))).toEqual([
    { do: 'look', step: 'image', use: 'first', effect: 'image' },
  ])
})

test('what was seen before the crash is looked at again', () => {
  const state = after(
    ...begun('image'),
    { type: 'outcome', step: 'image', effect: 'image', attempt: 1, ok: true, receipt: null },
    { type: 'observed', step: 'image', effect: 'image', progress: 'reached', words: 'new' },
    resumed,
  )
  expect(next(planOf([setStep('image')]), state, at(5000))).toMatchObject([{ do: 'look' }])
})

test('a try that was cut off is not one of those that a step has', () => {
  const plan = planOf([setStep('image', { retry: { attempts: 1, backoff: 1 } })])
  const played = play(plan, { crashes: [{ afterLine: 4, happened: false, downtime: 1000 }] })
  expect(played.tries).toEqual(['image', 'image'])
  expect(played.state.ended?.result).toBe('proven')
})

test('nor is one that was stopped by an interruption before it began', () => {
  const stopped = {
    code: 'interrupted',
    message: 'interrupted before it began',
    applied: 'no' as const,
    retryable: true,
  }
  const plan = planOf([callStep('hook', {}, { retry: { attempts: 1, backoff: 1 } })])
  const state = after(
    ...begun('hook'),
    {
      type: 'outcome',
      step: 'hook',
      effect: 'hook',
      attempt: 1,
      ok: false,
      failure: stopped,
      retryAt: 99_000,
    },
    { type: 'interrupted', signal: 'SIGINT' },
    resumed,
  )
  expect(state.interrupted).toBeUndefined()
  expect(next(plan, state, at(6000))).toEqual([
    { do: 'call', step: 'hook', use: 'first', effect: 'hook', attempt: 2 },
  ])
})

test('nor one that was not begun because the run was another one’s by then: no reason to fail, or for a fallback', () => {
  const lost = {
    code: 'lock-lost',
    message: 'the run is no longer ours',
    applied: 'no' as const,
    retryable: false,
  }
  const fallback = callUse('hook~fallback')
  const plan = planOf([callStep('hook', {}, { retry: { attempts: 1, backoff: 1 }, fallback })])
  const state = after(
    ...begun('hook'),
    { type: 'outcome', step: 'hook', effect: 'hook', attempt: 1, ok: false, failure: lost, retryAt: 99_000 },
    resumed,
  )
  expect(next(plan, state, at(5000))).toEqual([
    { do: 'call', step: 'hook', use: 'first', effect: 'hook', attempt: 2 },
  ])
})

test('the night between crash and resume counts neither for the deadline nor for the time of a step', () => {
  const plan = planOf([setStep('image', { timeout: 60_000 })], { deadline: 120_000 })
  const played = play(plan, { ci: true, crashes: [{ afterLine: 4, happened: true, downtime: 36_000_000 }] })
  expect(played.events('deadline-passed')).toEqual([])
  expect(played.state.ended?.result).toBe('proven')
})

test('a deadline that had passed begins again with the resume', () => {
  const state = after({ type: 'deadline-passed', deadline: 10 }, resumed)
  expect(state).toMatchObject({ deadlinePassed: false, since: 1000 })
})

test('a proof of another hour is taken again', () => {
  const state = after(
    { type: 'phase-started', phase: 'verify' },
    { type: 'proof', verdict: 'holds', degraded: [], why: '' },
    resumed,
  )
  expect(next(planOf([]), state, at(3000))).toEqual([{ do: 'prove' }])
})

describe('a call that cannot be observed and may do harm', () => {
  const plan = planOf([callStep('hook', {}, { retry: { attempts: 1, backoff: 1 }, timeout: 60_000 })])
  const crash = { afterLine: 4, downtime: 0 }

  test('is asked about: done is done', () => {
    const played = play(plan, { doubts: { hook: 'done' }, crashes: [{ ...crash, happened: true }] })
    expect(played.tries).toEqual(['hook'])
    expect(played.state.ended?.result).toBe('proven')
  })

  test('is called again when a person says so, even if its tries are used up', () => {
    const played = play(plan, {
      effects: { hook: { tries: ['lost-not-applied', 'ok'] } },
      doubts: { hook: 'again' },
    })
    expect(played.tries).toEqual(['hook', 'hook'])
    expect(played.state.ended?.result).toBe('proven')
  })

  test('fails, and may stand, where nobody can say', () => {
    const played = play(plan, { crashes: [{ ...crash, happened: true }] })
    expect(played.state.ended).toMatchObject({ result: 'stands', exit: 22 })
    expect(played.state.ended?.why).toContain('repeating it may do harm')
  })

  test('is named, for an answer beforehand', () => {
    expect(openDoubts(plan, after(...begun('hook')))).toEqual([
      { step: 'hook', effect: 'hook', uses: 'test.call' },
    ])
  })

  test('is no question once it was answered, nor where it can be looked at, nor where repeating is harmless', () => {
    const answered: RunEvent = {
      type: 'doubt-settled',
      step: 'hook',
      effect: 'hook',
      answer: 'done',
      by: ANA,
    }
    expect(openDoubts(plan, after(...begun('hook'), answered))).toEqual([])
    expect(openDoubts(planOf([callStep('hook', { observable: true })]), after(...begun('hook')))).toEqual([])
    expect(openDoubts(planOf([callStep('hook', { repeat: 'harmless' })]), after(...begun('hook')))).toEqual(
      [],
    )
  })

  test('can be thought about for as long as a person needs', () => {
    const state = after(...begun('hook'), resumed)
    expect(next(plan, state, at(3_600_000))).toMatchObject([{ do: 'settle' }])
    const late = fold([
      ...[...begun('hook'), resumed].map((event, index) => ({ n: index + 1, at: index, event })),
      {
        n: 5,
        at: 3_600_000,
        event: { type: 'doubt-settled', step: 'hook', effect: 'hook', answer: 'again', by: ANA },
      },
    ])
    expect(next(plan, late, at(3_600_001))).toMatchObject([{ do: 'call', attempt: 2 }])
  })

  test('is asked about again by the next resume', () => {
    const state = after(...begun('hook'), { type: 'doubt-unanswered', step: 'hook', effect: 'hook' }, resumed)
    expect(next(plan, state, at(5000))).toMatchObject([{ do: 'settle' }])
  })
})

test('an observable call is asked about only when its look says nothing', () => {
  const plan = planOf([callStep('migrate', { observable: true })])
  const blind: RunEvent = {
    type: 'observed',
    step: 'migrate',
    effect: 'migrate',
    progress: 'unknown',
    words: 'down',
  }
  expect(next(plan, after(...begun('migrate'), resumed), at(5000))).toMatchObject([{ do: 'look' }])
  const state = after(...begun('migrate'), resumed, blind)
  expect(next(plan, state, at(5000))).toMatchObject([{ do: 'settle' }])
  expect(openDoubts(plan, state)).toHaveLength(1)
})

test('a program that was started is remembered until it has ended', () => {
  const child = { pid: 4711, started: '123456', host: 'laptop', until: 99_000 }
  const started: RunEvent = { type: 'child-started', step: 'helm', effect: 'helm', ...child }
  const gone = (pid: number): RunEvent => ({
    type: 'child-gone',
    step: 'helm',
    effect: 'helm',
    pid,
    how: 'ended',
  })
  const ended: RunEvent = {
    type: 'outcome',
    step: 'helm',
    effect: 'helm',
    attempt: 1,
    ok: true,
    receipt: null,
  }
  const living = (...events: RunEvent[]) => livingChildren(after(...begun('helm'), started, ...events))
  expect(living(resumed)).toEqual([{ step: 'helm', effect: 'helm', ...child }])
  expect(living(gone(4712))).toHaveLength(1)
  expect(living(gone(4711))).toEqual([])
  expect(living(ended)).toEqual([])
})

test('a program that could not be ended is one to wait for; meanwhile nothing is begun in its place', () => {
  const child = { pid: 4711, started: '123456', host: 'laptop', until: 99_000 }
  const failure = {
    code: 'command-failed',
    message: 'sudo: timed out, and still runs',
    applied: 'unknown',
    retryable: false,
    program: 'still-runs',
  } as const
  const events: RunEvent[] = [
    ...begun('sudo'),
    { type: 'child-started', step: 'sudo', effect: 'sudo', ...child },
    { type: 'outcome', step: 'sudo', effect: 'sudo', attempt: 1, ok: false, failure, retryAt: 0 },
  ]
  for (const repeat of ['ask', 'harmless'] as const) {
    const plan = planOf([callStep('sudo', { repeat })])
    expect(livingChildren(after(...events))).toMatchObject([{ effect: 'sudo', pid: 4711 }])
    expect(next(plan, after(...events), at(5000))).toMatchObject([
      { do: 'record', event: { type: 'step-ended', result: 'failed' } },
    ])
    expect(whatStands(plan, after(...events))).toEqual([
      'sudo: test.call may have been called; its program still runs',
    ])
  }
})

test('that the shared store was left behind is remembered until it has all', () => {
  const left: RunEvent = { type: 'store-unreachable', why: 'refused', by: ANA }
  expect(after(left).offline).toBe(true)
  expect(after(left, { type: 'store-reached' }).offline).toBe(false)
})
