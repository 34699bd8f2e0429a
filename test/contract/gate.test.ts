import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { actionsOf } from './actions.ts'
import { typeByHand } from './by-hand.ts'
import { optionsOf, shownOptionsOf } from './ground.ts'
import { expectWords } from './words.ts'
import type { Part, Setting } from './world.ts'

describe.each(actionsOf('gate'))('the contract of a gate: $name', ({ action, world }) => {
  let part: Part<Setting>
  beforeAll(async () => {
    part = await world.start()
  })
  afterAll(() => part.stop())

  test('asks, and says what has to be answered', async () => {
    const { text, expects } = action.question(optionsOf(action.options, await part.stage()))
    expect(text.trim()).not.toBe('')
    expectWords(expects, 'what is expected')
  })

  test('by hand it is words, which a shell passes over', async () => {
    const stage = await part.stage()
    const lines = action.manual(shownOptionsOf(action.options, stage))
    expect(lines).not.toEqual([])
    for (const line of lines) {
      expectWords(line, 'a line of the script')
      expect(line).toMatch(/^# \S/)
    }
    await typeByHand(lines, stage)
  })
})
