import { describeCondition } from '../core/conditions/describe.ts'
import { OWN_QUESTIONS } from '../core/own-questions.ts'
import { bindLate, unboundReason } from '../core/plan/bind.ts'
import type { PlanHead } from '../core/plan/input.ts'
import type { PlanOutcome } from '../core/plan/outcome.ts'
import { sealPlan } from '../core/plan/seal.ts'
import { provableFor } from '../core/plan/undo-proof.ts'
import { draftUndo, type UndoDraft, type UndoStep } from '../core/plan/undo.ts'
import type { Confirmation, Plan, PlannedStep } from '../core/plan/types.ts'
import { releaseName, sameCommit } from '../core/release.ts'
import type { KnownVersion } from '../core/versions.ts'
import { fold } from '../core/run/state.ts'
import { blockedBy, blockedWords, versionsOnRecord } from './blocked.ts'
import { inFolderOf } from './in-folder.ts'
import { loadAction, loadSource } from './load-action.ts'
import { describeMeasurement, measureInTime } from './measure.ts'
import { planHead, unknownStep } from './plan-ground.ts'
import { sealWithoutSecrets } from './seal-without-secrets.ts'
import { reasonOf } from './survey.ts'
import type { Session, StoredRun } from './types.ts'
import { lookAtCall } from './undo-calls.ts'
import { type Looked, undoStep, type UndoGround } from './undo-step.ts'
import { lookAtSet } from './undo-surfaces.ts'
import { digestsOf } from './version-digests.ts'

export interface UndoRequest {
  reason?: string | undefined
  without: string[]
}

/**
 * The plan that takes a run back. Every surface and every call is looked at first, and somebody else's change since is a
 * conflict.
 */
export async function makeUndo(outer: Session, run: StoredRun, request: UndoRequest): Promise<PlanOutcome> {
  const former = run.plan
  const session = inFolderOf(former.runbook.path, outer)
  const state = fold(run.lines)
  requireSteps(former, request.without)
  const draftWithout = (more: string[]) => draftUndo(former, state, [...request.without, ...more])
  const draft = draftWithout([])
  const head = planHead(session.read.now(), draft.target, request.reason)
  const secrets = session.secretsOf(former.secrets)
  const at: UndoGround = { session, ground: { ...former, ...head }, secrets, former }

  const [looked, evidence, record] = await Promise.all([
    Promise.all(draft.steps.map((one) => lookAgain(at, one))),
    measureEvidence(at),
    versionsOnRecord(session, former),
  ])
  if (looked.some((one) => one.reasons.length > 0)) return refused(former, draft, looked, draftWithout)

  const found = withNeedsPresent(looked.flatMap((one) => one.step ?? []))
  const steps = isBackAndLive(former, found, evidence) ? found.map(skipRepeated) : found
  const brought = { release: draft.target, digests: await digestsOf(steps, 'to') }
  const parts = {
    steps,
    left: leftOut(draft, request.without),
    evidence,
    confirmations: [...bringingBack(record, brought), ...looked.flatMap((one) => one.confirmations)],
  }
  const plan = sealWithoutSecrets(session, seal(former, head, parts))
  if (steps.some((step) => step.skip === undefined)) return { kind: 'plan', plan }
  return { kind: 'already', plan, why: `nothing that ${former.id} changed is still in place` }
}

/** Every surface is as it was before the run, and so is what runs: nothing has to be made to take them up. */
function isBackAndLive(
  { live, liveSignal }: Plan,
  steps: readonly PlannedStep[],
  evidence: Plan['evidence'],
): boolean {
  const sets = steps.filter(({ kind }) => kind === 'set')
  if (sets.length === 0 || sets.some(({ skip }) => skip === undefined)) return false
  const value = evidence.find(({ signal }) => signal === liveSignal)?.value
  if (value === undefined || !('release' in live)) return false
  return sameCommit(value, live.release.sha ?? live.release.given)
}

/** The same call again only makes them be taken up; one that takes something back is another matter. */
function skipRepeated(step: PlannedStep): PlannedStep {
  if (step.skip !== undefined || step.call?.reversal.how !== 'again') return step
  return { ...step, skip: 'all that it serves is as it was before the run, and that is live' }
}

/** A version that was left for being bad comes back only when a person says so. */
function bringingBack(
  record: Awaited<ReturnType<typeof versionsOnRecord>>,
  version: KnownVersion,
): Confirmation[] {
  const blocked = blockedBy(record, version)
  if (blocked === undefined) return []
  const text = `${blockedWords(version, blocked)}. Bring it back all the same?`
  return [{ id: OWN_QUESTIONS.blocked, question: { text, expects: 'yes' } }]
}

