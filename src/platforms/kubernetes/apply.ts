import type { Change, Receipt } from '../../core/contract.ts'
import type { HttpResponse, WriteDoor } from '../../core/doors.ts'
import { EffectFailure, type EffectFailureDetails, Problem, sentenceOf } from '../../core/problem.ts'
import { NetworkError } from '../../io/network-error.ts'
import { retryAfter } from '../../io/retry-after.ts'
import { type Answer, jsonOf, messageOf } from './answer.ts'
import { openCluster, request } from './cluster.ts'
import { isWrittenSince, PATCH_HEADERS } from './dry-run.ts'
import { findTemplate, type Revision } from './history.ts'
import { type Deployment, deploymentObject } from './objects.ts'
import type { DeploymentOptions } from './options.ts'
import { rollbackPatch } from './patch.ts'
import { canI, deploymentPath, type Place, placeOf, readDeployment, readRevisions } from './read.ts'
import { pausedWords, resumeCommand } from './resolve.ts'
import type { DeploymentState } from './state.ts'
import { templateHash } from './template.ts'

/** A broken rollout writes its status often; every write costs one more try. */
const TRIES = 10
const PAUSE = 40

const MAY_BE_MADE = 'it may have been made all the same: look at the Deployment before trying again'
const UNREACHABLE = 'check the cluster and the VPN; nothing was changed'

/** Puts the template of `to` in place of that of `from`, as `kubectl rollout undo --to-revision` does. */
export async function applyDeployment(
  options: DeploymentOptions,
  { surface, from, to }: Change<DeploymentState>,
  write: WriteDoor,
): Promise<Receipt> {
  if (from === null || to === null)
    throw notApplied('unsupported', 'A Deployment is only ever changed here, never made or deleted')
  const place = await orNotApplied(async () => placeOf(await openCluster(options, write), surface))
  let target: Revision | undefined
  let before: Deployment | undefined
  for (let tried = 1; ; tried++) {
    const deployment = readable(await readDeployment(place, options, write), place)
    if (deployment.spec.paused)
      throw notApplied('paused', pausedWords(place.name), {
        cure: `resume it first: ${resumeCommand(options, place.namespace, place.name)}`,
      })
    const live = templateHash(deployment.spec.template)
    if (live === to.templateHash) return receiptOf(deployment, write.now(), write.now(), true)
    if (live !== from.templateHash) throw stale(place, from, deployment)
    target ??= await findRevision(place, deployment, to, options, write)
    const response = await send(place, deployment, target, write)
    if (response.status < 300)
      return receiptOf(changed(response, place), serverTime(response, write.now()), write.now())
    const outdated = before !== undefined && !isWrittenSince(before, deployment)
    const contested = response.status === 409 || response.status === 422
    // A failed `test` and an invalid template look alike (422): only a write by someone else explains the first.
    if (!contested || outdated || tried === TRIES) throw refused(response, place, options, write.now())
    before = deployment
    await write.sleep(PAUSE * tried)
  }
}

async function findRevision(
  place: Place,
  deployment: Deployment,
  to: DeploymentState,
  options: DeploymentOptions,
  write: WriteDoor,
): Promise<Revision> {
  const revisions = readable(await readRevisions(place, deployment, options, write), place)
  const target = findTemplate(revisions, to.templateHash)
  if (target !== undefined) return target
  throw notApplied('missing', `Revision ${to.revision} of Deployment "${place.name}" is no longer kept`, {
    cure: 'plan again; what was pruned has to be deployed again',
  })
}

async function send(
  place: Place,
  deployment: Deployment,
  target: Revision,
  write: WriteDoor,
): Promise<HttpResponse> {
  try {
    return await request(place.cluster, (asked) => write.send(asked), {
      method: 'PATCH',
      path: `${deploymentPath(place)}?fieldManager=rollback`,
      headers: PATCH_HEADERS,
      body: rollbackPatch(deployment, target.replicaSet),
    })
  } catch (error) {
    throw lost(place, error)
  }
}

