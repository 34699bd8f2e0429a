import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import type { Verify } from '../../../src/core/model.ts'
import type { PlannedChange, PlannedGuard, PlannedStep, PlannedUse } from '../../../src/core/plan/types.ts'
import { whatStands } from '../../../src/core/run/conclude.ts'
import type { Judged } from '../../../src/core/run/events.ts'
import { fold } from '../../../src/core/run/state.ts'
import { backup, callUse, change, fence, gateUse, planOf, setUse, step } from '../plan-of.ts'
import { breaches } from './model.ts'
import { type EffectScript, type Played, play, type World } from './simulator.ts'

// Any plan, any answers of the world and of people, crashes and interruptions anywhere, each resumed. Two judges that do
// not know `next`: the simulator, which knows what is so, refuses what begins too early or twice; the model, which knows
// only what was written down, says what may come next and how the run must end.

test('whatever the world answers, wherever it crashes and is resumed, a run keeps the promises and says what stands', () => {
  fc.assert(
    fc.property(runs(), ({ plan, world }) => {
      const played = play(plan, world)
      expect(played.state).toEqual(fold(played.lines))
      expect(breaches(plan, played.lines, world.ci ?? false)).toEqual([])
      expect(lies(plan.steps, played)).toEqual([])
    }),
    { numRuns: 1000 },
  )
})

test('a world that never answers clearly does not keep a run busy: looks become calm', () => {
  fc.assert(
    fc.property(fc.constantFrom('lost-applied' as const, 'lost-not-applied' as const), (outcome) => {
      const plan = planOf([step('image', setUse(change('image')), { timeout: 60_000 })])
      const played = play(plan, { effects: { image: { tries: [outcome], blind: Infinity } } })
      expect(played.state.ended?.result).toBe('stands')
      expect(played.events('observed').length).toBeLessThan(60)
    }),
  )
})

/** Where what is told differs from what the world has; only what nobody could see may be told as possible. */
function lies(steps: PlannedStep[], played: Played): string[] {
  const told = whatStands(planOf(steps), played.state)
  const result = played.state.ended?.result
  return [
    ...restored(steps).flatMap(({ effect, surface }) => {
      const lines = told.filter((line) => line.startsWith(`${surface.id}: `))
      const certain = lines.filter((line) => !line.includes('answer was lost'))
      if (played.taken(effect) > 0) return lines.length === 1 ? [] : [`${effect} stands and is not told`]
      return certain.length === 0 ? [] : [`${effect} is told to stand and does not`]
    }),
    ...called(steps).flatMap(({ id, effect }) =>
      played.taken(effect) > 0 &&
      !played.misled.has(effect) &&
      !told.some((line) => line.startsWith(`${id}: `))
        ? [`${effect} was called and is not told`]
        : [],
    ),
    ...(['failed', 'declined', 'refused'].includes(result ?? '') ? anyTaken(steps, played) : []),
    ...(result === 'proven' ? notDone(steps, played) : []),
  ]
}

function restored(steps: PlannedStep[]): PlannedChange[] {
  return usesOf(steps).flatMap(({ use }) => use.changes.filter(({ onUndo }) => onUndo === 'restore'))
}

function called(steps: PlannedStep[]): { id: string; effect: string }[] {
  return usesOf(steps).flatMap(({ id, use }) =>
    use.call === undefined ? [] : [{ id, effect: use.call.effect }],
  )
}

function anyTaken(steps: PlannedStep[], played: Played): string[] {
  return [...restored(steps), ...called(steps)]
    .filter(({ effect }) => played.taken(effect) > 0 && !played.misled.has(effect))
    .map(({ effect }) => `nothing is said to stand, and ${effect} does`)
}

function notDone(steps: PlannedStep[], played: Played): string[] {
  return steps.flatMap((own) => {
    const state = played.state.steps[own.id]
    if (own.skip !== undefined) return state?.status === 'skipped' ? [] : [`${own.id} was not skipped`]
    const use = state?.use === 'fallback' && own.fallback !== undefined ? own.fallback : own
    const effects = [
      ...use.changes.filter((one) => one.state === 'change').map(({ effect }) => effect),
      ...(use.call === undefined ? [] : [use.call.effect]),
    ]
    return effects
      .filter((effect) => played.taken(effect) === 0 && !played.misled.has(effect))
      .map((effect) => `${effect} was never done`)
  })
}

function usesOf(steps: PlannedStep[]): { id: string; use: PlannedUse }[] {
  return steps.flatMap((own) =>
    [own, ...(own.fallback === undefined ? [] : [own.fallback])].map((use) => ({ id: own.id, use })),
  )
}

// ---------------------------------------------------------------- random plans, random worlds

