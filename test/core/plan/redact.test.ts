import { expect, test } from 'vitest'

import { redactPlan } from '../../../src/core/plan/redact.ts'
import { callUse, change, gateUse, planOf, setUse, step } from '../plan-of.ts'

const redact = (text: string) => text.replaceAll('s3cret', '***')

test('every text for people is cleaned, of option B too; states, ids and options are not touched', () => {
  const dirty = change('s3cret', {
    from: 's3cret',
    fromLabel: 'was s3cret',
    toLabel: 'is s3cret',
    details: ['- s3cret'],
    manual: ['set s3cret'],
    reversible: { no: 'because s3cret' },
  })
  const set = { ...setUse(dirty), with: { name: 's3cret' }, window: 's3cret' }
  const checked = { ...set, checks: [{ what: 's3cret', how: 'server' as const, note: 's3cret' }] }
  const call = callUse('hook', { manual: ['s3cret'], reversal: { how: 'none', why: 's3cret' } })
  const plan = planOf(
    [
      step('image', checked, { fallback: call, skip: 's3cret' }),
      step('sure', gateUse({ text: 's3cret', expects: 'yes' })),
    ],
    {
      live: { unknown: 's3cret' },
      evidence: [{ signal: 'live', value: 's3cret' }],
      without: [{ step: 'x', why: 's3cret' }],
      confirmations: [{ id: 'y', question: { text: 's3cret', expects: 'yes' } }],
    },
  )
  const clean = redactPlan(plan, redact)
  const kept = clean.steps[0]
  expect(kept).toMatchObject({
    with: { name: 's3cret' },
    changes: [{ effect: 's3cret', surface: { id: 's3cret' }, from: 's3cret' }],
  })
  // Options, the effect, the surface's id and the state it was in: nothing else.
  expect(JSON.stringify(clean).match(/s3cret/g)).toHaveLength(4)
})