/** Whether the request can have reached the server decides whether the change can have been made. */
function lost({ name }: Place, error: unknown): EffectFailure {
  const network = error instanceof NetworkError
  const sent = network ? error.sent : !(error instanceof Problem)
  return new EffectFailure({
    code: sent ? 'kubernetes-answer-lost' : 'kubernetes-not-sent',
    message: sent
      ? `The answer to the change of Deployment "${name}" was lost`
      : `The change of Deployment "${name}" could not be sent`,
    found: sentenceOf(error),
    cure: (error instanceof Problem ? error.cure : undefined) ?? (sent ? MAY_BE_MADE : UNREACHABLE),
    applied: sent ? 'unknown' : 'no',
    retryable: sent || network,
    cause: error,
  })
}

function readable<Value>(answer: Answer<Value>, { namespace, name }: Place): Value {
  if (answer.status === 'present') return answer.value
  if (answer.status === 'absent')
    throw notApplied('stale', `There is no Deployment "${name}" in namespace "${namespace}" any more`, {
      cure: 'look at who deleted it, then plan again',
    })
  throw notApplied(answer.status, `Cannot look at Deployment "${name}" before its change`, {
    found: answer.why,
    cure: answer.cure ?? UNREACHABLE,
    retryable: answer.status === 'unknown',
  })
}

function stale({ name }: Place, from: DeploymentState, { spec }: Deployment): EffectFailure {
  const images = spec.template.spec.containers.map(({ image }) => image).join(', ')
  return notApplied(
    'stale',
    `Deployment "${name}" is no longer what the plan saw (revision ${from.revision})`,
    {
      found: `its pods now run ${images}`,
      cure: 'look at who changed it, then plan again',
    },
  )
}

function refused(
  response: HttpResponse,
  { namespace, name }: Place,
  options: DeploymentOptions,
  now: number,
): EffectFailure {
  const { status } = response
  const found = messageOf(response)
  // The server stopped before it stored anything when a webhook could not be asked.
  const stopped = isClear(status) || /failed calling (admission )?webhook/i.test(found)
  const denied = status === 401 || status === 403
  const check = canI(options, 'patch', `deployments.apps/${name}`, namespace)
  return new EffectFailure({
    code: denied ? 'denied' : `kubernetes-${status}`,
    message: 'The API server did not make the change',
    found,
    cure: denied
      ? `log in again, or ask for the permission; check it with: ${check}`
      : stopped
        ? 'nothing was changed: mend what the server says, then try again'
        : MAY_BE_MADE,
    applied: stopped ? 'no' : 'unknown',
    retryable: status >= 500 || [408, 409, 429].includes(status),
    retryAfter: retryAfter(response, now),
  })
}

/** A 4xx is a no, but for one that only says that the time was over. */
function isClear(status: number): boolean {
  return status >= 400 && status <= 499 && status !== 408 && status !== 499
}

/** Nothing has been sent yet. */
async function orNotApplied<Value>(look: () => Promise<Value>): Promise<Value> {
  try {
    return await look()
  } catch (error) {
    const { code, message, found, cure } =
      error instanceof Problem
        ? error
        : { code: 'kubernetes', message: sentenceOf(error), found: undefined, cure: undefined }
    throw notApplied(code, message, { found, cure, cause: error })
  }
}

function notApplied(code: string, message: string, more: Partial<EffectFailureDetails> = {}): EffectFailure {
  return new EffectFailure({ code, message, applied: 'no', retryable: false, ...more })
}

/** What the server says it has stored; whatever else answers "success" may be a proxy that has passed nothing on. */
function changed(response: HttpResponse, { name }: Place): Deployment {
  const read = deploymentObject.safeParse(jsonOf(response))
  if (read.success) return read.data
  throw new EffectFailure({
    code: 'kubernetes-answer-unclear',
    message: `The answer to the change of Deployment "${name}" is not that of a cluster`,
    found: messageOf(response),
    cure: MAY_BE_MADE,
    applied: 'unknown',
    retryable: true,
  })
}

/** `at` by the server's clock, `sent` by ours. */
function receiptOf({ metadata }: Deployment, at: number, sent: number, already = false): Receipt {
  const { generation, resourceVersion, uid } = metadata
  return { generation, resourceVersion, uid, at, sent, ...(already && { already }) }
}

function serverTime({ headers }: HttpResponse, now: number): number {
  const time = Date.parse(headers['date'] ?? '')
  return Number.isNaN(time) ? now : time
}