function runs(): fc.Arbitrary<{ plan: ReturnType<typeof planOf>; world: World }> {
  return fc.integer({ min: 1, max: 5 }).chain((count) =>
    fc.tuple(...Array.from({ length: count }, (_, index) => aStep(index))).chain((steps) =>
      fc.record({
        plan: fc
          .record({
            deadline: fc.option(fc.integer({ min: 1, max: 20_000 }), { nil: undefined }),
            guards: fc
              .array(fc.constantFrom(undefined, true), { maxLength: 2 })
              .map((forced) => forced.map((past, place) => aGuard(`g${place}`, past))),
            capture: fc
              .subarray(['logs', 'metrics'])
              .map((ids) => ids.map((id) => ({ id, source: 'command', with: {} }))),
          })
          .map((own) => planOf(steps, own)),
        world: aWorld(steps),
      }),
    ),
  )
}

function aGuard(id: string, forced: true | undefined): PlannedGuard {
  return { id, holds: { signal: id, passing: true }, verdict: 'holds', words: 'passing', forced }
}

function aStep(index: number): fc.Arbitrary<PlannedStep> {
  const id = `s${index}`
  const above = Array.from({ length: index }, (_, other) => `s${other}`)
  return fc
    .record({
      use: fc.oneof(
        { weight: 8, arbitrary: anEffectUse(id) },
        { weight: 1, arbitrary: fc.constant(gateUse()) },
      ),
      fallback: fc.option(anEffectUse(`${id}~fallback`), { nil: undefined }),
      own: aFrame(above),
    })
    .map(({ use, fallback, own }) =>
      step(id, use, { ...own, fallback: use.kind === 'gate' ? undefined : fallback }),
    )
}

function aFrame(above: string[]): fc.Arbitrary<Partial<PlannedStep>> {
  return fc.record({
    needs: fc.subarray(above),
    timeout: fc.constantFrom(3000, 60_000),
    retry: fc.record({ attempts: fc.integer({ min: 1, max: 3 }), backoff: fc.constant(1000) }),
    verify: fc.constantFrom<Verify | undefined>(undefined, undefined, { within: 1000, must: [], should: [] }),
    skip: fc.constantFrom(undefined, undefined, undefined, 'already there'),
  })
}

function anEffectUse(prefix: string): fc.Arbitrary<PlannedUse> {
  const set = fc
    .record({
      mains: fc.integer({ min: 1, max: 12 }),
      already: fc.boolean(),
      prepared: fc.subarray([backup(`${prefix}:backup`), fence(`${prefix}:fence`)]),
    })
    .map(({ mains, already, prepared }) =>
      setUse(
        ...prepared,
        ...Array.from({ length: mains }, (_, index) =>
          change(`${prefix}:${index}`, { state: already && index === 0 ? 'already' : 'change' }),
        ),
      ),
    )
  const call = fc
    .record({ repeat: fc.constantFrom('ask' as const, 'harmless' as const), observable: fc.boolean() })
    .map((own) => callUse(prefix, own))
  return fc.oneof(set, call)
}

function aWorld(steps: PlannedStep[]): fc.Arbitrary<World> {
  const effects = usesOf(steps).flatMap(({ use }) => [
    ...use.changes.map((one) => one.effect),
    ...(use.call === undefined ? [] : [use.call.effect]),
  ])
  const ids = steps.map(({ id }) => id)
  return fc.record({
    effects: recordOf(effects, anEffect()),
    answers: recordOf(ids, fc.boolean()),
    answerAfter: fc.constantFrom(0, 5000),
    doubts: recordOf(effects, fc.constantFrom('truth', 'truth', 'done', 'again', 'nobody')),
    programs: fc.subarray(effects),
    guards: fc.array(fc.tuple(aJudgement(), aJudgement()), { maxLength: 3 }),
    verified: recordOf(ids, fc.constantFrom('holds' as const, 'holds' as const, 'fails' as const)),
    proof: fc.constantFrom('holds' as const, 'fails' as const, 'unknown' as const),
    ci: fc.boolean(),
    crashes: fc.array(
      fc.record({
        afterLine: fc.integer({ min: 1, max: 60 }),
        happened: fc.boolean(),
        downtime: fc.constantFrom(0, 5000, 36_000_000),
        gently: fc.boolean(),
      }),
      { maxLength: 4 },
    ),
  })
}

function aJudgement(): fc.Arbitrary<Judged> {
  return fc.constantFrom('holds', 'holds', 'holds', 'holds', 'fails', 'unknown')
}

function anEffect(): fc.Arbitrary<EffectScript> {
  const outcome = fc.oneof(
    { weight: 6, arbitrary: fc.constant('ok' as const) },
    {
      weight: 4,
      arbitrary: fc.constantFrom(
        'refused' as const,
        'retryable' as const,
        'lost-applied' as const,
        'lost-not-applied' as const,
      ),
    },
  )
  return fc.record({
    tries: fc.array(outcome, { minLength: 1, maxLength: 4 }),
    takes: fc.integer({ min: 0, max: 4000 }),
    moving: fc.integer({ min: 0, max: 5 }),
    blind: fc.constantFrom(0, 0, 0, 1, 3, Infinity),
  })
}

function recordOf<Value>(keys: string[], value: fc.Arbitrary<Value>): fc.Arbitrary<Record<string, Value>> {
  return fc
    .tuple(...keys.map(() => value))
    .map((values) => Object.fromEntries(keys.map((key, index) => [key, values[index] as Value])))
}
