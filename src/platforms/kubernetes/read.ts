import { z } from 'zod'

import type { Surface } from '../../core/contract.ts'
import type { ReadDoor, ReadClaim } from '../../core/doors.ts'
import { Problem } from '../../core/problem.ts'
import { type Answer, answerOf } from './answer.ts'
import { type Cluster, kubectl, request } from './cluster.ts'
import { type Revision, revisionsOf } from './history.ts'
import { type Deployment, deploymentObject, replicaSetList } from './objects.ts'
import type { DeploymentOptions } from './options.ts'

/** One Deployment's place. */
export interface Place {
  cluster: Cluster
  namespace: string
  name: string
}

export function surfaceOf({ cluster, namespace, name }: Place): Surface {
  return surfaceNamed(cluster.id, namespace, name)
}

export function surfaceNamed(cluster: string, namespace: string, name: string): Surface {
  return { id: `kubernetes:${cluster}/${namespace}/deployment/${name}`, kind: 'version', type: 'Deployment' }
}

/** The namespace and name in a surface's id. */
export function partsOf(surface: Surface): { namespace: string; name: string } {
  const [namespace, , name] = surface.id.split('/').slice(-3)
  return { namespace: namespace ?? '', name: name ?? '' }
}

/** The surface's place; refuses when the kubeconfig by now leads to another cluster. */
export function placeOf(cluster: Cluster, surface: Surface): Place {
  const place = { cluster, ...partsOf(surface) }
  if (surfaceOf(place).id === surface.id) return place
  throw new Problem({
    code: 'kubernetes-other-cluster',
    message: 'The kubeconfig leads to another cluster than the plan was made for',
    found: `${cluster.id} instead of ${surface.id}`,
    cure: 'switch back, or set `context:` in the runbook',
  })
}

export function deploymentPath({ namespace, name }: Place): string {
  return `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`
}

export function readDeployment(
  place: Place,
  options: DeploymentOptions,
  read: ReadDoor,
): Promise<Answer<Deployment>> {
  const { namespace, name } = place
  return answerOf(
    request(place.cluster, (asked) => read.http(asked), { method: 'GET', path: deploymentPath(place) }),
    deploymentObject,
    canI(options, 'get', `deployments.apps/${name}`, namespace),
  )
}

/** What the Deployment can return to, newest first. */
export async function readRevisions(
  place: Place,
  deployment: Deployment,
  options: DeploymentOptions,
  read: ReadDoor,
): Promise<Answer<Revision[]>> {
  const selector = encodeURIComponent(selectorText(deployment.spec.selector))
  const path = `/apis/apps/v1/namespaces/${place.namespace}/replicasets?labelSelector=${selector}`
  const answer = await answerOf(
    request(place.cluster, (asked) => read.http(asked), { method: 'GET', path }),
    replicaSetList,
    canI(options, 'list', 'replicasets.apps', place.namespace),
  )
  if (answer.status !== 'present') return answer
  return { status: 'present', value: revisionsOf(deployment, answer.value.items) }
}

const reviewAnswer = z.object({
  status: z.object({ allowed: z.boolean(), reason: z.string().default('') }),
})

/** May we patch it? The server answers without doing anything. */
export function reviewPatch(
  place: Place,
  options: DeploymentOptions,
  read: ReadDoor,
): Promise<Answer<z.output<typeof reviewAnswer>>> {
  const { namespace, name } = place
  const resourceAttributes = { namespace, name, verb: 'patch', group: 'apps', resource: 'deployments' }
  const kind = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview' }
  return answerOf(
    request(place.cluster, (asked) => read.http(asked), {
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...kind, spec: { resourceAttributes } }),
      reads: 'access-review' satisfies ReadClaim,
    }),
    reviewAnswer,
    canI(options, 'patch', `deployments.apps/${name}`, namespace),
  )
}

export function canI(options: DeploymentOptions, verb: string, resource: string, namespace: string): string {
  return kubectl(options, 'auth', 'can-i', verb, resource, '-n', namespace)
}

function selectorText({ matchLabels, matchExpressions }: Deployment['spec']['selector']): string {
  const equal = Object.entries(matchLabels).map(([label, value]) => `${label}=${value}`)
  const others = matchExpressions.map(({ key, operator, values }) => {
    if (operator === 'Exists') return key
    if (operator === 'DoesNotExist') return `!${key}`
    return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`
  })
  return [...equal, ...others].join(',')
}
