import type { Progress, Receipt, Seen } from '../../core/contract.ts'
import { isPlainObject } from '../../core/json.ts'
import type { Deployment } from './objects.ts'
import type { DeploymentState, Rollout } from './state.ts'

const DEADLINE_EXCEEDED = 'ProgressDeadlineExceeded'
/** Milliseconds by which the clocks of the API server and of the controllers may differ. */
const CLOCK_TOLERANCE = 1000

export function rolloutOf({ metadata, spec, status }: Deployment, looked: number): Rollout {
  const failed = status.conditions.find(
    ({ type, reason }) => type === 'Progressing' && reason === DEADLINE_EXCEEDED,
  )
  return {
    generation: metadata.generation,
    observed: status.observedGeneration,
    desired: spec.replicas,
    total: status.replicas,
    updated: status.updatedReplicas,
    available: status.availableReplicas,
    deadline: spec.progressDeadlineSeconds,
    paused: spec.paused,
    looked,
    ...(failed && { failed: { at: failed.lastUpdateTime, words: failed.message } }),
  }
}

/** A few words where the rollout is not at rest. */
export function rolloutWords(rollout: Rollout): string | undefined {
  const { state, words } = judge(rollout, undefined)
  if (rollout.paused) return 'paused'
  if (state === 'reached') return undefined
  return state === 'failed' ? `rollout failed: ${words}` : `rollout in progress: ${words}`
}

/** As `kubectl rollout status` judges it, and only when the template is the one that was asked for. */
export function rolloutProgress(
  seen: Seen<DeploymentState>,
  to: DeploymentState | null,
  receipt: Receipt | undefined,
): Progress {
  if (seen.status === 'absent') return { state: 'failed', words: 'the Deployment is gone' }
  if (seen.status !== 'present') return { state: 'moving', words: seen.why }
  const { state } = seen
  const patched = readReceipt(receipt)
  if (state.rollout === undefined) return { state: 'moving', words: 'its rollout was not read' }
  if (state.templateHash !== to?.templateHash) return otherTemplate(seen.label, state.rollout, patched)
  return judge(state.rollout, patched)
}

interface Patched {
  generation: number
  /** Milliseconds since the epoch, by the server's clock and by ours. */
  at: number
  sent: number
}

function readReceipt(receipt: Receipt | undefined): Patched | undefined {
  if (!isPlainObject(receipt)) return undefined
  const { generation, at, sent } = receipt
  return typeof generation === 'number' && typeof at === 'number' && typeof sent === 'number'
    ? { generation, at, sent }
    : undefined
}

function otherTemplate(label: string, rollout: Rollout, patched: Patched | undefined): Progress {
  const replaced = patched !== undefined && rollout.generation > patched.generation
  return replaced
    ? { state: 'failed', words: `somebody has changed it since: ${label}` }
    : { state: 'moving', words: `still at ${label}` }
}

function judge(rollout: Rollout, patched: Patched | undefined): Progress {
  const { desired, total, updated, available } = rollout
  if (rollout.observed < Math.max(rollout.generation, patched?.generation ?? 0))
    return moving('waiting for the deployment controller to observe the change')
  if (rollout.failed !== undefined && isOurs(rollout, rollout.failed.at, patched))
    return { state: 'failed', words: rollout.failed.words }
  if (updated < desired) return moving(`${updated} of ${desired} new replicas have been updated`)
  if (total > updated) return moving(`${total - updated} old replicas are pending termination`)
  if (available < updated) return moving(`${available} of ${updated} updated replicas are available`)
  return { state: 'reached', words: `successfully rolled out, ${available} of ${desired} replicas available` }
}

function moving(words: string): Progress {
  return { state: 'moving', words }
}

/**
 * Whether a failure is that of our change. The broken version's ProgressDeadlineExceeded stays in the status until the
 * rollback's own pods make progress, and a deadline that was running goes on running: a verdict less than a whole
 * deadline after our change says nothing about it yet, though kubectl reports it. When it still stands after a whole
 * deadline, it does.
 */
function isOurs({ deadline, looked }: Rollout, failedAt: string, patched: Patched | undefined): boolean {
  if (patched === undefined) return true
  const whole = deadline * 1000
  return Date.parse(failedAt) >= patched.at + whole - CLOCK_TOLERANCE || looked >= patched.sent + whole
}
