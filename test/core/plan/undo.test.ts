import { expect, test } from 'vitest'

import { draftUndo } from '../../../src/core/plan/undo.ts'
import type { Plan } from '../../../src/core/plan/types.ts'
import { backup, callStep, callUse, change, fence, planOf, setStep, setUse, step } from '../plan-of.ts'
import { play, type World } from '../run/simulator.ts'

function undoOf(plan: Plan, world?: World) {
  const { steps, ...rest } = draftUndo(plan, play(plan, world).state)
  return { ...rest, steps: steps.map(({ id, role }) => ({ id, role, needs: waitedFor(id, steps) })) }
}

/** Everything that a step waits for, at any distance, in the order of the undo. */
function waitedFor(id: string, steps: { id: string; needs: string[] }[]): string[] {
  const found = new Set<string>()
  const collect = (one: string): void => {
    for (const need of steps.find((step) => step.id === one)?.needs ?? []) {
      found.add(need)
      collect(need)
    }
  }
  collect(id)
  return steps.map((step) => step.id).filter((one) => found.has(one))
}

test('the tag is restored before the redeploy is called again', () => {
  const plan = planOf([setStep('image'), callStep('redeploy', {}, { needs: ['image'] })])
  expect(undoOf(plan).steps).toEqual([
    { id: 'image', role: 'restore', needs: [] },
    { id: 'redeploy', role: 'call-again', needs: ['image'] },
  ])
})

test('sets are restored the other way round, one after another', () => {
  const plan = planOf([setStep('a'), setStep('b', { needs: ['a'] }), setStep('c', { needs: ['b'] })])
  expect(undoOf(plan).steps).toEqual([
    { id: 'c', role: 'restore', needs: [] },
    { id: 'b', role: 'restore', needs: ['c'] },
    { id: 'a', role: 'restore', needs: ['c', 'b'] },
  ])
})

test('a call waits for everything that it needed, and not for the calls that came after it', () => {
  const plan = planOf([
    setStep('image'),
    setStep('config'),
    callStep('redeploy', {}, { needs: ['image', 'config'] }),
    setStep('flags', { needs: ['redeploy'] }),
    callStep('purge', {}, { needs: ['flags'] }),
  ])
  const calls = undoOf(plan).steps.filter(({ role }) => role === 'call-again')
  expect(calls.map(({ id, needs }) => ({ id, needs: needs.toSorted() }))).toEqual([
    // The flags are put back before the image.
    { id: 'redeploy', needs: ['config', 'flags', 'image'] },
    { id: 'purge', needs: ['config', 'flags', 'image', 'redeploy'] },
  ])
})

test('a call with a reversal of its own is taken back in its place of the reverse order', () => {
  const plan = planOf([
    callStep('migrate', { reversal: { how: 'other' } }),
    setStep('image', { needs: ['migrate'] }),
  ])
  expect(undoOf(plan).steps).toEqual([
    { id: 'image', role: 'restore', needs: [] },
    { id: 'migrate', role: 'reverse-call', needs: ['image'] },
  ])
})

test('what cannot be taken back is told, and not tried', () => {
  const plan = planOf([callStep('mail', { reversal: { how: 'none', why: 'mails are sent' } })])
  expect(undoOf(plan)).toMatchObject({
    steps: [],
    left: [{ step: 'mail', why: 'cannot be taken back: mails are sent' }],
  })
})

test('a call that cannot be taken back and never was made is not told', () => {
  const plan = planOf([
    setStep('image'),
    callStep('mail', { reversal: { how: 'none', why: 'mails are sent' } }, { needs: ['image'] }),
  ])
  expect(undoOf(plan, { effects: { image: { tries: ['refused'] } } }).left).toEqual([])
})

test('a run that changed nothing has nothing to take back', () => {
  const plan = planOf([setStep('image'), callStep('redeploy', {}, { needs: ['image'] })])
  expect(undoOf(plan, { effects: { image: { tries: ['refused'] } } }).steps).toEqual([])
})

test('only what was applied is taken back; what may have been applied is looked at again', () => {
  const plan = planOf([
    step('images', setUse(change('done'), change('refused'), change('lost')), { timeout: 20_000 }),
  ])
  const { state } = play(plan, {
    effects: {
      lost: { tries: ['lost-applied'], blind: Infinity, takes: 1 },
      refused: { tries: ['refused'] },
    },
  })
  expect(draftUndo(plan, state).steps[0]?.changes.map(({ effect }) => effect)).toEqual(['done', 'lost'])
})

test('an effect cut off by a crash is taken back too', () => {
  const plan = planOf([setStep('image')])
  const { lines } = play(plan)
  const { state } = play(planOf([setStep('image', { timeout: 1000 })]), {
    effects: { image: { blind: Infinity } },
    crashes: [
      {
        afterLine: lines.findIndex(({ event }) => event.type === 'intent') + 1,
        happened: true,
        downtime: 0,
      },
    ],
  })
  expect(draftUndo(plan, state).steps).toHaveLength(1)
})

test('backups stay', () => {
  const plan = planOf([step('image', setUse(backup('backup'), change('image')))])
  expect(draftUndo(plan, play(plan).state).steps[0]?.changes.map(({ effect }) => effect)).toEqual(['image'])
})

