import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { conditionsIn } from '../../../src/core/conditions/conditions-in.ts'
import { judge } from '../../../src/core/conditions/judge.ts'
import type { Taken } from '../../../src/core/conditions/moments.ts'
import { judgeTrigger, type TriggerVerdict } from '../../../src/core/conditions/verdict.ts'
import type { SampleValue } from '../../../src/core/source.ts'
import type { Condition, Runbook } from '../../../src/core/model.ts'
import { loadRunbook } from '../../../src/runbook/load.ts'

// The numbers of five written runbooks, written down here once more, against the triggers of the examples: what comes of a
// value just before the limit, at it and just past it, and of a breach that has lasted not quite long enough.

const FOLDER = join(import.meta.dirname, '../../../runbooks')
const SECOND = 1000
const MINUTE = 60 * SECOND
const NOW = 1_000_000_000
/** In the unit of the signal; three times it, or five times, is a number that binary fractions can hold. */
const BASELINE = 0.25
const FAILING = Symbol('failing')

type Value = SampleValue | typeof FAILING

/** What people have answered where the row does not say otherwise: nothing speaks against a rollback. */
const ANSWERS: Record<string, Value> = { fix_time: 60 * 60, against: 'nothing' }

const NAMES = [
  'registry-render',
  'docker-swarm',
  'git-vercel-railway',
  'compose-database',
  'kubernetes-helm',
] as const

type Name = (typeof NAMES)[number]

const runbooks = new Map<Name, Runbook>()
for (const name of NAMES) {
  const path = join(FOLDER, `${name}.yaml`)
  const loaded = await loadRunbook({ path, text: await readFile(path, 'utf8') })
  if ('diagnostics' in loaded) throw new Error(`${name} has mistakes`)
  runbooks.set(name, loaded.runbook)
}

// ---------------------------------------------------------------- limits of numbers

/** The limit in the signal's unit; whether the limit itself counts; how long, in minutes; what comes of it. */
type Row = [Name, trigger: string, says: Says, limit: number, minutes: number, comesOfIt: Outcome]
type Says = 'above' | 'from' | 'below' | 'down to'
type Outcome = 'rollback' | 'investigate' | 'note'

