import { describe, expect, test } from 'vitest'

import { canonical } from '../../../src/core/json.ts'
import { openPlan, sealPlan } from '../../../src/core/plan/seal.ts'
import { Problem } from '../../../src/core/problem.ts'
import { planOf, setStep } from '../plan-of.ts'

const PLAN = planOf([setStep('image', { with: { to: '${target.sha}' } })], { reason: 'ünïcode “quotes”' })
const TEXT = JSON.stringify(PLAN, undefined, 2)

test('what was sealed is read back as it was', () => {
  expect(openPlan(TEXT)).toEqual(PLAN)
})

test('members without a value are the same as none: they do not survive a file', () => {
  const { seal: _, ...rest } = PLAN
  expect(sealPlan({ ...rest, takes: undefined }).seal).toBe(PLAN.seal)
})

test('the order of the members does not matter to the seal', () => {
  const turned = Object.fromEntries(Object.entries(PLAN).toReversed())
  expect(openPlan(JSON.stringify(turned))).toEqual(PLAN)
})

test('every edited byte is refused, or changes nothing that is meant', () => {
  const bytes = Buffer.from(JSON.stringify(PLAN))
  const accepted = [...bytes.keys()].filter((index) => {
    const edited = Buffer.from(bytes)
    edited[index] = (edited[index] ?? 0) ^ 1
    try {
      return canonical(openPlan(edited.toString('utf8'))) !== canonical(PLAN)
    } catch (error) {
      if (error instanceof Problem) return false
      throw error
    }
  })
  expect(accepted).toEqual([])
})

test.each([
  ['a value', (plan: typeof PLAN) => ({ ...plan, environment: 'staging' }), 'plan-edited'],
  ['an added member', (plan: typeof PLAN) => ({ ...plan, extra: 1 }), 'plan-edited'],
  ['a removed member', ({ reason: _, ...plan }: typeof PLAN) => plan, 'plan-edited'],
  ['another format', (plan: typeof PLAN) => ({ ...plan, format: 2 }), 'plan-version'],
  [
    'a format that is an object',
    (plan: typeof PLAN) => ({ ...plan, format: { toString: 1 } }),
    'plan-version',
  ],
  ['no seal', ({ seal: _, ...plan }: typeof PLAN) => plan, 'plan-unreadable'],
  ['something else', () => ['no plan'], 'plan-unreadable'],
])('%s is refused, with a usage error', (_, edit, code) => {
  expect(() => openPlan(JSON.stringify(edit(PLAN)), 'plan.json')).toThrow(
    expect.objectContaining({ code, exit: 2 }),
  )
})

test('a file that is cut off is said to be no JSON, with its name', () => {
  expect(() => openPlan(TEXT.slice(0, 100), 'plan.json')).toThrow('plan.json is not JSON')
})

test('an id that is no run id is refused: it names a folder of the store', () => {
  const { seal: _, ...plan } = sealPlan({ ...PLAN, id: '../../elsewhere' })
  expect(() => openPlan(JSON.stringify(sealPlan(plan)))).toThrow('no valid run id')
})

/** The seal is a checksum: whoever edits a plan can make it fit again. */
describe('an edited plan that was sealed again', () => {
  const steps = PLAN.steps

  test.each<[what: string, edit: object, found: string]>([
    ['steps that are none', { steps: 'all' }, 'steps is not a list'],
    ['a step that is none', { steps: [null] }, 'steps[0] is not a map'],
    ['needs that are none', { steps: [{ ...steps[0], needs: [{}] }] }, 'steps[0].needs[0] is not a name'],
    ['a name of every object', { steps: [{ ...steps[0], id: 'constructor' }] }, 'steps[0].id is not a name'],
    ['a need that is lost', { steps: [{ ...steps[0], needs: ['none'] }] }, 'needs "none"'],
    ['equal ids', { steps: [...steps, ...steps] }, 'two steps have the same id'],
    ['a time beyond all dates', { deadline: 1e300 }, 'deadline is not a number of milliseconds'],
    ['no time', { createdAt: 'yesterday, perhaps' }, 'createdAt is not a time'],
    ['a gate without a question', { steps: [{ ...steps[0], kind: 'gate' }] }, 'has no question'],
    ['a secret from nowhere', { secrets: { token: {} } }, 'secrets.token.env is not text'],
    ['a proof by no signal', { verify: { within: 1, must: [{ signal: 'none' }], should: [] } }, '"none"'],
    ['a live signal that every object has', { liveSignal: 'toString' }, 'liveSignal is not a name'],
  ])('%s: refused, with what is wrong', (_, edit, found) => {
    const { seal: __, ...plan } = PLAN
    const edited = JSON.stringify(sealPlan({ ...plan, ...edit }))
    expect(() => openPlan(edited, 'plan.json')).toThrow(
      expect.objectContaining({ code: 'plan-unreadable', exit: 2, found: expect.stringContaining(found) }),
    )
  })

  test('brackets without end are refused before anything recurses into them', () => {
    const deep = `{"format":1,"seal":"","deep":${'['.repeat(50_000)}${']'.repeat(50_000)}}`
    expect(() => openPlan(deep, 'plan.json')).toThrow('plan.json is nested more deeply than any plan')
  })
})
