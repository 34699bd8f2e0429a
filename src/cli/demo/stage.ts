import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { buildImage } from './image.ts'
import { startRegistry } from './registry.ts'
import { demoRunbook } from './runbook.ts'
import { type DemoService, startService } from './service.ts'

// What the demo plays on: a registry with two versions, a service that runs the bad one, a runbook.

export const GOOD = '4f9d2c81b7e6a05d3c19f8e2b4a7d60c5e31f92a'
export const BAD = 'b81e07a6d25f3c9480a1e6b7f4c2d93508ea176c'

/** From the hook's answer to the new version being live, in milliseconds. */
const DEPLOY_TIME = 1000

export interface Stage {
  /** Everything on disk is in it. */
  folder: string
  runbook: { path: string; text: string }
  storeFolder: string
  service: DemoService
  /** Stops the servers; the folder goes too, unless it is to be kept. */
  close(options: { keep: boolean }): Promise<void>
}

export async function openStage(): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'rollback-demo-'))
  const registry = await startRegistry('acme/api')
  registry.publish(buildImage(GOOD), GOOD)
  registry.publish(buildImage(BAD), BAD, 'production')
  const service = await startService(
    { image: `${registry.repository}:production`, broken: [BAD], delay: DEPLOY_TIME },
    randomBytes(12).toString('hex'),
  )
  await service.deploy()

  const hookFile = join(folder, 'deploy-hook')
  const path = join(folder, 'rollback.yaml')
  const text = demoRunbook({ url: service.url, repository: registry.repository, hookFile })
  await writeFile(hookFile, `${service.hook}\n`, { mode: 0o600 })
  await writeFile(path, text)
  return {
    folder,
    runbook: { path, text },
    storeFolder: join(folder, 'store'),
    service,
    close: async ({ keep }) => {
      await service.close()
      await registry.close()
      if (!keep) await rm(folder, { recursive: true, force: true })
    },
  }
}
