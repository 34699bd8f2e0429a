import { setTimeout as sleep } from 'node:timers/promises'

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import type { Change, Reading, Receipt, Resolution, Surface, Wanted } from '../../src/core/contract.ts'
import { sameJson } from '../../src/core/json.ts'
import { EffectFailure, Problem } from '../../src/core/problem.ts'
import { describeWith, findProgram } from '../helpers/need.ts'
import { actionsOf } from './actions.ts'
import { typeByHand } from './by-hand.ts'
import { failureOf } from './failure.ts'
import { EFFECT_FAULTS, type Fault, FAULTS } from './faults.ts'
import { openTestDoors, optionsOf, shownOptionsOf, type TestDoors } from './ground.ts'
import { createWitness, expectSentence, expectWords, type Witness } from './words.ts'
import type { Part, SetStage } from './world.ts'

const POLL_MS = 40
/** Which refusals may follow from what was seen. */
const REFUSALS = { absent: ['missing'], denied: ['denied'], unknown: ['unknown'] } as const

const subjects = actionsOf('set')
const starting = new Map<string, Promise<Part<SetStage>>>()

// All at once, and not waited for: one is judged while the next is still starting.
beforeAll(() => {
  for (const { name, world } of subjects) {
    if (!world.needs.every((program) => findProgram(program) !== undefined)) continue
    const part = world.start()
    part.catch(() => {}) // Whoever needs it gets to know.
    starting.set(name, part)
  }
})
afterAll(async () => {
  await Promise.all([...starting.values()].map(async (part) => (await part).stop()))
})

