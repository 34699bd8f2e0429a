import { expect, test } from 'vitest'

import { manualScript } from '../../src/report/manual-script.ts'
import { run } from '../helpers/process.ts'
import { plan, withStep } from './fixtures.ts'

test('is a shell script with the commands of every step, in order', async () => {
  const script = manualScript(plan())
  const { exitCode, stderr } = await run('sh', ['-n'], { input: script })
  expect(stderr).toBe('')
  expect(exitCode).toBe(0)
  expect(commandsOf(script)).toEqual([
    'set -eu',
    'crane copy ghcr.io/acme/api@sha256:9f ghcr.io/acme/api:rollback-20261122-031500',
    'crane copy ghcr.io/acme/api@sha256:1a ghcr.io/acme/api:prod-latest',
    'curl -fsS -X POST "$RENDER_DEPLOY_HOOK"',
  ])
})

test('lets no text of others out of its comment', () => {
  const script = manualScript(
    plan({ service: 'api\nrm -rf /', steps: withStep('image', { skip: 'x\u2028\ry\nrm -rf /' }) }),
  )
  expect(commandsOf(script)).toEqual(['set -eu', 'curl -fsS -X POST "$RENDER_DEPLOY_HOOK"'])
})

function commandsOf(script: string): string[] {
  return script.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
}