const ROWS: Row[] = [
  ['registry-render', 'bug', 'above', 10, 0, 'rollback'],
  ['registry-render', 'slow', 'above', 5, 0, 'rollback'],
  ['registry-render', 'staging-monitor', 'above', 10, 0, 'rollback'],

  ['docker-swarm', 'errors', 'above', 0.05, 0, 'rollback'],
  ['docker-swarm', 'slow', 'above', 2 * BASELINE, 0, 'rollback'],
  ['docker-swarm', 'memory-full', 'above', 0.9, 0, 'rollback'],
  ['docker-swarm', 'reported', 'from', 3, 0, 'investigate'],

  ['git-vercel-railway', 'errors', 'above', 0.05, 5, 'investigate'],
  ['git-vercel-railway', 'sentry-alerts', 'above', 10, 0, 'investigate'],
  ['git-vercel-railway', 'slow', 'above', 5, 0, 'investigate'],
  ['git-vercel-railway', 'slow-page', 'above', 10, 0, 'investigate'],
  ['git-vercel-railway', 'cdn-misses', 'below', 0.2, 0, 'investigate'],
  ['git-vercel-railway', 'uploads-fail', 'above', 0.2, 0, 'investigate'],
  ['git-vercel-railway', 'speech-fails', 'above', 0.3, 0, 'investigate'],

  ['compose-database', 'errors-10', 'above', 0.1, 5, 'rollback'],
  ['compose-database', 'errors-5', 'above', 0.05, 10, 'rollback'],
  ['compose-database', 'critical-endpoints', 'above', 0.01, 0, 'rollback'],
  ['compose-database', 'p95-5x', 'above', 5 * BASELINE, 10, 'rollback'],
  ['compose-database', 'p50-3x', 'above', 3 * BASELINE, 10, 'rollback'],
  ['compose-database', 'queries-10x', 'above', 0.5, 0, 'rollback'],
  ['compose-database', 'errors-2', 'above', 0.02, 20, 'rollback'],
  ['compose-database', 'p95-3x', 'above', 3 * BASELINE, 10, 'rollback'],
  ['compose-database', 'p95-2x', 'above', 2 * BASELINE, 20, 'rollback'],
  ['compose-database', 'stripe-fails', 'above', 0.5, 0, 'rollback'],
  ['compose-database', 'mail-fails', 'above', 0.5, 0, 'rollback'],
  ['compose-database', 'openai-fails', 'above', 0.2, 0, 'rollback'],
  ['compose-database', 'memory-full', 'above', 0.9, 10, 'rollback'],
  ['compose-database', 'cpu-full', 'above', 0.9, 10, 'rollback'],
  ['compose-database', 'disk-full', 'below', 0.05, 0, 'rollback'],
  ['compose-database', 'no-connections', 'from', 1, 1, 'rollback'],
  ['compose-database', 'no-logs', 'down to', 0, 5, 'rollback'],
  ['compose-database', 'no-metrics', 'below', 1, 5, 'rollback'],
  ['compose-database', 'no-alerts', 'below', 1, 5, 'rollback'],
  ['compose-database', 'errors-matrix', 'from', 0.02, 0, 'investigate'],
  ['compose-database', 'p95-matrix', 'from', 2 * BASELINE, 0, 'investigate'],
  ['compose-database', 'errors-minor', 'from', 0.005, 0, 'investigate'],
  ['compose-database', 'p95-minor', 'from', 1.5 * BASELINE, 0, 'investigate'],
  ['compose-database', 'auth-slow', 'above', 0.2, 0, 'investigate'],
  ['compose-database', 'chat-slow', 'above', 1, 0, 'investigate'],
  ['compose-database', 'queries-slow', 'above', 0.2, 0, 'investigate'],
  ['compose-database', 'cpu-busy', 'above', 0.7, 0, 'investigate'],
  ['compose-database', 'memory-busy', 'above', 0.8, 0, 'investigate'],
  ['compose-database', 'auth-warning', 'from', 0.1, 0, 'note'],
  ['compose-database', 'chat-warning', 'from', 0.5, 0, 'note'],
  ['compose-database', 'queries-warning', 'from', 0.05, 0, 'note'],
  ['compose-database', 'cpu-warning', 'from', 0.4, 0, 'note'],
  ['compose-database', 'memory-warning', 'from', 0.6, 0, 'note'],

  ['kubernetes-helm', 'errors-critical', 'above', 0.05, 0, 'rollback'],
  ['kubernetes-helm', 'errors-considerable', 'from', 0.02, 0, 'investigate'],
  ['kubernetes-helm', 'errors-noticeable', 'from', 0.01, 0, 'note'],
  ['kubernetes-helm', 'slow-critical', 'above', 2, 0, 'rollback'],
  ['kubernetes-helm', 'slow-considerable', 'from', 1, 0, 'investigate'],
  ['kubernetes-helm', 'slow-noticeable', 'from', 0.5, 0, 'note'],
  ['kubernetes-helm', 'pods-crash', 'above', 3, 0, 'rollback'],
  ['kubernetes-helm', 'reported', 'above', 10, 0, 'investigate'],
  ['kubernetes-helm', 'bug', 'above', 50, 0, 'rollback'],
  ['kubernetes-helm', 'no-quick-fix', 'from', 30 * 60, 0, 'rollback'],
]

