import type { Check, Reading, Resolution, Wanted } from '../../core/contract.ts'
import type { ReadDoor } from '../../core/doors.ts'
import { isRelease, looksLikeSha, type Release, releaseName } from '../../core/release.ts'
import { unknownFrom } from './answer.ts'
import { kubectl, openCluster } from './cluster.ts'
import { templateDiff } from './diff.ts'
import { dryRun } from './dry-run.ts'
import { findRelease, findTemplate, type Revision, revisionLabel } from './history.ts'
import { stateOf } from './live.ts'
import type { Deployment } from './objects.ts'
import type { DeploymentOptions } from './options.ts'
import { canI, type Place, placeOf, readDeployment, readRevisions, reviewPatch } from './read.ts'
import type { DeploymentState } from './state.ts'
import { templateHash } from './template.ts'

type Found = Resolution<DeploymentState>
type Refusal = Extract<Found, { why: string }>

/** What the wanted version is called here, and whether the server would let us go to it. */
export async function resolveDeployment(
  options: DeploymentOptions,
  reading: Reading<DeploymentState>,
  wanted: Wanted<DeploymentState>,
  read: ReadDoor,
): Promise<Found> {
  const { surface, seen } = reading
  if ('state' in wanted && wanted.state === null)
    return refusal('unknown', 'this would delete the Deployment, which is never done here')
  if (seen.status === 'denied' || seen.status === 'unknown') return refusal(seen.status, seen.why, seen.cure)
  try {
    const place = placeOf(await openCluster(options, read), surface)
    return await resolveAt(place, options, reading, wanted, read)
  } catch (error) {
    const { status, why, cure } = unknownFrom(error)
    return refusal(status, why, cure)
  }
}

async function resolveAt(
  place: Place,
  options: DeploymentOptions,
  { seen }: Reading<DeploymentState>,
  wanted: Wanted<DeploymentState>,
  read: ReadDoor,
): Promise<Found> {
  const [answer, review] = await Promise.all([
    readDeployment(place, options, read),
    reviewPatch(place, options, read),
  ])
  if (answer.status === 'absent')
    return refusal('missing', `there is no Deployment "${place.name}" in namespace "${place.namespace}"`)
  if (answer.status !== 'present') return refusal(answer.status, answer.why, answer.cure)
  const deployment = answer.value
  const live = templateHash(deployment.spec.template)
  if (seen.status === 'present' && seen.state.templateHash !== live)
    return refusal('unknown', 'it was changed while we looked', 'plan again')

  if (deployment.spec.paused) return paused(place, options)
  const history = await readRevisions(place, deployment, options, read)
  if (history.status !== 'present') {
    if (history.status === 'absent') return refusal('unknown', history.why)
    return refusal(history.status, history.why, history.cure)
  }
  const target = findTarget(history.value, options, wanted)
  if (target?.templateHash === live || wantsLive(wanted, live))
    return { kind: 'already', checks: [{ what: 'pod template', how: 'computed', note: 'is the live one' }] }
  if (target === undefined) return missing(place, options, wanted, deployment, history.value)
  if (review.status === 'present' && !review.value.status.allowed)
    return refusal(
      'denied',
      `we may not patch Deployment "${place.name}" in namespace "${place.namespace}"${reason(review.value.status.reason)}`,
      `ask for the permission; check it with: ${canI(options, 'patch', `deployments.apps/${place.name}`, place.namespace)}`,
    )
  const tried = await dryRun(place, deployment, target, options, read)
  if ('kind' in tried) return tried
  return {
    kind: 'change',
    to: stateOf(target.revision, target.replicaSet.spec.template),
    toLabel: revisionLabel(target.revision, target.replicaSet.spec.template, options.container),
    reversible: reversibility(deployment, history.value, live),
    checks: [
      permissionCheck(review.status === 'present'),
      { what: 'target revision exists', how: 'server', note: target.replicaSet.metadata.name },
      tried,
    ],
    details: templateDiff(deployment.spec.template, target.replicaSet.spec.template),
  }
}

function findTarget(
  revisions: readonly Revision[],
  options: DeploymentOptions,
  wanted: Wanted<DeploymentState>,
): Revision | undefined {
  if ('state' in wanted)
    return wanted.state === null ? undefined : findTemplate(revisions, wanted.state.templateHash)
  return findRelease(revisions, askedRelease(options, wanted.release), options.container)
}

/** The runbook's `to` names the version in this cluster's words; else it is what was asked for. */
function askedRelease({ to }: DeploymentOptions, release: Release): Release {
  if (to === undefined) return release
  if (typeof to !== 'string') return { given: `revision:${to.revision}` }
  if (isRelease(to, release)) return release
  return { given: to, ...(looksLikeSha(to) ? { sha: to } : {}) }
}

/** A recorded state may be live again although its ReplicaSet was not numbered yet. */
function wantsLive(wanted: Wanted<DeploymentState>, live: string): boolean {
  return 'state' in wanted && wanted.state?.templateHash === live
}

function paused({ namespace, name }: Place, options: DeploymentOptions): Refusal {
  return refusal('denied', pausedWords(name), `resume it first: ${resumeCommand(options, namespace, name)}`)
}

export function pausedWords(name: string): string {
  return `Deployment "${name}" is paused, so a rollback would not start`
}

export function resumeCommand(options: DeploymentOptions, namespace: string, name: string): string {
  return kubectl(options, 'rollout', 'resume', `deployment/${name}`, '-n', namespace)
}

function missing(
  { namespace, name }: Place,
  options: DeploymentOptions,
  wanted: Wanted<DeploymentState>,
  { spec }: Deployment,
  revisions: readonly Revision[],
): Refusal {
  const what =
    'state' in wanted
      ? `the template of revision ${wanted.state?.revision} is`
      : `${releaseName(askedRelease(options, wanted.release))} is`
  const kept = revisions
    .slice(0, 12)
    .map(({ revision, replicaSet }) => revisionLabel(revision, replicaSet.spec.template, options.container))
  return refusal(
    'missing',
    `${what} in none of the revisions that Deployment "${name}" keeps: ${kept.join('; ') || 'none'} (revisionHistoryLimit ${spec.revisionHistoryLimit})`,
    `see ${kubectl(options, 'rollout', 'history', `deployment/${name}`, '-n', namespace)}; what was pruned has to be deployed again`,
  )
}

/** The way back is the live template's own ReplicaSet: is it there, and will it be kept? */
function reversibility(
  deployment: Deployment,
  revisions: readonly Revision[],
  live: string,
): true | { no: string } {
  if (findTemplate(revisions, live) === undefined)
    return { no: 'the live template has no ReplicaSet yet that could be returned to' }
  if (deployment.spec.revisionHistoryLimit === 0)
    return { no: 'revisionHistoryLimit is 0: the cluster keeps no former revision' }
  return true
}

function permissionCheck(asked: boolean): Check {
  return asked
    ? { what: 'write permission', how: 'server', note: 'patch deployments.apps' }
    : { what: 'write permission', how: 'server', note: 'by the dry run; the access review gave no answer' }
}

function reason(text: string): string {
  return text === '' ? '' : `: ${text}`
}

function refusal(kind: Refusal['kind'], why: string, cure?: string): Refusal {
  return { kind, why, cure }
}
