import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'
import { stringify } from 'yaml'

import { startDatadog } from '../../helpers/datadog.ts'
import { expectExit, makeCli } from '../helpers/cli.ts'

test('a verdict from what Datadog has: its metrics over time, and a monitor; its keys are shown nowhere', async () => {
  await using datadog = await startDatadog()
  await using cli = await makeCli()
  const keys = { api_key: '${secrets.api}', app_key: '${secrets.app}', url: datadog.url }
  const query = 'sum:trace.http.request.errors{service:shop}.as_count().rollup(sum, ${window})'
  await writeFile(
    join(cli.folder, 'rollback.yaml'),
    stringify({
      version: 1,
      service: 'shop',
      secrets: { api: { env: 'DD_API_KEY' }, app: { env: 'DD_APP_KEY' } },
      signals: {
        errors: { datadog: { query, ...keys }, window: '1m', unit: 'count' },
        monitor: { datadog: { monitor: 4711, ...keys } },
      },
      triggers: [
        { id: 'errors', signal: 'errors', above: 100, for: '10m', severity: 'critical' },
        { id: 'monitor', signal: 'monitor', failing: true, severity: 'medium' },
      ],
      procedures: { none: { steps: [{ id: 'a', uses: 'command.run', with: { argv: ['true'] } }] } },
    }),
  )
  const check = (app = datadog.keys.app) =>
    cli.run(['check', '--json'], { env: { DD_API_KEY: datadog.keys.api, DD_APP_KEY: app } })
  const state = (overall_state: string) => datadog.monitors.set('4711', { id: 4711, overall_state })

  state('OK')
  expectExit(await check(), 0)
  state('Alert')
  expectExit(await check(), 11)
  const since = Date.now() / 1000 - 900
  datadog.metrics = [{ scope: '*', perSecond: (when) => (when > since ? 3 : 0) }]
  const burning = await check()
  expectExit(burning, 10)
  expect(burning.json()['triggers'][0].words).toBe('is 180, above 100, for 10m 00s of 10m 00s')
  const refused = await check('dd-app-of-somebody-else')
  expectExit(refused, 12)
  expect(refused.json()['triggers'][0].words).toContain('HTTP 403: it refuses the keys')
  const shown = burning.output + refused.output
  for (const secret of [...Object.values(datadog.keys), 'dd-app-of-somebody-else'])
    expect(shown).not.toContain(secret)
})

test('a monitor says only how it is now: it is sampled, and its silence is not one of the time before', async () => {
  await using datadog = await startDatadog()
  await using cli = await makeCli()
  const { api: api_key, app: app_key } = datadog.keys
  await writeFile(
    join(cli.folder, 'rollback.yaml'),
    stringify({
      version: 1,
      service: 'shop',
      signals: {
        monitor: { datadog: { monitor: 4711, api_key, app_key, url: datadog.url }, every: '100ms' },
      },
      triggers: [
        { id: 'alert', signal: 'monitor', failing_for: '500ms', severity: 'critical' },
        { id: 'silent', signal: 'monitor', absent_for: '10m', severity: 'critical' },
      ],
      procedures: { none: { steps: [{ id: 'a', uses: 'command.run', with: { argv: ['true'] } }] } },
    }),
  )
  datadog.monitors.set('4711', { id: 4711, overall_state: 'No Data' })
  const check = async (...more: string[]) => (await cli.run(['check', '--json', ...more])).json()
  expect(await check()).toMatchObject({ exit: 12, verdict: 'unknown' })
  datadog.monitors.set('4711', { id: 4711, overall_state: 'Alert' })
  expect(await check('--sample', '30s')).toMatchObject({ exit: 10, verdict: 'rollback' })
})