for (const { name, action: bare, world } of subjects) {
  describeWith(world.needs, `the contract of a set: ${name}`, () => {
    const looked = FAULTS.filter((fault) => world.looks[fault] !== 'cannot-happen')
    let stage: SetStage
    let doors: TestDoors
    let witness: Witness
    let action: typeof bare
    let options: unknown
    afterEach(() => witness.expectNoSecret(stage.secrets))

    /** A place of its own for what follows, and the doors to it. */
    async function enter(): Promise<void> {
      const part = await starting.get(name)
      if (part === undefined) throw new Error(`the world of ${name} was not started`)
      stage = await part.stage()
      doors = await openTestDoors()
      options = optionsOf(bare.options, stage)
      witness = createWitness()
      action = witness.listen(bare)
    }

    async function leave(): Promise<void> {
      await stage.mend()
      await doors.stop()
      expect(doors.forbidden).toEqual([])
    }

    // ---------------------------------------------------------------- steps of a run

    interface Planned {
      readings: Reading<unknown>[]
      resolutions: Resolution<unknown>[]
      /** As a plan seals them: the prepared first, and through JSON. */
      changes: Change<unknown>[]
      /** Those among them of the surfaces that the options mean. */
      main: Change<unknown>[]
    }

    async function planned(wantedOf: (surface: Surface) => Wanted<unknown>): Promise<Planned> {
      const readings = await action.surfaces(options, doors.read)
      const resolutions = await Promise.all(
        readings.map((reading) => action.resolve(options, reading, wantedOf(reading.surface), doors.read)),
      )
      const each = readings.map((reading, at) => changesOf(reading, resolutions[at]))
      const main = each.flatMap((changes) => changes.slice(-1))
      return { readings, resolutions, changes: each.flat(), main }
    }

    const plannedThere = () => planned(() => ({ release: stage.release }))

    async function applied(changes: readonly Change<unknown>[]): Promise<Receipt[]> {
      const receipts: Receipt[] = []
      for (const change of changes) receipts.push(await action.apply(options, change, doors.write))
      return receipts
    }

    /** Until the platform has done what it took. */
    async function settled(change: Change<unknown>, receipt: Receipt): Promise<string> {
      for (;;) {
        const seen = await action.observe(options, change.surface, doors.read)
        const { state, words } = action.progress(seen, change.to, receipt)
        expectWords(words, 'progress')
        if (state !== 'moving') return state
        await sleep(POLL_MS)
      }
    }

    const judged = (changes: readonly Change<unknown>[]): Promise<string[]> =>
      Promise.all(changes.map(({ surface }) => stage.judge(surface)))

    /** The release, as often as there are surfaces. */
    const wanted = ({ length }: readonly Change<unknown>[]): string[] => Array(length).fill(stage.wanted)

    function same(a: unknown, b: unknown): boolean {
      return bare.same === undefined ? sameJson(a, b) : bare.same(a, b)
    }

    async function liveState(surface: Surface): Promise<unknown> {
      const seen = await action.observe(options, surface, doors.read)
      if (seen.status !== 'present') throw new Error(JSON.stringify(seen))
      return seen.state
    }

    // ---------------------------------------------------------------- the contract

    describe('where nothing is to change', () => {
      let there: Planned
      let former: string[]
      beforeAll(async () => {
        await enter()
        there = await plannedThere()
        former = await judged(there.main)
      })
      afterAll(leave)
      afterEach(() => stage.mend())

      describe('looking', () => {
        test('changes nothing, by the door, by the record of the platform and by the judge', async () => {
          const before = await stage.changes()
          const { readings, resolutions, main } = await plannedThere()
          expect(resolutions.map(({ kind }) => kind)).toEqual(readings.map(() => 'change'))
          for (const change of main) {
            const back = { surface: change.surface, seen: await seenOf(change.surface) }
            const again = await action.resolve(options, back, { state: change.from }, doors.read)
            expect(again.kind).toBe('already')
            const seen = await action.observe(options, change.surface, doors.read)
            expect(action.progress(seen, change.to).state).toBe('moving')
            expect(action.progress(seen, change.from).state).toBe('reached')
            await action.versions?.(options, change.surface, doors.read)
          }
          expect(await stage.changes()).toEqual(before)
          expect(await judged(main)).toEqual(former)
        })

        test('names each surface once, the same each time, in words', async () => {
          const ids = there.readings.map(({ surface }) => surface.id)
          expect(new Set(ids).size).toBe(ids.length)
          const again = await action.surfaces(options, doors.read)
          expect(again.map(({ surface }) => surface.id)).toEqual(ids)
          for (const { surface, seen } of there.readings) {
            expectWords(surface.id, 'id')
            expectWords(surface.type, 'type')
            expect(seen.status).toBe('present')
            expectWords(seen.status === 'present' ? seen.label : '', 'label')
          }
          for (const { fromLabel, toLabel } of there.changes) {
            expectWords(fromLabel, 'label')
            expectWords(toLabel, 'label')
          }
          for (const resolution of there.resolutions) expectChecksInWords(resolution)
        })

        test('gives states that survive JSON and their own schema, and are the same as themselves', () => {
          const { changes } = there
          for (const state of changes
            .flatMap(({ from, to }) => [from, to])
            .filter((state) => state !== null)) {
            const read: unknown = JSON.parse(JSON.stringify(state))
            expect(read).toEqual(state)
            expect(bare.state.parse(read)).toEqual(state)
            expect(same(state, read)).toBe(true)
          }
          const replaced = changes.filter(({ from }) => from !== null)
          expect(replaced.map(({ from, to }) => same(from, to))).toEqual(replaced.map(() => false))
        })

        test.each(looked)('missing, denied and unknown are three answers: %s', async (fault) => {
          const expected = world.looks[fault] as Exclude<(typeof world.looks)[Fault], 'cannot-happen'>
          await stage.breakWith(fault, 'everything')

          for (const { seen } of await action.surfaces(options, doors.read)) {
            expect(seen.status).toBe(expected)
            if ('why' in seen) expectRefusal(seen)
          }
          for (const reading of there.readings) {
            const { surface } = reading
            const seen = await action.observe(options, surface, doors.read)
            expect(seen.status).toBe(expected)
            expect(action.progress(seen, presentState(reading)).state).not.toBe('reached')
            const resolution = await action.resolve(options, reading, { release: stage.release }, doors.read)
            expect(REFUSALS[expected]).toContain(resolution.kind)
            if ('why' in resolution) expectRefusal(resolution)
            await expectNoCandidates(surface)
          }
        })
      })

      describe('failing', () => {
        test.each(looked)('before its own request, nothing has happened: %s', async (fault) => {
          const [done, acts] = [await stage.changes(), doors.acts.length]
          await stage.breakWith(fault, 'everything')
          for (const change of there.main) {
            const failure = await failureOf(action.apply(options, change, doors.write))
            // Who has only looked so far knows it; a script is all in one.
            expect(failure.applied).toBe(doors.acts.length === acts ? 'no' : world.applies[fault])
            expectFailure(failure)
          }
          expect(await stage.changes()).toEqual(done)
        })

        test('before its own request, nothing has happened: so says the judge, too', async () => {
          expect(await judged(there.main)).toEqual(former)
        })

        // The last of them, `lost`, is carried out: nothing may come after it here.
        test.each(EFFECT_FAULTS.filter((fault) => world.applies[fault] !== 'cannot-happen'))(
          'knows what it does not know: %s',
          async (fault) => {
            await stage.breakWith(fault, fault === 'refused' ? 'everything' : 'changes')
            for (const change of there.main) {
              const failure = await failureOf(action.apply(options, change, doors.write))
              expect(failure.applied).toBe(world.applies[fault])
              expectFailure(failure)
            }
            await stage.mend()
            expect(await judged(there.main)).toEqual(fault === 'lost' ? wanted(there.main) : former)
            if (fault !== 'lost') return
            const done = await stage.changes()
            await appliedAgain(there.main)
            expect(await stage.changes()).toEqual(done)
          },
        )
      })
    })

    describe('changing', () => {
      beforeEach(enter)
      afterEach(leave)

      test('gets there, once; and back to exactly what was', async () => {
        const { changes, main } = await plannedThere()
        const former = await judged(main)
        expect(former).not.toEqual(wanted(main))
        const receipts = await applied(changes)
        for (const [at, change] of changes.entries()) {
          const receipt: Receipt = JSON.parse(JSON.stringify(receipts[at]))
          expect(await settled(change, receipt)).toBe('reached')
          expect(same(await liveState(change.surface), change.to)).toBe(true)
        }
        expect(await judged(main)).toEqual(wanted(main))
        expect((await plannedThere()).resolutions.map(({ kind }) => kind)).toEqual(main.map(() => 'already'))

        const done = await stage.changes()
        await appliedAgain(changes)
        expect(await stage.changes()).toEqual(done)
        expect(await judged(main)).toEqual(wanted(main))

        const back = await planned(({ id }) => ({ state: main.find((one) => one.surface.id === id)?.from }))
        expect(back.changes.map(({ surface }) => surface)).toEqual(main.map(({ surface }) => surface))
        const undone = await applied(back.changes)
        for (const [at, change] of back.changes.entries())
          expect(await settled(change, undone[at] ?? null)).toBe('reached')
        expect(await judged(main)).toEqual(former)
      })

      test('refuses what has changed since, and writes nothing', async () => {
        const { main } = await plannedThere()
        await stage.meddle()
        const [done, third] = [await stage.changes(), await judged(main)]
        for (const change of main) {
          const failure = await failureOf(action.apply(options, change, doors.write))
          expect(failure).toMatchObject({ code: 'stale', applied: 'no', retryable: false })
          expectFailure(failure)
        }
        expect(await stage.changes()).toEqual(done)
        expect(await judged(main)).toEqual(third)
      })

      test('typed by hand, it is the same, there and back', async () => {
        const shown = shownOptionsOf(bare.options, stage)
        const typed = async ({ changes }: Planned): Promise<void> => {
          const lines = changes.flatMap((change) => action.manual(shown, change))
          for (const line of lines) expectWords(line, 'a line')
          await typeByHand(lines, stage)
        }
        const there = await plannedThere()
        const former = await judged(there.main)
        await typed(there)
        expect(await judged(there.main)).toEqual(wanted(there.main))
        for (const { surface, to } of there.changes) expect(same(await liveState(surface), to)).toBe(true)
        expect((await plannedThere()).resolutions.map(({ kind }) => kind)).toEqual(
          there.main.map(() => 'already'),
        )
        await typed(
          await planned(({ id }) => ({ state: there.main.find((one) => one.surface.id === id)?.from })),
        )
        expect(await judged(there.main)).toEqual(former)
      })
    })

    // ---------------------------------------------------------------- what is expected

    async function seenOf(surface: Surface): Promise<Reading<unknown>['seen']> {
      const readings = await action.surfaces(options, doors.read)
      const seen = readings.find((reading) => reading.surface.id === surface.id)?.seen
      if (seen === undefined) throw new Error(`${surface.id} is no longer there`)
      return seen
    }

    /** The same again is found done, or refused; anything else would be a second effect. */
    async function appliedAgain(changes: readonly Change<unknown>[]): Promise<void> {
      for (const change of changes) {
        const outcome = await action.apply(options, change, doors.write).then(
          () => 'done',
          (error: unknown) => (error instanceof EffectFailure ? error.code : error),
        )
        expect(['done', 'stale']).toContain(outcome)
      }
    }

    /** A surface that does not answer has none to offer, or says so. */
    async function expectNoCandidates(surface: Surface): Promise<void> {
      try {
        expect((await action.versions?.(options, surface, doors.read)) ?? []).toEqual([])
      } catch (error) {
        if (!(error instanceof Problem)) throw error
        expectSentence(error.message, 'message')
        expectWords(error.found ?? error.message, 'found')
      }
    }
  })
}

