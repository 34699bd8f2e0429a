import { expect, test } from 'vitest'

import type { SurveyedStep } from '../../../src/core/plan/survey.ts'
import { backup, change } from '../plan-of.ts'
import { build, refusal, refused, seenCall, seenGate, seenSet, surface, TARGET, there } from './survey-of.ts'

test.each(['missing', 'denied', 'unknown', 'busy', 'owned'] as const)(
  'one surface that is %s refuses the whole run, with that word',
  (kind) => {
    const outcome = build([
      seenSet('image', [surface('a'), refused('b', kind)]),
      seenSet('config', [surface('c')]),
    ])
    expect(refusal(outcome).reasons).toEqual([{ step: 'image', surface: 'b', kind, why: `it is ${kind}` }])
  },
)

test('every reason is told at once, not the first only', () => {
  const outcome = build([
    seenSet('image', [refused('a', 'missing'), refused('b', 'denied')]),
    seenCall('redeploy', { kind: 'unknown', why: 'no answer' }),
  ])
  expect(refusal(outcome).reasons.map(({ kind }) => kind)).toEqual(['missing', 'denied', 'unknown'])
})

test('the proposal leaves the refusing step out, and names the calls that only served it', () => {
  const outcome = build([
    seenSet('image', [refused('a', 'missing')]),
    seenCall('redeploy', undefined, { needs: ['image'] }),
    seenSet('config', [surface('c')]),
    seenCall('reload', undefined, { needs: ['config'] }),
  ])
  expect(refusal(outcome)).toMatchObject({ without: ['image'], alsoDropped: ['redeploy'], fine: ['c'] })
})

test('a call that serves another set too is not dropped with one of them', () => {
  const outcome = build([
    seenSet('image', [refused('a', 'missing')]),
    seenSet('config', [surface('c')]),
    seenCall('redeploy', undefined, { needs: ['image', 'config'] }),
  ])
  expect(refusal(outcome).alsoDropped).toEqual([])
})

test('there is no proposal when nothing would be left to change', () => {
  const outcome = build([
    seenSet('image', [refused('a', 'missing')]),
    seenCall('redeploy', undefined, { needs: ['image'] }),
    seenGate('sure'),
  ])
  expect(refusal(outcome).without).toBeUndefined()
})

test('the proposal keeps what was left out before', () => {
  const outcome = build([seenSet('image', [refused('a', 'missing')]), seenSet('flags', [surface('f')])], {
    leftOut: [seenSet('config', [surface('c')])],
  })
  expect(refusal(outcome).without).toEqual(['config', 'image'])
})

test('a surface that two steps would change refuses the second, and names the first', () => {
  const outcome = build([seenSet('image', [surface('tag')]), seenSet('again', [surface('tag')])])
  expect(refusal(outcome).reasons).toMatchObject([{ step: 'again', surface: 'tag', kind: 'input' }])
  expect(refusal(outcome).reasons[0]?.why).toContain('"image"')
})

test.each([
  ['prepared by', (own: SurveyedStep) => own],
  [
    'option B of',
    (own: SurveyedStep) => ({ ...own, first: seenSet('x', [surface('x')]).first, fallback: own.first }),
  ],
])('a surface that is %s one step and changed by another refuses', (_, placed) => {
  const keep = (id: string) => surface(id, { changes: [backup('kept'), change(id)] })
  const outcome = build([seenSet('image', [keep('a')]), placed(seenSet('again', [keep('b')]))])
  expect(refusal(outcome).reasons).toMatchObject([{ step: 'again', surface: 'kept', kind: 'input' }])
})

test('option B may change what the first would have changed', () => {
  const image = seenSet('image', [surface('a')])
  expect(build([{ ...image, fallback: image.first }])).toMatchObject({ kind: 'plan' })
})

test('a reason of the whole is not that of a step which has the name of the procedure', () => {
  const outcome = build([seenSet('retag', [there('a')]), seenSet('config', [there('c')])])
  expect(refusal(outcome).reasons[0]?.step).toBeUndefined()
  expect(refusal(outcome)).toMatchObject({ fine: ['a', 'c'], alsoDropped: [] })
  expect(refusal(outcome).without).toBeUndefined()
})

test('an option B that cannot be done refuses now, not in the middle of the night', () => {
  const image = seenSet('image', [surface('a')])
  const outcome = build([{ ...image, fallback: { ...image.first, surfaces: [refused('b', 'missing')] } }])
  expect(refusal(outcome).reasons).toMatchObject([{ step: 'image', surface: 'b', kind: 'missing' }])
})

test('options that do not fit refuse the step', () => {
  const image = seenSet('image', [])
  const why = { kind: 'unknown' as const, why: 'the options do not fit' }
  const outcome = build([{ ...image, first: { ...image.first, refused: why } }])
  expect(refusal(outcome).reasons).toEqual([{ step: 'image', ...why }])
})

test('a selector that finds nothing is missing, not "already there"', () => {
  const outcome = build([seenSet('image', [])], { live: { unasked: true } })
  expect(refusal(outcome).reasons).toMatchObject([{ step: 'image', kind: 'missing' }])
})

test('a dead service does not block its own rollback', () => {
  const outcome = build([seenSet('image', [surface('a')])], { live: { unknown: 'connection refused' } })
  expect(outcome.kind).toBe('plan')
})

test('all at the target and yet the service is not: refused, with what is missing in the runbook', () => {
  const outcome = build([seenSet('image', [there('a')]), seenSet('config', [there('c')])])
  expect(refusal(outcome).reasons[0]?.why).toContain('the live endpoint reports bad5678')
  expect(refusal(outcome).without).toBeUndefined()
})

test('leaving everything out is not "already there"', () => {
  const outcome = build([], { leftOut: [seenSet('image', [surface('a')])], live: { unasked: true } })
  expect(refusal(outcome).reasons[0]?.why).toContain('nothing')
})

test('all at the target, and the service too: already there', () => {
  const outcome = build([seenSet('image', [there('a')]), seenCall('redeploy')], { live: { release: TARGET } })
  expect(outcome).toMatchObject({ kind: 'already' })
})

test('without a live endpoint the surfaces have the only word', () => {
  const outcome = build([seenSet('image', [there('a')])], { live: { unasked: true } })
  expect(outcome).toMatchObject({ kind: 'already' })
})