describe.each(ROWS)('%s, %s: %s %s for %s min: %s', (name, id, says, limit, minutes, outcome) => {
  const { before, past, breach, every } = around([name, id, says, limit, minutes, outcome])
  const counts = says === 'from' || says === 'down to'

  test('just before the limit, at it and just past it', () => {
    const lasting = (value: number) => told(name, id, steady(value, minutes * MINUTE + 5 * every, every))
    expect(lasting(before)).toMatchObject(WELL)
    expect(lasting(limit)).toMatchObject(counts ? breach : WELL)
    expect(lasting(past)).toMatchObject(breach)
  })

  test('not measured is not well', () => {
    const silent: Taken[] = [{ at: NOW, measurement: { kind: 'unreachable', why: 'refused' } }]
    const unknown = { judged: 'unknown', verdict: outcome === 'note' ? 'hold' : 'unknown' }
    expect(told(name, id, silent)).toMatchObject(unknown)
    expect(told(name, id, [])).toMatchObject(unknown)
  })
})

describe.each(ROWS.filter(([, , , , minutes]) => minutes > 0))('%s, %s: %s %s for %s min', (...row) => {
  const [name, id, , , minutes] = row
  const { before, past, breach, every } = around(row)
  const long = minutes * MINUTE

  test('just as long, one sample less, and nobody knows for how long', () => {
    const since = (milliseconds: number) => [
      ...steady(before, long + 5 * every, every).filter(({ at }) => at < NOW - milliseconds),
      ...steady(past, milliseconds, every),
    ]
    expect(told(name, id, since(long))).toMatchObject(breach)
    expect(told(name, id, since(long - every))).toMatchObject(WELL)
    expect(told(name, id, steady(past, long - every, every))).toMatchObject({ verdict: 'unknown' })
  })
})

const WELL = { judged: 'fails', verdict: 'hold' }

/** A little to both sides of the limit, and what is said past it. */
function around([name, id, says, limit, , outcome]: Row) {
  const step = Math.max(Math.abs(limit), 1) * 1e-6 * (says === 'above' || says === 'from' ? 1 : -1)
  return {
    before: limit - step,
    past: limit + step,
    breach: { judged: 'holds', verdict: outcome === 'note' ? 'hold' : outcome },
    every: everyOf(name, id),
  }
}

// ---------------------------------------------------------------- probes, and what is put together

describe('probes', () => {
  const tries = (...all: boolean[]): Taken[] =>
    all.map((fails, index) => sample(NOW - (all.length - 1 - index) * 10 * SECOND, fails ? FAILING : true))

  test.each<[Name, string, string, number]>([
    ['registry-render', 'smoke-tests', 'smoke', 4],
    ['docker-swarm', 'unhealthy', 'health', 2],
    ['git-vercel-railway', 'homepage-down', 'homepage', 3],
    ['compose-database', 'health-checks', 'chat', 3],
    ['compose-database', 'chats-broken', 'chats', 3],
  ])('%s, %s: %s fails %i times in a row', (name, id, signal, wanted) => {
    const row = (fails: number, last: boolean[] = []) =>
      withSignals(name, id, {
        ...allOf(name, id, tries(false)),
        [signal]: tries(false, ...Array<boolean>(fails).fill(true), ...last),
      }).verdict
    expect(row(0)).toBe('hold')
    expect(row(wanted - 1)).not.toBe('rollback')
    expect(row(wanted)).toBe('rollback')
    expect(row(wanted, [false])).toBe('hold')
  })

  test('one error in passing never rolls back', () => {
    const once = withSignals('registry-render', 'smoke-tests', { smoke: tries(false, true, false) })
    expect(once.verdict).toBe('hold')
  })

  test.each([
    ['service-down', 'billing', 5, 'rollback'],
    ['analytics-down', 'analytics', 15, 'rollback'],
  ])('compose-database, %s: %s is down for %i minutes', (id, signal, minutes, wanted) => {
    const down = (milliseconds: number) =>
      withSignals('compose-database', id, {
        ...allOf('compose-database', id, steady(true, 20 * MINUTE, 10 * SECOND)),
        [signal]: [
          ...steady(true, 20 * MINUTE, 10 * SECOND).filter(({ at }) => at < NOW - milliseconds),
          ...steady(FAILING, milliseconds, 10 * SECOND),
        ],
      }).verdict
    expect(down(minutes * MINUTE)).toBe(wanted)
    expect(down(minutes * MINUTE - 10 * SECOND)).toBe('hold')
  })

  test('a service is out when all of it is, and not when one part answers', () => {
    const out = (up: string[]) =>
      withSignals('compose-database', 'outage', {
        ...allOf('compose-database', 'outage', tries(true)),
        ...Object.fromEntries(up.map((signal) => [signal, tries(false)])),
      }).verdict
    expect(out([])).toBe('rollback')
    expect(out(['billing'])).toBe('hold')
  })

  test.each([
    [1, 'hold'],
    [2, 'investigate'],
  ])('health that fails %i times of ten', (fails, wanted) => {
    const all = Array.from({ length: 10 }, (_, index) => index % 4 === 1 && index / 4 < fails)
    expect(withSignals('git-vercel-railway', 'health-flaps', { health: tries(...all) }).verdict).toBe(wanted)
  })
})

