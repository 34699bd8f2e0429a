import { rm } from 'node:fs/promises'

import { BAD, GOOD, openSpace } from '../../e2e/kubernetes/stage.ts'
import { KUBERNETES_PROGRAMS, startKubernetes } from '../../helpers/kubernetes.ts'
import { stopAll, stoppable } from '../../helpers/stoppable.ts'
import type { Scenario, World } from '../world.ts'

/** A Deployment on a real control plane, which writes down every request. */
export const kubernetes: Scenario = {
  name: 'kubernetes',
  needs: KUBERNETES_PROGRAMS,
  uses: ['kubernetes.deployment'],
  cuts: ['effect-done'],
  start: startKubernetesWorld,
}

async function startKubernetesWorld(): Promise<World> {
  const cluster = await startKubernetes({ audit: true })
  const space = await openSpace(cluster)
  const [good, bad] = [`acme/api:${GOOD}`, `acme/api:${BAD}`]
  const path = `/namespaces/${space.namespace}/deployments/api`
  let before = 0
  await space.deploy([good, bad])

  /** By the program itself: what the tests do with kubectl is no part of it. */
  async function patches(): Promise<string[]> {
    const events = await cluster.auditEvents()
    return events
      .filter(
        ({ verb, requestURI, userAgent = '', responseStatus }) =>
          (verb === 'patch' || verb === 'update') &&
          requestURI.includes(path) &&
          !requestURI.includes('dryRun') &&
          !userAgent.startsWith('kubectl') &&
          responseStatus?.code === 200,
      )
      .map(() => 'deployment/api')
  }

  return stoppable(
    {
      cli: space.cli,
      target: GOOD,
      answers: [],
      doubtful: {},
      async startOver() {
        await rm(space.cli.store, { recursive: true, force: true })
        if ((await space.image()) !== bad) await space.deploy([bad])
        before = (await patches()).length
      },
      async state() {
        const image = await space.image()
        await space.runs(image)
        return image
      },
      log: async () => ({ changes: (await patches()).slice(before), calls: [] }),
    },
    () => stopAll([cluster, space]),
  )
}
