import { expect, test } from 'vitest'

import { PLAIN } from '../../src/report/look.ts'
import { planText } from '../../src/report/plan-text.ts'
import { plan, TAG, withStep } from './fixtures.ts'

test('says what changes, in which order, how it is known, how it is proven and taken back', () => {
  expect(planText(plan(), PLAIN)).toMatchInlineSnapshot(`
    "Plan: acme-api, production, retag
      Return to  1a2b3c4
      Live now   9f8e7d6
      Why        checkout fails
      Measured   health: failing: HTTP 500
      Run        20261122-031500-7f3a

    Changes 2 surfaces
      ghcr.io/acme/api:rollback-20261122-031500  (image tag)
          absent → sha256:9f8e7d6c5b4a
      ghcr.io/acme/api:prod-latest  (image tag)
          sha256:9f8e7d6c5b4a → 1a2b3c4 (sha256:1a2b3c4d5e6f)

    In this order
      1. image  registry.retag
         create ghcr.io/acme/api:rollback-20261122-031500 as sha256:9f8e7d6c5b4a
           (backup)
         set ghcr.io/acme/api:prod-latest to 1a2b3c4 (sha256:1a2b3c4d5e6f)
         [server] target image exists
         [cannot be known before] write permission: a registry tells only when it is
           written
      2. redeploy  render.deploy-hook
         call once; it has no state that could be read back
         as: curl -fsS -X POST "$RENDER_DEPLOY_HOOK"
         [cannot be known before] deploy hook

    What can still happen between the last look and a write
      - image: no compare-and-set: a push between the last look and the write is
        overwritten

    An undo of it would
      - put ghcr.io/acme/api:prod-latest back to sha256:9f8e7d6c5b4a
      - call redeploy again
      - leave ghcr.io/acme/api:rollback-20261122-031500 (backup)

    Proof that is demanded, within 5m 00s
      must    ghcr.io/acme/api:prod-latest says 1a2b3c4 (sha256:1a2b3c4d5e6f)
      must    live_version same commit as 1a2b3c4, 3 in a row
      should  error_rate below 1%

    On failure  it stops and says what stands"
  `)
})

test('shows the command that will run, in two lines at most, and says once that nobody checked it', () => {
  const call = {
    effect: 'redeploy',
    repeat: 'harmless' as const,
    reversal: { how: 'again' as const },
    observable: false,
    manual: [`sh -c 'deploy.sh --image "$IMAGE" ${'and more '.repeat(40)}'`],
  }
  const checks = [{ what: 'your command', how: 'cannot-be-known' as const, note: 'your command, unchecked' }]
  const text = planText(plan({ steps: withStep('redeploy', { uses: 'command.run', call, checks }) }), PLAIN)
  expect(text).toMatch(/ {5}runs: sh -c 'deploy.sh .*\n {7}and more .*…\n {5}\[your command, unchecked\]\n/)
})

test('shows the seal of a plan that goes on to somebody else', () => {
  expect(planText(plan(), PLAIN, {}, { sealed: true })).toMatch(/\n\nSeal {2}sha256:[0-9a-f]{64}$/)
})

test('sets the surfaces as a table where there is room', () => {
  const text = planText(plan(), { ...PLAIN, width: 120 })
  expect(text).toMatch(/TYPE +SURFACE +FROM +TO/)
  expect(text).toMatch(/image tag +ghcr\.io\/acme\/api:prod-latest +sha256:9f8e7d6c5b4a +1a2b3c4 \(sha256:/)
})

test('fits into 80 columns', () => {
  const lines = planText(plan({ reason: 'a long story '.repeat(20) }), PLAIN).split('\n')
  expect(lines.filter((line) => line.length > 80)).toEqual([])
})

test('names what cannot be taken back, and does not promise to restore it', () => {
  const change = plan().steps[0]?.changes[1]
  if (change === undefined) throw new Error('the fixture has changed')
  const text = planText(
    plan({ steps: withStep('image', { changes: [{ ...change, reversible: { no: 'rows are dropped' } }] }) }),
    PLAIN,
  )
  expect(text).toContain(`Point of no return\n  - image: ${TAG}: rows are dropped`)
  expect(text).toMatch(/leave image: \S+ cannot be taken back: rows are\s+dropped/)
  expect(text).not.toContain(`put ${TAG} back`)
})

test('counts a call without a reversal as a point of no return', () => {
  const call = {
    effect: 'redeploy',
    repeat: 'ask' as const,
    reversal: { how: 'none' as const, why: 'mail is sent' },
    observable: false,
    manual: [],
  }
  const text = planText(plan({ steps: withStep('redeploy', { call }) }), PLAIN)
  expect(text).toContain('redeploy: render.deploy-hook: mail is sent')
})

test('says what was left out, and what will be asked', () => {
  const text = planText(
    plan({
      without: [{ step: 'image', why: 'left out by --without' }],
      confirmations: [{ id: 'overwrite', question: { text: 'Overwrite it?', expects: 'yes' } }],
    }),
    PLAIN,
  )
  expect(text).toContain('the result can only be partial\n  - image: left out by --without')
  expect(text).toContain('  - Overwrite it?\n      --answer overwrite=yes\n')
})

test('says when the procedure is meant, its limits, and what its author wants read', () => {
  const notes = Array.from({ length: 60 }, (_, index) => `line ${index}`).join('\n')
  const guide = {
    useWhen: 'the image still exists',
    takes: 300_000,
    maxDowntime: { critical: 300_000, high: 900_000 },
    notes,
    links: ['https://acme.example/board'],
  }
  const text = planText(plan({ limits: { decide: 300_000, verify: 60_000 } }), PLAIN, guide)
  expect(text).toMatch(/^Plan: .*\n {2}Return to .*\n(?:.*\n){1,3} {2}Use when +the image still exists\n/)
  expect(text).toMatch(/Estimate +5m 00s/)
  expect(text).toMatch(/Downtime +critical 5m 00s, high 15m 00s at most/)
  expect(text).toMatch(/Limits +decide 5m 00s, verify 1m 00s/)
  expect(text).toContain('Notes\n  line 0\n')
  expect(text).toContain('  line 39\n  … 20 more lines in the runbook\n')
  expect(text).toContain('Links\n  https://acme.example/board')
})

test('calls a check of a command unchecked, and a dead service unknown', () => {
  const text = planText(
    plan({
      live: { unknown: 'connection refused' },
      steps: withStep('redeploy', { uses: 'command.run', checks: [{ what: 'deploy.sh', how: 'computed' }] }),
    }),
    PLAIN,
  )
  expect(text).toContain('[your command, unchecked] deploy.sh')
  expect(text).toContain('could not be read (connection refused)')
})

test('spells out what could move the cursor or turn the reading around', () => {
  const text = planText(plan({ reason: 'a\u001b[2Jb\u202ec\nd\u009be' }), PLAIN)
  expect(text).toContain(String.raw`a\u{1b}[2Jb\u{202e}c\nd\u{9b}e`)
})