function requireSteps(former: Plan, without: string[]): void {
  const known = former.steps.map((step) => step.id)
  const unknown = without.find((id) => !known.includes(id))
  if (unknown !== undefined) throw unknownStep(unknown, `the run ${former.id}`, known)
}

function leftOut({ left, dropped }: UndoDraft, without: string[]): Plan['without'] {
  return [
    ...left.filter(({ step }) => !without.includes(step)),
    ...without.map((step) => ({ step, why: 'left out by --without' })),
    ...dropped.map((step) => ({ step, why: 'it only served what is left out' })),
  ]
}

async function lookAgain(at: UndoGround, one: UndoStep): Promise<Looked> {
  try {
    const action = await loadAction(one.use.uses)
    if (action.kind === 'set') return await lookAtSet(at, one, action)
    const { call } = one.use
    if (action.kind === 'call' && call !== undefined) return await lookAtCall(at, one, action, call)
    return { step: undoStep(one, one.use), reasons: [], confirmations: [] }
  } catch (error) {
    return { reasons: [{ step: one.step.id, ...reasonOf(error) }], confirmations: [] }
  }
}

function withNeedsPresent(steps: PlannedStep[]): PlannedStep[] {
  const present = new Set(steps.map((step) => step.id))
  return steps.map((step) => ({ ...step, needs: step.needs.filter((id) => present.has(id)) }))
}

async function measureEvidence({ session, ground, secrets, former }: UndoGround): Promise<Plan['evidence']> {
  const measured = await Promise.all(
    Object.entries(former.signals).map(async ([signal, definition]) => {
      // What only a person knows, nobody is asked here.
      if ((await loadSource(definition.source)).person !== undefined) return []
      const unbound = unboundReason(ground, definition.with)
      if (unbound !== undefined) return [{ signal, value: `not measured: ${unbound}` }]
      const found = await measureInTime(ground, secrets, definition, session.read)
      return [{ signal, value: describeMeasurement(found, definition.unit) }]
    }),
  )
  return measured.flat()
}

interface Parts {
  steps: PlannedStep[]
  left: Plan['without']
  evidence: Plan['evidence']
  confirmations: Confirmation[]
}

/** What an undo has not, or has anew. */
const PARTS_OF_A_RUN = {
  decision: undefined,
  guards: undefined,
  capture: undefined,
  forced: undefined,
  bake: undefined,
  reason: undefined,
}

function seal(former: Plan, head: PlanHead, { steps, left, evidence, confirmations }: Parts): Plan {
  const named = { ...former, ...head }
  const { verify, unasked } = provableFor(named, former.undoVerify)
  // What had to hold before the run, and what was watched after it, must not keep anybody from taking it back.
  return sealPlan({
    ...former,
    ...PARTS_OF_A_RUN,
    ...head,
    kind: 'undo',
    undoOf: former.id,
    // What an undo of this undo brings back is the version that this run had proven.
    live: { release: former.target },
    without: left,
    steps,
    evidence: [
      ...evidence,
      ...unasked.map(({ condition, why }) => ({
        signal: condition.signal,
        value: `no part of the proof (${describeCondition(condition)}): ${why}`,
      })),
    ],
    confirmations,
    verify: verify === undefined ? undefined : bindLate(named, verify),
    onFailure: 'stop',
  })
}

function refused(
  former: Plan,
  draft: UndoDraft,
  looked: Looked[],
  draftWithout: (steps: string[]) => UndoDraft,
): PlanOutcome {
  const reasons = looked.flatMap((one) => one.reasons)
  const refusing = [...new Set(reasons.flatMap(({ step }) => step ?? []))]
  const rest = draftWithout(refusing)
  const going = new Set(rest.steps.map(({ id }) => id))
  const fine = looked.flatMap(({ step }) => step ?? []).filter(({ id }) => going.has(id))
  return {
    kind: 'refused',
    refusal: {
      service: former.service,
      environment: former.environment,
      procedure: former.procedure,
      target:
        draft.target.given === ''
          ? { given: `what was there before ${former.id}` }
          : { ...draft.target, given: releaseName(draft.target) },
      reasons,
      fine: fine.flatMap((step) => step.changes.map((change) => change.surface.id)),
      without: going.size > 0 ? refusing : undefined,
      alsoDropped: rest.dropped.filter((id) => !draft.dropped.includes(id)),
    },
  }
}
