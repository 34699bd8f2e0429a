import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'
import { stringify } from 'yaml'

import { startSentry } from '../../helpers/sentry.ts'
import { expectExit, makeCli } from '../helpers/cli.ts'

test('a verdict from what Sentry has: errors over time, and new issues; its token is shown nowhere', async () => {
  await using sentry = await startSentry()
  await using cli = await makeCli()
  const api = { url: sentry.url, organization: 'acme', project: 'api', token: '${secrets.token}' }
  await writeFile(
    join(cli.folder, 'rollback.yaml'),
    stringify({
      version: 1,
      service: 'shop',
      secrets: { token: { env: 'SENTRY_TOKEN' } },
      signals: {
        errors: {
          sentry: { ...api, events: 'level:error', within: '${window}' },
          window: '1m',
          baseline: { offset: '1d', floor: 10 },
        },
        fresh: { sentry: { ...api, issues: 'is:unresolved firstRelease:latest', within: '1h' } },
      },
      triggers: [
        {
          id: 'errors',
          signal: 'errors',
          above: { times: 5, of: 'baseline' },
          for: '10m',
          severity: 'critical',
        },
        { id: 'fresh', signal: 'fresh', at_least: 3, severity: 'medium' },
      ],
      procedures: { none: { steps: [{ id: 'a', uses: 'command.run', with: { argv: ['true'] } }] } },
    }),
  )
  const check = (token = sentry.token) => cli.run(['check', '--json'], { env: { SENTRY_TOKEN: token } })

  expectExit(await check(), 0)
  sentry.issues = ['1', '2', '3']
  expectExit(await check(), 11)
  const since = Date.now() / 1000 - 900
  sentry.errors = (second) => (second > since ? 1 : 0)
  const burning = await check()
  expectExit(burning, 10)
  expect(burning.json()['triggers'][0].words).toBe('is 60, above 5 × baseline (50), for 10m 00s of 10m 00s')
  const refused = await check('sntrys_of_somebody_else')
  expectExit(refused, 12)
  expect(refused.json()['triggers'][0].words).toContain('HTTP 401: it refuses the token')
  expect(burning.output + refused.output).not.toContain('sntrys')
})
