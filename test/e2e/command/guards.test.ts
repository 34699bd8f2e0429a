import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'
import { stringify } from 'yaml'

import { type Cli, expectExit, makeCli } from '../helpers/cli.ts'

const look = (...argv: string[]) => ({ command: { argv, stdout: 'text' } })

async function makeShop(
  own: object = {},
): Promise<Cli & { write(file: string, text: string): Promise<void> }> {
  const cli = await makeCli()
  const write = (file: string, text: string) => writeFile(join(cli.folder, file), text)
  await write('version', 'v2')
  await write('migrations', '0')
  await write(
    'rollback.yaml',
    stringify({
      version: 1,
      service: 'shop',
      release: { live: { signal: 'live' } },
      signals: {
        live: look('cat', 'version'),
        migrations: { command: { argv: ['cat', 'migrations'], stdout: 'number' }, unit: 'count' },
      },
      guards: [{ id: 'no-migration', signal: 'migrations', equals: 0, note: 'it would be cut off' }],
      procedures: {
        back: {
          steps: [
            { id: 'put', uses: 'command.run', with: { argv: ['sh', '-c', 'printf ${target} > version'] } },
          ],
          verify: { within: '5s', must: [{ signal: 'live', equals: '${target}' }] },
        },
      },
      ...own,
    }),
  )
  return Object.assign(cli, { write })
}

const versionOf = ({ folder }: Cli): Promise<string> => readFile(join(folder, 'version'), 'utf8')

test('a guard refuses the plan and the run, names what was measured, and is gone past by force with a reason', async () => {
  await using shop = await makeShop()
  await shop.write('migrations', '2')
  const refused = await shop.run(['run', '--target', 'v1', '--yes'])
  expectExit(refused, 20)
  expect(refused.stdout).toContain('the guard "no-migration" does not hold: is 2, wanted 0')
  expect(refused.stdout).toContain('it would be cut off')
  expectExit(await shop.run(['plan']), 20)
  expect(await versionOf(shop)).toBe('v2')

  const forced = await shop.run([
    'run',
    '--target',
    'v1',
    '--yes',
    '--force',
    '--json',
    '--reason',
    'the migration is stuck',
  ])
  expectExit(forced, 0)
  expect(forced.json()['guards']).toEqual([
    {
      guard: 'no-migration',
      condition: 'migrations equals 0',
      verdict: 'fails',
      words: 'is 2, wanted 0',
      forced: true,
    },
  ])
  expect(await versionOf(shop)).toBe('v1')
  // What stood in the way of the run does not stand in the way of taking it back.
  expectExit(await shop.run(['undo', '--yes', '--answer', 'blocked=yes', '--dry-run']), 0)
})

test('what held when the plan was made is asked again: unknown by then, and the run changes nothing', async () => {
  await using shop = await makeShop()
  expectExit(await shop.run(['plan', '--target', 'v1', '--out', 'plan.json']), 0)
  await shop.write('migrations', 'not a number')
  const run = await shop.run(['run', '--plan', 'plan.json', '--yes'])
  expectExit(run, 20)
  expect(run.stdout).toContain('Refused before any change')
  expect(await versionOf(shop)).toBe('v2')
  const report = await shop.run(['show', '--format', 'markdown'])
  expect(report.stdout).toContain('## Guards')
  // It has ended: nobody has to go on with it, and nothing is owned.
  await shop.write('migrations', '0')
  expectExit(await shop.run(['run', '--target', 'v1', '--yes']), 0)
})

test('where everything is there already, guards are not asked', async () => {
  await using shop = await makeShop({
    procedures: {
      back: {
        steps: [
          {
            id: 'put',
            uses: 'command.run',
            with: {
              argv: ['sh', '-c', 'printf ${target} > version'],
              check: { argv: ['grep', '-q', '${target}', 'version'] },
            },
          },
        ],
      },
    },
  })
  await shop.write('version', 'v1')
  await shop.write('migrations', '2')
  const run = await shop.run(['run', '--target', 'v1', '--yes', '--json'])
  expectExit(run, 0)
  expect(run.json()).toMatchObject({ result: 'already', guards: [] })
})

test('what the triggers say is on record before the first change, and holds nobody up', async () => {
  await using shop = await makeShop({
    triggers: [
      { id: 'stuck', signal: 'migrations', above: 3, severity: 'critical' },
      { id: 'down', signal: 'live', failing: { in_a_row: 3 }, severity: 'critical' },
    ],
  })
  const run = await shop.run(['run', '--target', 'v1', '--yes', '--json'])
  expectExit(run, 0)
  expect(run.json()['decision']).toMatchObject({
    verdict: 'hold',
    triggers: [
      { id: 'stuck', judged: 'fails', words: 'is 0, not above 3' },
      { id: 'down', judged: 'fails' },
    ],
  })
  const report = await shop.run(['show'])
  expect(report.stdout).toContain('the triggers say: hold')
})
