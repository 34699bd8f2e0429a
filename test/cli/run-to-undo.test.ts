import { expect, test } from 'vitest'

import type { Plan } from '../../src/core/plan/types.ts'
import { runToUndo } from '../../src/cli/run-to-undo.ts'
import { planOf, setStep } from '../core/plan-of.ts'
import { play } from '../core/run/simulator.ts'

function ran(own: Partial<Plan>, applied = true) {
  const plan = planOf([setStep('image')], own)
  return { plan, lines: play(plan, applied ? {} : { effects: { image: { tries: ['refused'] } } }).lines }
}

test('the newest that changed something', () => {
  const runs = [ran({ id: 'c' }, false), ran({ id: 'b' }), ran({ id: 'a' })]
  expect(runToUndo(runs).plan.id).toBe('b')
})

test('none has changed anything', () => {
  expect(() => runToUndo([ran({}, false)])).toThrow('there is nothing to undo')
})

test('one that cannot be read may be the newest: then none is chosen', () => {
  const [older, newer] = ['20261122-031500-7f3a', '20261123-031500-7f3a']
  expect(() => runToUndo([ran({ id: older })], [newer])).toThrow(`${newer} cannot be read`)
  expect(() => runToUndo([], [newer])).toThrow(`${newer} cannot be read`)
  expect(runToUndo([ran({ id: newer })], [older]).plan.id).toBe(newer)
})

test('never an undo by itself', () => {
  expect(() => runToUndo([ran({ id: 'b', kind: 'undo' }), ran({ id: 'a' })])).toThrow(/is itself an undo/)
})

test.each([
  ['services', { service: 'web' }],
  ['environments', { environment: 'staging' }],
])('of several %s the run has to be named: the newest of each is listed', (_, other) => {
  const runs = [
    ran({ id: 'd', ...other }),
    ran({ id: 'c', kind: 'undo', undoOf: 'b' }),
    ran({ id: 'b' }),
    ran({ id: 'a', ...other }),
  ]
  let thrown: unknown
  try {
    runToUndo(runs)
  } catch (error) {
    thrown = error
  }
  expect(thrown).toMatchObject({ exit: 2, cure: expect.stringContaining('rollback undo d ') as string })
  expect(thrown).toMatchObject({
    cure: expect.stringContaining('rollback undo c  api, production: an undo of b') as string,
  })
  expect(thrown).not.toMatchObject({ cure: expect.stringContaining('rollback undo a ') as string })
})

test('one that changed nothing in another service does not make it ambiguous', () => {
  expect(runToUndo([ran({ id: 'b', service: 'web' }, false), ran({ id: 'a' })]).plan.id).toBe('a')
})
