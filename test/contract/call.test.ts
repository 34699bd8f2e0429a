import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import type { CallReadiness } from '../../src/core/contract.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { describeWith } from '../helpers/need.ts'
import { actionsOf } from './actions.ts'
import { typeByHand } from './by-hand.ts'
import { failureOf } from './failure.ts'
import { EFFECT_FAULTS, type EffectFault, FAULTS } from './faults.ts'
import { openTestDoors, optionsOf, shownOptionsOf, type TestDoors } from './ground.ts'
import { createWitness, expectSentence, expectWords, type Witness } from './words.ts'
import type { CallStage, Part } from './world.ts'

for (const { name, action: bare, world } of actionsOf('call')) {
  describeWith(world.needs, `the contract of a call: ${name}`, () => {
    const happens = (fault: EffectFault): boolean => world.calls[fault] !== 'cannot-happen'
    let part: Part<CallStage>
    let stage: CallStage
    let doors: TestDoors
    let witness: Witness
    let action: typeof bare
    beforeAll(async () => {
      part = await world.start()
    })
    afterAll(() => part.stop())
    beforeEach(async () => {
      stage = await part.stage()
      doors = await openTestDoors()
      witness = createWitness()
      // Options of a call that takes it back are for use, and hold secrets like all that are.
      action = witness.listen(bare, ['reversal'])
    })
    afterEach(async () => {
      await stage.mend()
      await doors.stop()
      witness.expectNoSecret(stage.secrets)
    })

    const options = (more: JsonObject = {}): unknown =>
      optionsOf(bare.options, { ...stage, options: { ...stage.options, ...more } })
    const done = async (): Promise<string[]> => (await stage.effects()).map(({ what }) => what)

    describe('looking', () => {
      test('does nothing, and does not claim to have', async () => {
        const ready = await action.ready?.(options(), doors.read)
        expect(ready ?? { kind: 'ready' }).toMatchObject({ kind: 'ready' })
        expect(isDone(ready)).toBe(false)
        const found = await action.find?.(options(), doors.read)
        expect(found ?? 'unknown').toBe(world.finds === undefined ? 'unknown' : 'not-done')
        expect(await done()).toEqual([])
        expect(doors.forbidden).toEqual([])
      })

      test('can find it, exactly when it says so', () => {
        expect(action.observable?.(options()) ?? false).toBe(world.finds !== undefined)
      })

      test.each(FAULTS.filter(happens))('an answer is an answer: %s', async (fault) => {
        await stage.breakWith(fault, 'everything')
        const ready = await action.ready?.(options(), doors.read)
        expect(isDone(ready)).toBe(false)
        for (const words of wordsOf(ready)) expectWords(words, 'readiness')
        const found = await action.find?.(options(), doors.read)
        expect(found ?? 'unknown').toBe(world.finds?.[fault] ?? 'unknown')
        expect(doors.forbidden).toEqual([])
      })
    })

    describe('calling', () => {
      test('reaches the part exactly once, and is found', async () => {
        const receipt = await action.call(options(), 'call-1', doors.write)
        expect(JSON.parse(JSON.stringify(receipt))).toEqual(receipt)
        expect(await done()).toHaveLength(1)
        if (world.finds === undefined) return
        expect(await action.find?.(options(), doors.read)).toBe('done')
        expect(await action.ready?.(options(), doors.read)).toMatchObject({ kind: 'ready', done: true })
        expect(await done()).toHaveLength(1)
      })

      test('a second try is told apart from a second call, where the platform can', async () => {
        for (const id of ['call-1', 'call-1', 'call-2']) await action.call(options(), id, doors.write)
        const told = (await stage.effects()).map(({ id }) => id)
        expect(told).toEqual(
          world.handsOnId ? ['call-1', 'call-1', 'call-2'] : [undefined, undefined, undefined],
        )
        expect(new Set(await done()).size).toBe(1)
      })

      test('says whether a repetition is harmless', () => {
        expect(['harmless', 'ask']).toContain(action.repeat(options()))
      })

      test.each(EFFECT_FAULTS.filter(happens))('knows what it does not know: %s', async (fault) => {
        const expected = world.calls[fault]
        await stage.breakWith(fault, fault === 'refused' ? 'everything' : 'changes')
        const called = action.call(options(), 'call-1', doors.write)
        if (expected === 'taken') return void (await called)
        const failure = await failureOf(called)
        expect(failure.applied).toBe(expected)
        // The judge: only what is called "unknown" may have happened.
        expect(await done()).toHaveLength(fault === 'lost' ? 1 : 0)
        expectSentence(failure.message, 'message')
        expectWords(failure.cure ?? '', `cure of "${failure.message}"`)
        if (failure.found !== undefined) expectWords(failure.found, 'found')
      })
    })

    test('is taken back as it says', async () => {
      for (const [how, asked] of Object.entries(stage.reversals)) {
        const given = options(asked)
        const back = action.reversal(given)
        expect(back.how).toBe(how)
        expectSentence(back.how === 'none' ? back.why : how, 'why')
        if (back.how === 'none') continue
        const before = (await done()).length
        await action.call(given, `${how}-1`, doors.write)
        // Such options have to pass the schema like those of a runbook.
        const undo = back.how === 'other' ? bare.options.parse(back.options) : given
        await action.call(undo, `${how}-2`, doors.write)
        const [first, second, ...more] = (await done()).slice(before)
        expect(more).toEqual([])
        expect(second === first).toBe(how === 'again')
      }
    })

    test('typed by hand, it does the same', async () => {
      await action.call(options(), 'call-1', doors.write)
      const lines = action.manual(shownOptionsOf(bare.options, stage))
      for (const line of lines) expectWords(line, 'a line')
      await typeByHand(lines, stage)
      const [called, typed, ...more] = await done()
      expect(typed).toBe(called)
      expect(more).toEqual([])
    })
  })
}

function isDone(ready: CallReadiness | undefined): boolean {
  return ready?.kind === 'ready' && ready.done === true
}

function wordsOf(ready: CallReadiness | undefined): string[] {
  if (ready === undefined) return []
  return ready.kind === 'ready'
    ? ready.checks.map(({ what, note = '' }) => `${what} ${note}`)
    : [ready.why, ready.cure ?? ready.why]
}
