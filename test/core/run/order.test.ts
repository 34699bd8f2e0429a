import { expect, test } from 'vitest'

import { backup, callStep, change, gateUse, planOf, setStep, setUse, step } from '../plan-of.ts'
import { play } from './simulator.ts'

test('every intent is on disk before its outcome, and every outcome belongs to an intent', () => {
  const { lines } = play(planOf([setStep('image'), callStep('redeploy', {}, { needs: ['image'] })]))
  const marks = lines.flatMap(({ event }) =>
    event.type === 'intent' || event.type === 'outcome' ? [`${event.type} ${event.effect}`] : [],
  )
  expect(marks).toEqual(['intent image', 'outcome image', 'intent redeploy', 'outcome redeploy'])
})

test('a step begins only when what it needs has settled, not when it was sent', () => {
  const plan = planOf([setStep('image'), callStep('redeploy', {}, { needs: ['image'] })])
  const { lines } = play(plan, { effects: { image: { moving: 5 } } })
  const at = (wanted: string) =>
    lines.find(({ event }) => event.type === wanted && 'step' in event && event.step === 'redeploy')?.n ?? 0
  const settled = lines.findLast(({ event }) => event.type === 'observed')?.n ?? Infinity
  expect(at('step-started')).toBeGreaterThan(settled)
})

test('steps that do not need each other run at the same time', () => {
  const plan = planOf([setStep('a'), setStep('b')])
  const { took } = play(plan, { effects: { a: { takes: 5000 }, b: { takes: 5000 } } })
  expect(took).toBeLessThan(6000)
})

test('a backup is there before what it backs up is changed', () => {
  const plan = planOf([step('image', setUse(change('image'), backup('backup')))])
  const { tries } = play(plan, { effects: { backup: { takes: 3000, moving: 2 } } })
  expect(tries).toEqual(['backup', 'image'])
})

test('a backup that fails leaves the surface alone', () => {
  const plan = planOf([step('image', setUse(backup('backup'), change('image')))])
  const { tries, state } = play(plan, { effects: { backup: { tries: ['refused'] } } })
  expect(tries).toEqual(['backup'])
  expect(state.ended).toMatchObject({ result: 'failed', exit: 20, stands: [] })
})

test('of one step at most eight effects are under way at once, and all are done in the end', () => {
  const names = Array.from({ length: 20 }, (_, index) => `tag-${index}`)
  const plan = planOf([step('images', setUse(...names.map((name) => change(name))))])
  const { tries, lines, state } = play(plan)
  let open = 0
  let most = 0
  for (const { event } of lines) {
    if (event.type === 'intent') open += 1
    if (event.type === 'outcome') open -= 1
    most = Math.max(most, open)
  }
  expect(most).toBe(8)
  expect(tries.toSorted()).toEqual(names.toSorted())
  expect(state.ended?.result).toBe('proven')
})

test('a surface that is there already is not changed again', () => {
  const plan = planOf([step('images', setUse(change('old'), change('there', { state: 'already' })))])
  expect(play(plan).tries).toEqual(['old'])
})

test('a skipped step lets the steps behind it begin, and says why it was skipped', () => {
  const plan = planOf([
    setStep('image', { skip: 'already there' }),
    callStep('redeploy', {}, { needs: ['image'] }),
  ])
  const { tries, state } = play(plan)
  expect(tries).toEqual(['redeploy'])
  expect(state.steps['image']).toMatchObject({ status: 'skipped', why: 'already there' })
})

test('steps that wait for each other fail the run instead of being passed over as proven', () => {
  const plan = planOf([setStep('a', { needs: ['b'] }), setStep('b', { needs: ['a'] })])
  const { state, tries } = play(plan)
  expect(tries).toEqual([])
  expect(state.ended).toMatchObject({ result: 'failed', exit: 20 })
})

test('a gate holds back only what needs it', () => {
  const plan = planOf([
    step('sure', gateUse()),
    setStep('image'),
    callStep('migrate', {}, { needs: ['sure'] }),
  ])
  const { tries, lines } = play(plan, { answerAfter: 60_000 })
  expect(tries).toEqual(['image', 'migrate'])
  const answered = lines.find(({ event }) => event.type === 'answer')?.n ?? 0
  const migrate = lines.find(({ event }) => event.type === 'intent' && event.effect === 'migrate')?.n ?? 0
  expect(migrate).toBeGreaterThan(answered)
})

test('a step is done only when its own verification holds', () => {
  const verify = { within: 1000, must: [], should: [] }
  const plan = planOf([setStep('image', { verify }), callStep('redeploy', {}, { needs: ['image'] })])
  const { tries, state } = play(plan, { verified: { image: 'unknown' } })
  expect(tries).toEqual(['image'])
  expect(state.ended).toMatchObject({ result: 'stands', exit: 22 })
  expect(state.ended?.why).toContain('could not be measured')
})

test('of ever so many steps that could all begin, no more than 64 run at once, and all are done', () => {
  const plan = planOf(Array.from({ length: 300 }, (_, index) => callStep(`s${index}`)))
  const { lines, state } = play(plan)
  let running = 0
  let most = 0
  for (const { event } of lines) {
    if (event.type === 'step-started') running += 1
    if (event.type === 'step-ended') running -= 1
    most = Math.max(most, running)
  }
  expect(most).toBe(64)
  expect(state.ended?.result).toBe('proven')
})
