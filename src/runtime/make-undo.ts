import type { Check, SetAction } from '../core/contract.ts'
import { type Json, sameJson } from '../core/json.ts'
import { bindLate, unboundReason } from '../core/plan/bind.ts'
import type { PlanHead } from '../core/plan/input.ts'
import type { PlanOutcome, RefusalReason } from '../core/plan/outcome.ts'
import { sealPlan } from '../core/plan/seal.ts'
import { checksOf } from '../core/plan/survey.ts'
import { provableFor } from '../core/plan/undo-proof.ts'
import { draftUndo, type UndoDraft, type UndoStep } from '../core/plan/undo.ts'
import {
  type Confirmation,
  type Plan,
  type PlannedChange,
  type PlannedStep,
  type PlannedUse,
} from '../core/plan/types.ts'
import { releaseName } from '../core/release.ts'
import { fold } from '../core/run/state.ts'
import { type BindingGround, bindForShow, bindOptions } from './bind-options.ts'
import { loadAction } from './load-action.ts'
import { describeMeasurement, measureWithin } from './measure.ts'
import { planHead, unknownStep } from './plan-ground.ts'
import type { Secrets } from './secrets.ts'
import { reasonOf, windowOf } from './survey.ts'
import type { Session, StoredRun } from './types.ts'

const SAMPLE_LIMIT = 5000

export interface UndoRequest {
  reason?: string | undefined
  without: string[]
}

/** The plan that takes a run back; every surface is looked at again first, and somebody else's change since is a conflict. */
export async function makeUndo(session: Session, run: StoredRun, request: UndoRequest): Promise<PlanOutcome> {
  const former = run.plan
  const draft = draftUndo(former, fold(run.lines))
  requireSteps(former, request.without)
  const head = planHead(session.read.now(), draft.target, request.reason)
  const ground: BindingGround = { ...former, ...head }
  const secrets = session.secretsOf(former.secrets)
  const left = [...draft.left, ...request.without.map((step) => ({ step, why: 'left out by --without' }))]
  const wanted = draft.steps.filter(({ step }) => !request.without.includes(step.id))

  const [looked, evidence] = await Promise.all([
    Promise.all(wanted.map((one) => lookAgain({ session, ground, secrets, head, former }, one))),
    measureEvidence(session, former, ground, secrets),
  ])
  const reasons = looked.flatMap((one) => one.reasons)
  if (reasons.length > 0) return refused(former, draft, reasons, looked)

  const steps = withNeedsPresent(looked.flatMap((one) => one.step ?? []))
  const plan = seal(former, head, {
    steps,
    left,
    evidence,
    confirmations: looked.flatMap((one) => one.confirmations),
  })
  if (steps.some((step) => step.skip === undefined)) return { kind: 'plan', plan }
  return { kind: 'already', plan, why: `nothing that ${former.id} changed is still in place` }
}

function requireSteps(former: Plan, without: string[]): void {
  const known = former.steps.map((step) => step.id)
  const unknown = without.find((id) => !known.includes(id))
  if (unknown !== undefined) throw unknownStep(unknown, `the run ${former.id}`, known)
}

interface At {
  session: Session
  ground: BindingGround
  secrets: Secrets
  head: PlanHead
  former: Plan
}

interface Looked {
  step?: PlannedStep
  reasons: RefusalReason[]
  confirmations: Confirmation[]
}

async function lookAgain(at: At, one: UndoStep): Promise<Looked> {
  try {
    const action = await loadAction(one.use.uses)
    if (action.kind === 'set') return await lookAtSet(at, one, action)
    return { step: await againCall(at, one), reasons: unboundReasons(at, one), confirmations: [] }
  } catch (error) {
    return { reasons: [{ step: one.step.id, ...reasonOf(error) }], confirmations: [] }
  }
}

interface LookedSurface {
  change?: PlannedChange
  checks?: Check[]
  reason?: RefusalReason
  confirmation?: Confirmation
}

async function lookAtSet(at: At, one: UndoStep, action: SetAction<unknown, unknown>): Promise<Looked> {
  const { session, ground, secrets } = at
  const options = await bindOptions(ground, secrets, action.options, one.use.with)
  const shown = bindForShow(ground, action.options, one.use.with)
  const readings = await action.surfaces(options, session.read)
  const results = await Promise.all(
    one.changes.map(async (former): Promise<LookedSurface> => {
      const id = former.surface.id
      const reading = readings.find((each) => each.surface.id === id)
      const seen = reading?.seen
      const refuse = (kind: RefusalReason['kind'], why: string, cure?: string) => ({
        reason: { step: one.step.id, surface: id, kind, why, cure },
      })
      if (reading === undefined || seen === undefined)
        return refuse('unknown', 'the step does not mean this surface any more')
      if (seen.status === 'denied' || seen.status === 'unknown')
        return refuse(seen.status, seen.why, seen.cure)
      if (reading.ownedBy !== undefined)
        return refuse('owned', `${reading.ownedBy} owns it and would put it back`)

      const resolution = await action.resolve(options, reading, { state: former.from }, session.read)
      const live = seen.status === 'present' ? seen.state : null
      const base = {
        ...former,
        role: 'main' as const,
        from: live as Json,
        fromLabel: seen.status === 'present' ? seen.label : 'absent',
      }
      if (resolution.kind === 'already') {
        return {
          change: {
            ...base,
            to: live as Json,
            toLabel: base.fromLabel,
            state: 'already',
            details: [],
            manual: [],
          },
        }
      }
      if (resolution.kind !== 'change') return refuse(resolution.kind, resolution.why, resolution.cure)
      const change: PlannedChange = {
        ...base,
        to: former.from,
        toLabel: resolution.toLabel,
        state: 'change',
        reversible: resolution.reversible,
        details: resolution.details ?? [],
        manual: [],
      }
      const conflict = sameState(action, live, former.to)
        ? undefined
        : conflictOf(one, former, base.fromLabel)
      return {
        change: { ...change, manual: action.manual(shown, change) },
        checks: resolution.checks,
        ...(conflict === undefined ? {} : { confirmation: conflict }),
      }
    }),
  )
  const changes = results.flatMap(({ change }) => change ?? [])
  const checks = checksOf(
    results.flatMap(({ change, checks = [] }) =>
      change === undefined ? [] : [{ id: change.surface.id, checks }],
    ),
  )
  const use: PlannedUse = { ...one.use, changes, checks, window: windowOf(action) }
  const already = changes.every((change) => change.state === 'already')
  return {
    step: undoStep(one, use, already ? 'already as it was before' : undefined),
    reasons: results.flatMap(({ reason }) => reason ?? []),
    confirmations: results.flatMap(({ confirmation }) => confirmation ?? []),
  }
}

