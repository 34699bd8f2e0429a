import type { Candidate } from '../../core/release.ts'
import type { Reading, Seen, SetAction, Surface } from '../../core/contract.ts'
import type { ReadDoor } from '../../core/doors.ts'
import { Problem } from '../../core/problem.ts'
import { unknownFrom } from './answer.ts'
import { applyDeployment } from './apply.ts'
import { type Cluster, kubectl, openCluster } from './cluster.ts'
import { followDeployment } from './follow.ts'
import { type Revision, versionImage } from './history.ts'
import { parseImage, releaseOfImage } from './image.ts'
import { seenOf } from './live.ts'
import { type DeploymentOptions, deploymentOptions, namesOf } from './options.ts'
import { ownerOf } from './owner.ts'
import {
  partsOf,
  type Place,
  placeOf,
  readDeployment,
  readRevisions,
  surfaceNamed,
  surfaceOf,
} from './read.ts'
import { resolveDeployment } from './resolve.ts'
import { rolloutProgress } from './rollout.ts'
import { type DeploymentState, deploymentState } from './state.ts'
import { templateHash } from './template.ts'

const CHANGE_CAUSE = 'kubernetes.io/change-cause'

/** `kubectl rollout undo`, by what a version is called: a commit, a tag, a revision. */
export const deployment: SetAction<DeploymentOptions, DeploymentState> = {
  kind: 'set',
  summary: 'Return Deployments to an earlier revision, found by commit, image tag, digest or revision number',
  options: deploymentOptions,
  state: deploymentState,
  facts: { compareAndSet: "a JSON Patch that tests the Deployment's resourceVersion" },
  surfaces,
  versions,
  resolve: resolveDeployment,
  apply: applyDeployment,
  observe,
  follow,
  same: (a, b) => a.templateHash === b.templateHash,
  digests: ({ images }) => Object.values(images).flatMap((image) => parseImage(image).digest ?? []),
  progress: rolloutProgress,
  manual,
}

async function surfaces(options: DeploymentOptions, read: ReadDoor): Promise<Reading<DeploymentState>[]> {
  const names = namesOf(options)
  try {
    const cluster = await openCluster(options, read)
    const namespace = cluster.namespace
    return await Promise.all(names.map((name) => readingOf({ cluster, namespace, name }, options, read)))
  } catch (error) {
    // Without a usable kubeconfig nobody knows which cluster it is; the readings say so, and refuse the run.
    const cluster = options.cluster ?? options.context ?? 'unknown'
    const seen = unknownFrom(error)
    const namespace = options.namespace ?? 'default'
    return names.map((name) => ({ surface: surfaceNamed(cluster, namespace, name), seen }))
  }
}

async function readingOf(
  place: Place,
  options: DeploymentOptions,
  read: ReadDoor,
): Promise<Reading<DeploymentState>> {
  const answer = await readDeployment(place, options, read)
  const reading = { surface: surfaceOf(place), seen: seenOf(answer, options, read.now()) }
  // A rollout under way is not `busy`: the usual incident is a broken rollout that would go on for ten minutes.
  return answer.status === 'present' ? { ...reading, ownedBy: ownerOf(answer.value) } : reading
}

async function versions(options: DeploymentOptions, surface: Surface, read: ReadDoor): Promise<Candidate[]> {
  const place = placeOf(await openCluster(options, read), surface)
  const answer = await readDeployment(place, options, read)
  if (answer.status === 'absent') return []
  if (answer.status !== 'present') throw unreadable(place, answer)
  const history = await readRevisions(place, answer.value, options, read)
  if (history.status !== 'present') throw unreadable(place, history)
  const live = templateHash(answer.value.spec.template)
  return history.value.map((revision) => candidateOf(revision, live, options.container))
}

function candidateOf(
  { revision, replicaSet, templateHash }: Revision,
  live: string,
  container: string | undefined,
): Candidate {
  const { annotations, creationTimestamp } = replicaSet.metadata
  const image = versionImage(replicaSet.spec.template, container) ?? ''
  const cause = annotations[CHANGE_CAUSE]
  return {
    release: releaseOfImage(image),
    when: creationTimestamp,
    names: [`revision:${revision}`],
    why: [`revision ${revision}`, `image ${image}`, cause].filter((part) => part !== undefined).join(', '),
    live: templateHash === live,
  }
}

async function observe(
  options: DeploymentOptions,
  surface: Surface,
  read: ReadDoor,
): Promise<Seen<DeploymentState>> {
  try {
    const place = placeOf(await openCluster(options, read), surface)
    return seenOf(await readDeployment(place, options, read), options, read.now())
  } catch (error) {
    return unknownFrom(error)
  }
}

async function* follow(
  options: DeploymentOptions,
  surface: Surface,
  read: ReadDoor,
  signal: AbortSignal,
): AsyncGenerator<Seen<DeploymentState>> {
  const cluster: Cluster = await openCluster(options, read)
  yield* followDeployment(placeOf(cluster, surface), options, read, signal)
}

function manual(
  options: DeploymentOptions,
  { surface, to }: { surface: Surface; to: DeploymentState | null },
): string[] {
  const { namespace, name } = partsOf(surface)
  const where = [`deployment/${name}`, '-n', namespace]
  const revision = to === null ? [] : [`--to-revision=${to.revision}`]
  return [
    kubectl(options, 'rollout', 'undo', ...where, ...revision),
    kubectl(options, 'rollout', 'status', ...where),
  ]
}

function unreadable({ name }: Place, answer: { why: string; cure?: string | undefined }): Problem {
  return new Problem({
    code: 'kubernetes-unreadable',
    message: `Cannot read the revisions of Deployment "${name}"`,
    found: answer.why,
    cure: answer.cure,
  })
}
