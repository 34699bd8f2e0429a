import { REGISTRY_PROGRAMS } from '../../helpers/registry.ts'
import { stoppable } from '../../helpers/stoppable.ts'
import { GOOD, REPOSITORY, startStage, TAG } from '../../e2e/registry/stage.ts'
import type { Scenario, World } from '../world.ts'

/** A tag with a backup, and the deploy hook of a platform that pulls it. */
export const registry: Scenario = {
  name: 'registry',
  needs: REGISTRY_PROGRAMS,
  uses: ['registry.retag', 'render.deploy-hook'],
  // The first is the backup, which stays.
  cuts: ['effect-done:2'],
  start: startRegistryWorld,
}

async function startRegistryWorld(): Promise<World> {
  const stage = await startStage()
  // Named by the run, not by the second: two runs within one would share a backup.
  const image = { repository: stage.repository, tag: TAG, to: '${target.sha}', backup: 'rollback-${run.id}' }
  await stage.runbook({ image: { with: image } })
  let hooks = 0
  return stoppable(
    {
      cli: stage.cli,
      target: GOOD,
      answers: [],
      doubtful: {},
      async startOver() {
        await stage.startOver()
        hooks = stage.service.hookCalls.length
      },
      state: async () => ({ tag: await stage.digest(), service: await stage.serves() }),
      async log() {
        const written = stage.registry.writes().filter(({ status }) => status === 201)
        const tag = (path: string): string => path.replace(`/v2/${REPOSITORY}/manifests/`, '')
        return {
          changes: written.map(({ path }) => tag(path).replace(/^rollback-.*/, 'backup')),
          calls: stage.service.hookCalls.slice(hooks).map(() => 'redeploy'),
        }
      },
    },
    () => stage.stop(),
  )
}
