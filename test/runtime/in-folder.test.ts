import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { folderOf, inFolderOf } from '../../src/runtime/in-folder.ts'
import { openSession } from '../../src/runtime/session.ts'
import { tempFolder } from '../helpers/folder.ts'

test.each([
  ['/srv/app/rollback.yaml', '/srv/app'],
  ['/srv/app/runbooks/api.yaml', '/srv/app'],
  ['/srv/app/.rollback/api.yaml', '/srv/app'],
  ['/srv/app/deploy/rollback.yaml', '/srv/app'],
  ['/srv/app/other/rollback.yaml', '/srv/app/other'],
])('the runbook %s belongs to %s', (runbook, folder) => {
  expect(folderOf(runbook)).toBe(folder)
})

test('scripts, secrets and what was measured into a file are found from wherever the command is typed', async () => {
  await using here = await tempFolder('in-folder')
  await mkdir(join(here.path, 'runbooks'))
  await writeFile(join(here.path, 'token'), 'of the team\n')
  const session = openSession({ storeFolder: join(here.path, 'store') })
  const inside = inFolderOf(join(here.path, 'runbooks', 'api.yaml'), session)
  expect((await inside.read.look({ argv: ['cat', 'token'] })).stdout).toBe('of the team\n')
  expect((await inside.write.execute({ argv: ['pwd'], cwd: 'runbooks' })).stdout.trim()).toBe(
    join(here.path, 'runbooks'),
  )
  expect(await inside.secretsOf({ t: { file: 'token' } }).value('t')).toBe('of the team')
  expect(await inside.read.written('token')).toBeGreaterThan(0)
  await session.close()
})

test('a plan from a machine with other folders works where it is carried out', () => {
  const session = openSession()
  expect(inFolderOf('/no/such/folder/rollback.yaml', session)).toBe(session)
})
