import { afterEach, beforeEach, expect, test } from 'vitest'

import { EffectFailure } from '../../src/core/problem.ts'
import { carryOut } from '../../src/runtime/carry-out.ts'
import type { CarryOutOptions } from '../../src/runtime/types.ts'
import { tempFolder } from '../helpers/folder.ts'
import { fakeSession, type FakeSession, fakeWorld, type FakeWorld } from './fake-world.ts'
import { calling, planFor, runbookOf, watched } from './runbook-of.ts'

let folder: Awaited<ReturnType<typeof tempFolder>>
let session: FakeSession
let world: FakeWorld

beforeEach(async () => {
  folder = await tempFolder('settle-doubt')
  session = fakeSession(folder.path)
  world = fakeWorld()
})

afterEach(async () => {
  await session.close()
  await folder.stop()
})

/** The answers of the first calls are lost, after the calls have happened. */
function loseAnswers(times: number): void {
  let left = times
  world.after = () => {
    if (left-- > 0)
      throw new EffectFailure({ code: 'lost', message: 'no answer', applied: 'unknown', retryable: true })
  }
}

async function run(own: Partial<CarryOutOptions>) {
  const plan = await planFor(session, runbookOf([calling('hook')]))
  const options = watched(own)
  const ended = await carryOut(session, plan, options)
  return { ended, events: options.lines.map(({ event }) => event) }
}

test('a person says that it has happened: it is not made again, and who said so is on record', async () => {
  loseAnswers(1)
  const { events } = await run({ ask: async () => 'Done' })
  expect(world.calls).toEqual(['hook'])
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'doubt-settled', answer: 'done', by: session.who }),
  )
  expect(events).toContainEqual({ type: 'step-ended', step: 'hook', result: 'done' })
})

test('a person says that it is to be made again', async () => {
  loseAnswers(1)
  await run({ ask: async () => 'again' })
  expect(world.calls).toEqual(['hook', 'hook'])
})

test('a slip of the hand is asked once more', async () => {
  loseAnswers(1)
  const said = ['dnoe', 'done']
  const { events } = await run({ ask: async () => said.shift() ?? '' })
  expect(events).toContainEqual(expect.objectContaining({ type: 'doubt-settled', answer: 'done' }))
})

test.each([
  ['who does not know', async () => ''],
  ['who says something else each time', async () => 'perhaps'],
  ['who is not there', undefined],
])('with a person %s, it stays in doubt and is not made again', async (_, ask) => {
  loseAnswers(1)
  const { ended, events } = await run({ ask })
  expect(world.calls).toEqual(['hook'])
  expect(events).toContainEqual({ type: 'doubt-unanswered', step: 'hook', effect: 'hook' })
  expect(ended).toMatchObject({ result: 'stands', exit: 22 })
})

test('an answer given beforehand is good for one doubt: a second one is a new question', async () => {
  loseAnswers(2)
  const { ended } = await run({ answers: { hook: 'again' } })
  expect(world.calls).toEqual(['hook', 'hook'])
  expect(ended).toMatchObject({ result: 'stands', exit: 22 })
})

test('another word beforehand is refused before anything is done', async () => {
  await expect(run({ answers: { hook: 'yes' } })).rejects.toThrow(
    expect.objectContaining({ code: 'usage', exit: 2 }),
  )
  expect(world.calls).toEqual([])
})

test('Ctrl-C at the question is no answer', async () => {
  loseAnswers(1)
  const stop = new AbortController()
  const { ended, events } = await run({
    interrupt: stop.signal,
    ask: async () => {
      stop.abort('SIGINT')
      return ''
    },
  })
  expect(ended).toMatchObject({ result: 'interrupted', exit: 130 })
  expect(events.map(({ type }) => type)).not.toContain('doubt-unanswered')
})
