import type { World } from '../world.ts'
import { commandRun } from './command-run.ts'
import { commandSet } from './command-set.ts'
import { httpRequest } from './http-request.ts'
import { kubernetesDeployment } from './kubernetes-deployment.ts'
import { personConfirm } from './person-confirm.ts'
import { registryRetag } from './registry-retag.ts'
import { renderDeployHook } from './render-deploy-hook.ts'

/** One for every action of the registry, by the name that runbooks use. */
export const worlds = {
  'command.run': commandRun,
  'command.set': commandSet,
  'http.request': httpRequest,
  'kubernetes.deployment': kubernetesDeployment,
  'person.confirm': personConfirm,
  'registry.retag': registryRetag,
  'render.deploy-hook': renderDeployHook,
} satisfies Record<string, World>