describe('what has to be investigated first is rolled back after half an hour', () => {
  test.each(['errors-matrix', 'p95-matrix'])('%s', (id) => {
    const since = (milliseconds: number) =>
      told('compose-database', id, [
        ...steady(0, 40 * MINUTE, 15 * SECOND).filter(({ at }) => at < NOW - milliseconds),
        ...steady(4, milliseconds, 15 * SECOND),
      ]).verdict
    expect([since(0), since(30 * MINUTE - 15 * SECOND), since(30 * MINUTE)]).toEqual([
      'investigate',
      'investigate',
      'rollback',
    ])
  })
})

describe('what speaks against a rollback', () => {
  const fails = (answers: Record<string, Value>) =>
    withSignals('compose-database', 'openai-fails', {
      failing_openai: [sample(NOW, 0.9)],
      ...answered({ ...ANSWERS, ...answers }),
    }).verdict

  test.each<[Record<string, Value>, string]>([
    [{}, 'rollback'],
    [{ fix_time: 4 * 60 }, 'hold'],
    [{ fix_time: 5 * 60 }, 'rollback'],
    [{ against: 'only a feature that nobody depends on' }, 'hold'],
    [{ against: 'it would do more harm' }, 'hold'],
  ])('%o: %s', (answers, wanted) => {
    expect(fails(answers)).toBe(wanted)
  })

  test('the UI, a flag or a configuration, where it is asked about a bug', () => {
    const bug = (against: string) =>
      withSignals('registry-render', 'bug', answered({ users: 50, against })).verdict
    expect(bug('nothing')).toBe('rollback')
    expect(bug('a flag that is off already')).toBe('hold')
  })
})

test.each<[string, Record<string, Value>, string]>([
  ['a fix takes 30 minutes', { fix_time: 30 * 60 }, 'hold'],
  ['a fix takes longer', { fix_time: 31 * 60 }, 'rollback'],
  ['a fix takes longer, of nothing', { fix_time: 31 * 60, minor: 'nothing' }, 'hold'],
])('%s: %s', (_, answers, wanted) => {
  const given = { error_rate: 0, p95: 0, minor: 'the cache', ...ANSWERS, ...answers }
  expect(withSignals('compose-database', 'fix-takes-long', answered(given)).verdict).toBe(wanted)
})

test.each<[string, Value, Value, string]>([
  ['just before half an hour', 'a partial degradation', 30 * 60 - 1, 'hold'],
  ['at half an hour', 'a partial degradation', 30 * 60, 'rollback'],
  ['of another degradation', 'minor issues', 60 * 60, 'hold'],
])('compose-database, a partial degradation that has lasted: %s', (_, impact, lasted, wanted) => {
  const given = answered({ ...ANSWERS, impact, partial_for: lasted })
  expect(withSignals('compose-database', 'impact-partial-lasts', given).verdict).toBe(wanted)
})

