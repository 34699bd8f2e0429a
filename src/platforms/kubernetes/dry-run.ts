import type { Check, Resolution } from '../../core/contract.ts'
import type { ReadDoor } from '../../core/doors.ts'
import { messageOf } from './answer.ts'
import { request } from './cluster.ts'
import type { Revision } from './history.ts'
import type { Deployment } from './objects.ts'
import type { DeploymentOptions } from './options.ts'
import { rollbackPatch } from './patch.ts'
import { canI, deploymentPath, type Place, readDeployment } from './read.ts'
import { templateHash } from './template.ts'

type Refusal = Extract<Resolution<never>, { why: string }>

const TRIES = 4

export const PATCH_HEADERS = { 'content-type': 'application/json-patch+json' }

/** The very patch, with admission and validation, and without an effect. */
export async function dryRun(
  place: Place,
  deployment: Deployment,
  target: Revision,
  options: DeploymentOptions,
  read: ReadDoor,
): Promise<Check | Refusal> {
  let current = deployment
  for (let tried = 1; ; tried++) {
    const response = await request(place.cluster, (asked) => read.http(asked), {
      method: 'PATCH',
      path: `${deploymentPath(place)}?dryRun=All&fieldManager=rollback`,
      headers: PATCH_HEADERS,
      body: rollbackPatch(current, target.replicaSet),
      reads: 'server-dry-run',
    })
    const { status } = response
    if (status < 300)
      return { what: 'dry run', how: 'server', note: 'the API server would accept this change' }
    const why = messageOf(response)
    if (/does not support dry run/i.test(why)) return { what: 'dry run', how: 'cannot-be-known', note: why }
    if (status === 409 || status === 422) {
      const fresh = await readDeployment(place, options, read)
      if (fresh.status === 'present' && isWrittenSince(current, fresh.value) && tried < TRIES) {
        if (templateHash(fresh.value.spec.template) !== templateHash(deployment.spec.template))
          return { kind: 'unknown', why: 'it was changed while we looked', cure: 'plan again' }
        current = fresh.value
        continue
      }
    }
    return refused(status, why, canI(options, 'patch', `deployments.apps/${place.name}`, place.namespace))
  }
}

/** Somebody has written the object, which explains a failed `test` on its resourceVersion. */
export function isWrittenSince(before: Deployment, after: Deployment): boolean {
  return before.metadata.resourceVersion !== after.metadata.resourceVersion
}

/** A refusal of the very change (permission, admission, validation) is a "no"; anything else is not known. */
function refused(status: number, why: string, check: string): Refusal {
  const kind = status >= 400 && status < 500 && ![404, 408, 409, 429].includes(status) ? 'denied' : 'unknown'
  const sentence = `the API server refuses the change (dry run): ${why}`
  return { kind, why: sentence, ...(status === 403 && { cure: `check the permission with: ${check}` }) }
}