test('when option B was used, option B is taken back', () => {
  const fallback = callUse('image~fallback', { reversal: { how: 'again' } })
  const plan = planOf([setStep('image', { fallback })])
  const { state } = play(plan, { effects: { image: { tries: ['refused'] } } })
  const [only, ...others] = draftUndo(plan, state).steps
  expect(others).toEqual([])
  expect(only?.use.call?.effect).toBe('image~fallback')
})

test('a run that only called once more what was there already has nothing to take back', () => {
  const plan = planOf([
    setStep('image', { skip: 'already there' }),
    callStep('redeploy', {}, { needs: ['image'] }),
  ])
  expect(undoOf(plan).steps).toEqual([])
})

test('a call that serves no set is what an undo has: it goes again, for the former target', () => {
  expect(undoOf(planOf([callStep('deploy', {})])).steps).toEqual([
    { id: 'deploy', role: 'call-again', needs: [] },
  ])
})

test('the target of an undo is what ran before, as far as it is known', () => {
  expect(undoOf(planOf([])).target).toEqual({ given: 'bad5678', sha: 'bad5678' })
  expect(undoOf(planOf([], { live: { unknown: 'refused' } })).target).toEqual({ given: '' })
  expect(undoOf(planOf([], { live: { unasked: true } })).target).toEqual({ given: '' })
})

test('an undo can be undone: a reversed call is turned round again, in the order of the run', () => {
  const undo = planOf(
    [
      setStep('image'),
      callStep('migrate', { reversal: { how: 'other' }, reversed: true }, { needs: ['image'] }),
    ],
    { kind: 'undo' },
  )
  expect(undoOf(undo).steps).toEqual([
    { id: 'migrate', role: 'reverse-call', needs: [] },
    { id: 'image', role: 'restore', needs: ['migrate'] },
  ])
})

test('carried out, an undo brings every surface back before the call is made again', () => {
  const undo = planOf(
    undoOf(planOf([setStep('a'), setStep('b'), callStep('redeploy', {}, { needs: ['a', 'b'] })])).steps.map(
      ({ id, role, needs }) => (role === 'call-again' ? callStep(id, {}, { needs }) : setStep(id, { needs })),
    ),
    { kind: 'undo' },
  )
  expect(play(undo).tries).toEqual(['b', 'a', 'redeploy'])
})

test('a set that needed one further down is taken back before that one', () => {
  const plan = planOf([setStep('image', { needs: ['config'] }), setStep('config')])
  expect(undoOf(plan).steps).toEqual([
    { id: 'image', role: 'restore', needs: [] },
    { id: 'config', role: 'restore', needs: ['image'] },
  ])
})

test('a call that says itself which version it is about goes again, although its set was already there', () => {
  const deploy = { ...callUse('deploy'), with: { name: 'deploy ${target.sha}' } }
  const plan = planOf([
    setStep('image', { skip: 'already there' }),
    step('deploy', deploy, { needs: ['image'] }),
  ])
  expect(undoOf(plan).steps).toEqual([{ id: 'deploy', role: 'call-again', needs: [] }])
})

test('what the run declared to be final is left, with the reason', () => {
  const plan = planOf([step('rows', setUse(change('rows', { reversible: { no: 'rows are dropped' } })))])
  expect(undoOf(plan)).toMatchObject({
    steps: [],
    left: [{ step: 'rows', why: 'rows cannot be taken back: rows are dropped' }],
  })
})

test('a call goes with the set that it served, when that is left out', () => {
  const plan = planOf([
    setStep('image'),
    setStep('config'),
    callStep('redeploy', {}, { needs: ['image'] }),
    callStep('reload', {}, { needs: ['config'] }),
  ])
  const { steps, dropped } = draftUndo(plan, play(plan).state, ['image'])
  expect(steps.map(({ id }) => id)).toEqual(['config', 'reload'])
  expect(dropped).toEqual(['redeploy'])
})

test('fences are lifted when all the rest is done, and put up first when that is undone', () => {
  const plan = planOf([
    step('image', setUse(fence('auto-deploy'), change('image'))),
    callStep('redeploy', {}, { needs: ['image'] }),
  ])
  const { steps } = undoOf(plan)
  expect(steps).toEqual([
    { id: 'image', role: 'restore', needs: [] },
    { id: 'redeploy', role: 'call-again', needs: ['image'] },
    { id: 'image~fence', role: 'lift', needs: ['image', 'redeploy'] },
  ])
  const undo = planOf(
    [
      setStep('image'),
      callStep('redeploy', {}, { needs: ['image'] }),
      step('image~fence', setUse(fence('auto-deploy')), { needs: ['image', 'redeploy'] }),
    ],
    { kind: 'undo' },
  )
  expect(undoOf(undo).steps.map(({ id }) => id)).toEqual(['image~fence', 'image', 'redeploy'])
})

test('what was stopped before a change is stopped before it is taken back, and started after it', () => {
  const plan = planOf([
    callStep('drain', {}),
    setStep('link', { needs: ['drain'] }),
    callStep('reload', {}, { needs: ['drain', 'link'] }),
  ])
  expect(undoOf(plan).steps).toEqual([
    { id: 'drain', role: 'call-again', needs: [] },
    { id: 'link', role: 'restore', needs: ['drain'] },
    { id: 'reload', role: 'call-again', needs: ['drain', 'link'] },
  ])
})