test.each([
  ['no-logs', 'logs', 5, 'rollback'],
  ['no-logs', 'logs', 4, 'unknown'],
  ['no-metrics', 'scraped', 5, 'rollback'],
  ['no-metrics', 'scraped', 4, 'unknown'],
])('compose-database, %s: %s has had no data for %i minutes: %s', (id, signal, minutes, wanted) => {
  const every = 15 * SECOND
  const silent = steady(1, minutes * MINUTE, every).map(({ at }): Taken => {
    return { at, measurement: { kind: 'no-data', why: 'the query gives nothing' } }
  })
  const before = steady(1, 10 * MINUTE, every).filter(({ at }) => at < NOW - minutes * MINUTE)
  const series = { ...answered(ANSWERS), [signal]: [...before, ...silent] }
  expect(withSignals('compose-database', id, series).verdict).toBe(wanted)
})

test.each([
  [1, 15, 'investigate'],
  [1, 14, 'hold'],
  [0, 15, 'hold'],
])('%i renders waiting, the last one ended %i minutes ago: %s', (waiting, minutes, wanted) => {
  const given = {
    renders_waiting: steady(waiting, 20 * MINUTE, MINUTE),
    renders_ended: [
      ...steady(7, 20 * MINUTE, MINUTE).filter(({ at }) => at < NOW - minutes * MINUTE),
      ...steady(8, minutes * MINUTE, MINUTE),
    ],
  }
  expect(withSignals('git-vercel-railway', 'renders-stuck', given).verdict).toBe(wanted)
})

// ---------------------------------------------------------------- how they are judged

/** The trigger with this series of the signal that it speaks of. */
function told(name: Name, id: string, series: Taken[]): TriggerVerdict {
  return withSignals(name, id, { ...answered(ANSWERS), [signalsOf(name, id)[0] ?? '']: series })
}

function withSignals(name: Name, id: string, series: Record<string, Taken[]>): TriggerVerdict {
  const { signals, unless } = runbookOf(name)
  const judgeOne = (condition: Condition) => {
    const { unit, every = 5 * SECOND, baseline } = signals[condition.signal] ?? {}
    const usual = baseline?.value === undefined ? BASELINE : 0.05
    return judge(condition, series[condition.signal] ?? [], {
      now: NOW,
      every,
      unit,
      baseline: baseline === undefined ? undefined : usual,
      floor: baseline?.floor,
      speaks: 'of-breach',
    })
  }
  return judgeTrigger(triggerOf(name, id), judgeOne, NOW, unless)
}

function runbookOf(name: Name): Runbook {
  const runbook = runbooks.get(name)
  if (runbook === undefined) throw new Error(`there is no example ${name}`)
  return runbook
}

function triggerOf(name: Name, id: string) {
  const trigger = runbookOf(name).triggers.find((one) => one.id === id)
  if (trigger === undefined) throw new Error(`${name} has no trigger ${id}`)
  return trigger
}

function signalsOf(name: Name, id: string): string[] {
  return conditionsIn(triggerOf(name, id).when).map(({ signal }) => signal)
}

function everyOf(name: Name, id: string): number {
  return runbookOf(name).signals[signalsOf(name, id)[0] ?? '']?.every ?? 5 * SECOND
}

/** The same for every signal of a trigger. */
function allOf(name: Name, id: string, series: Taken[]): Record<string, Taken[]> {
  const all = Object.fromEntries(signalsOf(name, id).map((signal) => [signal, series]))
  return { ...answered(ANSWERS), ...all }
}

function answered(answers: Record<string, Value>): Record<string, Taken[]> {
  return Object.fromEntries(Object.entries(answers).map(([signal, value]) => [signal, [sample(NOW, value)]]))
}

/** The same value from so many milliseconds ago until now, both included. */
function steady(value: Value, milliseconds: number, every: number): Taken[] {
  const count = Math.floor(milliseconds / every) + 1
  return Array.from({ length: count }, (_, index) => sample(NOW - (count - 1 - index) * every, value))
}

function sample(at: number, value: Value): Taken {
  const one = value === FAILING ? { at, value: null, failing: '503' } : { at, value }
  return { at, measurement: { kind: 'samples', samples: [one] } }
}