/** Somebody else has changed it since: only a person may decide to overwrite that. */
function conflictOf({ step, changes }: UndoStep, former: PlannedChange, now: string): Confirmation {
  return {
    // Each surface is a question of its own: one answer must not overwrite another's change as well.
    id: `overwrite-${changes.length === 1 ? step.id : former.surface.id}`,
    question: {
      text: `${former.surface.id} was set to ${former.toLabel} by this run, and is ${now} now: somebody has changed it since. Overwrite it with ${former.fromLabel}?`,
      expects: 'yes',
    },
  }
}

async function againCall({ ground }: At, one: UndoStep): Promise<PlannedStep> {
  const { call, uses } = one.use
  const action = await loadAction(uses)
  if (call === undefined || action.kind !== 'call') return undoStep(one, one.use, undefined)
  // The undo of an undo makes the call itself again.
  const reversed = one.role === 'reverse-call' && call.reversed !== true
  const shown = bindForShow(ground, action.options, one.use.with)
  const reversal = action.reversal(shown)
  const manual = action.manual(reversed && reversal.how === 'other' ? reversal.options : shown)
  return undoStep(one, { ...one.use, call: { ...call, reversed, manual } }, undefined)
}

/** A call that needs a version which nobody knows cannot be made again. */
function unboundReasons({ head, former }: At, one: UndoStep): RefusalReason[] {
  const why = one.role === 'call-again' ? unboundReason({ ...former, ...head }, one.use.with) : undefined
  if (why === undefined) return []
  return [
    {
      step: one.step.id,
      kind: 'unknown',
      why: `it cannot be called again: ${why}, because the live version could not be read when the run was planned`,
      cure: `leave it out with --without ${one.step.id}, and do it by hand`,
    },
  ]
}

/** Nothing else of the former step: its fallback leads forward, and what it verified is demanded by the whole undo. */
function undoStep(one: UndoStep, planned: PlannedUse, skip: string | undefined): PlannedStep {
  const { id, timeout, retry } = one.step
  const { uses, kind, with: options, changes, call, question, checks, window } = planned
  const use = { uses, kind, with: options, changes, call, question, checks, window }
  return { ...use, id, timeout, retry, needs: one.needs, skip }
}

function withNeedsPresent(steps: PlannedStep[]): PlannedStep[] {
  const present = new Set(steps.map((step) => step.id))
  return steps.map((step) => ({ ...step, needs: step.needs.filter((id) => present.has(id)) }))
}

function sameState(action: SetAction<unknown, unknown>, a: unknown, b: unknown): boolean {
  if (a === null || b === null) return a === b
  return action.same === undefined ? sameJson(a, b) : action.same(a, b)
}

async function measureEvidence(
  session: Session,
  former: Plan,
  ground: BindingGround,
  secrets: Secrets,
): Promise<Plan['evidence']> {
  return Promise.all(
    Object.entries(former.signals).map(async ([signal, definition]) => ({
      signal,
      value: describeMeasurement(
        await measureWithin(SAMPLE_LIMIT, ground, secrets, definition, session.read),
      ),
    })),
  )
}

function seal(
  former: Plan,
  head: PlanHead,
  parts: {
    steps: PlannedStep[]
    left: Plan['without']
    evidence: Plan['evidence']
    confirmations: Confirmation[]
  },
): Plan {
  const { seal: _, verify: __, reason: ___, ...kept } = former
  const verify = provableFor(head.target, former.undoVerify)
  return sealPlan({
    ...kept,
    ...head,
    kind: 'undo',
    undoOf: former.id,
    // What an undo of this undo brings back is the version that this run had proven.
    live: { release: former.target },
    without: parts.left,
    steps: parts.steps,
    evidence: parts.evidence,
    confirmations: parts.confirmations,
    verify: verify === undefined ? undefined : bindLate({ ...former, ...head }, verify),
    onFailure: 'stop',
  })
}

function refused(former: Plan, draft: UndoDraft, reasons: RefusalReason[], looked: Looked[]): PlanOutcome {
  const refusing = [...new Set(reasons.map((reason) => reason.step))]
  const going = looked.flatMap(({ step }) => step ?? []).filter((step) => !refusing.includes(step.id))
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
      fine: going.flatMap((step) => step.changes.map((change) => change.surface.id)),
      without: going.length > 0 ? refusing : undefined,
      alsoDropped: [],
    },
  }
}
