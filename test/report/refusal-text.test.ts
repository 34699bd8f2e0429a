import { expect, test } from 'vitest'

import type { Refusal } from '../../src/core/plan/outcome.ts'
import { PLAIN } from '../../src/report/look.ts'
import { refusalText } from '../../src/report/refusal-text.ts'
import { GOOD, TAG } from './fixtures.ts'

const refusal: Refusal = {
  service: 'acme-api',
  environment: 'production',
  procedure: 'retag',
  target: { given: GOOD, sha: GOOD },
  reasons: [
    {
      step: 'image',
      surface: TAG,
      kind: 'denied',
      why: 'ghcr.io says 403',
      cure: 'give the token write:packages',
    },
    { step: 'fence', kind: 'unknown', why: 'the API of Render does not answer' },
  ],
  fine: ['redeploy: the hook is set'],
  without: ['image'],
  alsoDropped: ['redeploy'],
}

test('gives every reason with its cure, what is fine, and the command that goes on', () => {
  const text = refusalText(refusal, 'rollback run --target 1a2b3c4 --without image', PLAIN)
  expect(text).toMatchInlineSnapshot(`
    "Refused before any change: nothing was touched.
    acme-api, production, retag: return to 1a2b3c4

    denied  image: ghcr.io/acme/api:prod-latest
      ghcr.io says 403
      cure: give the token write:packages
    unknown  fence
      the API of Render does not answer

    What is fine
      - redeploy: the hook is set

    To go on without it (the result can only be partial): This also leaves out
    redeploy, which only served it.
      rollback run --target 1a2b3c4 --without image"
  `)
})

test('offers no way on where there is none', () => {
  expect(refusalText({ ...refusal, without: undefined }, undefined, PLAIN)).not.toContain('go on')
})

test('a reason of the whole names no step', () => {
  const whole = { ...refusal, reasons: [{ kind: 'input' as const, why: 'nothing is left to change' }] }
  expect(refusalText(whole, undefined, PLAIN)).toContain('input\n  nothing is left to change')
})