function changesOf(
  reading: Reading<unknown>,
  resolution: Resolution<unknown> | undefined,
): Change<unknown>[] {
  if (resolution?.kind !== 'change') return []
  const { surface, seen } = reading
  const { prepare = [], to, toLabel } = resolution
  const from = presentState(reading)
  const fromLabel = seen.status === 'present' ? seen.label : seen.status
  const main: Change<unknown> = { surface, from, to, fromLabel, toLabel, onUndo: 'restore' }
  return JSON.parse(JSON.stringify([...prepare, main])) as Change<unknown>[]
}

function presentState({ seen }: Reading<unknown>): unknown {
  return seen.status === 'present' ? seen.state : null
}

function expectChecksInWords(resolution: Resolution<unknown>): void {
  if (resolution.kind !== 'change') return
  for (const { what, note } of resolution.checks) expectWords(`${what} ${note ?? ''}`, 'a check')
  for (const line of resolution.details ?? []) expectWords(line, 'a detail')
}

function expectRefusal({ why, cure }: { why: string; cure?: string | undefined }): void {
  expectWords(why, 'why')
  if (cure !== undefined) expectWords(cure, 'cure')
}

function expectFailure({ message, found, cure = '' }: Problem): void {
  expectSentence(message, 'message')
  if (found !== undefined) expectWords(found, 'found')
  expectWords(cure, `cure of "${message}"`)
}
