import { expect, test } from 'vitest'

import type { Readiness } from '../../src/core/plan/readiness.ts'
import { PLAIN } from '../../src/report/look.ts'
import { isReady } from '../../src/report/readiness-items.ts'
import { readinessText } from '../../src/report/readiness-text.ts'
import { GOOD, TAG } from './fixtures.ts'

type Surface = Readiness['surfaces'][number]

function readiness(surface: Partial<Surface> = {}, own: Partial<Readiness> = {}): Readiness {
  return {
    service: 'acme-api',
    environment: 'production',
    procedure: 'retag',
    surfaces: [
      {
        step: 'image',
        surface: TAG,
        type: 'image tag',
        live: 'sha256:9f8e7d6c5b4a',
        state: 'ready',
        trial: {
          candidate: '1a2b3c4',
          state: 'possible',
          checks: [{ what: 'write permission', how: 'cannot-be-known', note: 'only a write tells' }],
        },
        ...surface,
      },
    ],
    calls: [{ step: 'redeploy', uses: 'render.deploy-hook', state: 'ready' }],
    secrets: [{ name: 'hook', from: '$HOOK', state: 'ready' }],
    guards: [],
    questions: [],
    signals: [{ name: 'health', value: 'failing: HTTP 500', state: 'failing' }],
    candidates: [{ release: { given: GOOD, sha: GOOD }, names: [], why: 'image present' }],
    ...own,
  }
}

test('says what was looked at and what was not, and claims no more', () => {
  const text = readinessText(readiness(), { useWhen: 'the image still exists' }, PLAIN)
  expect(text).toMatchInlineSnapshot(`
    "Readiness: acme-api, production, retag
      Use when  the image still exists
    Ready: no reason found to refuse a rollback. The end says what was not tried.
      rollback plan --target 1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d

    Surfaces
      ready  image: ghcr.io/acme/api:prod-latest
             image tag, now sha256:9f8e7d6c5b4a

    A rollback of each, tried without changing anything
      possible  image: ghcr.io/acme/api:prod-latest
                a rollback to 1a2b3c4 would not be refused by it
                [cannot be known before] write permission: only a write tells

    Calls
      ready  redeploy: render.deploy-hook

    Secrets
      ready  hook
             from $HOOK

    Signals
      failing  health
               failing: HTTP 500

    Versions to return to
         VERSION  WHY
      1  1a2b3c4  image present

    Looked at  what is live on each surface; whether each secret is there; one
      sample of each signal; what a rollback to 1a2b3c4 would meet.
    Not looked at  write permission for any other version, and whether its artifacts
      are still retained; fallbacks, and whether calls will work. For one version:
      rollback plan --target 1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d"
  `)
  expect(isReady(readiness())).toBe(true)
})

test('a candidate that would be refused is an obstacle, with the reason', () => {
  const trial = { candidate: '1a2b3c4', state: 'denied' as const, checks: [], why: 'we may not patch it' }
  const text = readinessText(readiness({ trial }), {}, PLAIN)
  expect(text).toContain('Not ready: one thing would refuse a rollback.')
  expect(text).toContain('a rollback to 1a2b3c4 would be refused: we may not patch it')
  expect(isReady(readiness({ trial }))).toBe(false)
})

test('without a candidate nothing was tried, and that is said', () => {
  const text = readinessText(readiness({ trial: undefined }, { candidates: [] }), {}, PLAIN)
  expect(text).toMatch(/untried +image: /)
  expect(text).toContain('rollback plan --target <version>')
})

test('where every version that is known is live or blocked, there is none to go to', () => {
  const release = { given: GOOD, sha: GOOD }
  const none = readiness({}, { candidates: [{ release, names: [], why: '', blocked: 'since today' }] })
  expect(isReady(none)).toBe(false)
  expect(readinessText(none, {}, PLAIN)).toContain('cure: rollback versions unblock <version>')
})

test('candidates that cannot be read are an item', () => {
  const unread = readiness({}, { candidatesUnread: { why: 'the history is gone', cure: 'clone it' } })
  const text = readinessText(unread, {}, PLAIN)
  expect(text).toContain('candidates could not be read: the history is gone')
  expect(isReady(unread)).toBe(false)
})
