import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { describeWith } from '../../helpers/need.ts'
import { poll, run } from '../../helpers/process.ts'
import { REGISTRY_PROGRAMS } from '../../helpers/registry.ts'
import { expectExit } from '../helpers/cli.ts'
import { BAD, GOOD, type Stage, startStage } from './stage.ts'

describeWith([...REGISTRY_PROGRAMS, 'curl', 'sh'], 'the commands that a person would type instead', () => {
  test.concurrent.each(['image', 'index'] as const)('lead to the same state, image: %s', async (kind) => {
    await using stage = await startStage({ kind })
    const plan = await stage.cli.run(['plan', '--target', GOOD, '--manual'])
    expectExit(plan, 0)
    expect(plan.stdout).toContain('"$PROD_DEPLOY_HOOK"')
    await typed(stage, plan.stdout)

    expect(await poll(async () => (await stage.serves()).commit === GOOD, 5000)).toBe(true)
    expect(await stage.serves()).toEqual({ commit: GOOD, ok: true })
    expect(await stage.digest()).toBe(stage.good)
    const [backup = ''] = await stage.backups()
    expect(await stage.digest(backup)).toBe(stage.bad)
    expect(stage.service.hookCalls).toHaveLength(1)
    // The tool agrees with what was done by hand.
    const after = await stage.cli.run(['run', '--target', GOOD, '--yes', '--json'])
    expectExit(after, 0)
    expect(after.json()).toMatchObject({ result: 'already' })
  })

  test.concurrent('bring back what was there before a run', async () => {
    await using stage = await startStage()
    expectExit(await stage.cli.run(['run', '--target', GOOD, '--yes']), 0)
    const undo = await stage.cli.run(['undo', '--manual'])
    expectExit(undo, 0)
    await typed(stage, undo.stdout)
    expect(await poll(async () => (await stage.serves()).commit === BAD, 5000)).toBe(true)
    expect(await stage.digest()).toBe(stage.bad)
  })
})

/** Runs the script as it was printed, with the secrets set as its first lines ask. */
async function typed({ cli, service }: Stage, script: string): Promise<void> {
  const file = join(cli.folder, 'by-hand.sh')
  await writeFile(file, script)
  const env = { ...cli.env, PROD_DEPLOY_HOOK: service.hookUrl }
  const { exitCode, stdout, stderr } = await run('sh', [file], { cwd: cli.folder, env })
  if (exitCode !== 0) throw new Error(`the script ended with ${exitCode}:\n${script}\n${stdout}${stderr}`)
}
