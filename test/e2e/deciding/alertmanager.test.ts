import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'
import { stringify } from 'yaml'

import { tempFolder } from '../../helpers/folder.ts'
import { describeWith } from '../../helpers/need.ts'
import { freePort, poll, startDaemon } from '../../helpers/process.ts'
import { stopAll, stoppable } from '../../helpers/stoppable.ts'
import { expectExit, makeCli } from '../helpers/cli.ts'

async function startAlertmanager() {
  const folder = await tempFolder('alertmanager')
  const config = join(folder.path, 'alertmanager.yml')
  await writeFile(config, 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n')
  const url = `http://127.0.0.1:${await freePort()}`
  const program = await startDaemon(
    'prometheus-alertmanager',
    [
      `--config.file=${config}`,
      `--storage.path=${join(folder.path, 'data')}`,
      `--web.listen-address=${url.slice('http://'.length)}`,
      '--cluster.listen-address=',
    ],
    { ready: async () => (await fetch(`${url}/-/ready`)).ok, stopSignal: 'SIGKILL' },
  )
  const post = async (path: string, body: object): Promise<void> => {
    const headers = { 'content-type': 'application/json' }
    const sent = await fetch(`${url}/api/v2/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    if (!sent.ok) throw new Error(`${path}: ${sent.status} ${await sent.text()}`)
  }
  return stoppable({ url, post }, () => stopAll([program, folder]))
}

describeWith(['prometheus-alertmanager'], 'a verdict from a real Alertmanager', () => {
  test('firing: roll back; another alert, or silenced: hold; a matcher that is none: unknown', async () => {
    await using manager = await startAlertmanager()
    await using cli = await makeCli()
    const write = (filter: string): Promise<void> =>
      writeFile(
        join(cli.folder, 'rollback.yaml'),
        stringify({
          version: 1,
          service: 'shop',
          signals: { firing: { alertmanager: { url: manager.url, filter: [filter] }, unit: 'count' } },
          triggers: [{ id: 'alerts', signal: 'firing', at_least: 1, severity: 'critical' }],
          procedures: { none: { steps: [{ id: 'a', uses: 'command.run', with: { argv: ['true'] } }] } },
        }),
      )
    const check = async () => cli.run(['check', '--json'])
    await write('alertname="HighErrorRate"')
    expectExit(await check(), 0)
    await manager.post('alerts', [{ labels: { alertname: 'Other' } }])
    expectExit(await check(), 0)
    await manager.post('alerts', [{ labels: { alertname: 'HighErrorRate' } }])
    await poll(async () => (await check()).exitCode === 10, 20_000)
    const firing = await check()
    expectExit(firing, 10)
    expect(firing.json()['triggers'][0].words).toBe('is 1, at least 1')
    await manager.post('silences', {
      matchers: [{ name: 'alertname', value: 'HighErrorRate', isRegex: false, isEqual: true }],
      startsAt: new Date().toISOString(),
      endsAt: new Date(Date.now() + 3_600_000).toISOString(),
      createdBy: 'ana',
      comment: 'known',
    })
    await poll(async () => (await check()).exitCode === 0, 20_000)
    expectExit(await check(), 0)
    await write('alertname~~"x"')
    const wrong = await check()
    expectExit(wrong, 12)
    expect(wrong.json()['triggers'][0].words).toContain('HTTP 400')
  })
})
