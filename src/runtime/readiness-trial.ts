import type { Reading, Resolution, SetAction } from '../core/contract.ts'
import type { Procedure, Runbook, Step } from '../core/model.ts'
import type { Trial } from '../core/plan/readiness.ts'
import { Problem } from '../core/problem.ts'
import { type Candidate, isRelease, releaseName } from '../core/release.ts'
import { guardsOf } from './ask-guards.ts'
import { type BindingGround, bindOptions } from './bind-options.ts'
import { groundOf, planHead } from './plan-ground.ts'
import type { Secrets } from './secrets.ts'
import { reasonOf } from './survey.ts'
import { requireTargetNames } from './target-names.ts'
import type { Session } from './types.ts'

// What a target is needed for is asked with the version that a person would most likely choose.

/** The newest candidates need not exist everywhere: so many are asked for until one does. */
const TRIES = 3

export interface TrialGround {
  session: Session
  runbook: Runbook
  procedure: Procedure
  secrets: Secrets
}

/** A set as it was looked at: what its trial needs. */
export interface LookedAt {
  step: Step
  action: SetAction<unknown, unknown>
  options: unknown
  reading: Reading<unknown>
}

/** Resolves, and changes nothing. The first candidate that is there decides; when none is, the first of them. */
export async function tryOut(
  at: TrialGround,
  looked: LookedAt,
  candidates: readonly Candidate[],
): Promise<Trial | undefined> {
  const choices = await choicesOf(at, looked, candidates)
  let first: Trial | undefined
  for (const candidate of choices.slice(0, TRIES)) {
    const trial = await tryCandidate(at, looked, candidate)
    if (trial.state !== 'missing') return trial
    first ??= trial
  }
  return first
}

/** The binding of a candidate; undefined when too little is known of it for this runbook. */
export function groundFor(at: TrialGround, { release }: Candidate): BindingGround | undefined {
  const { runbook, procedure, session } = at
  const ground = groundOf(runbook, procedure, planHead(session.read.now(), release))
  try {
    requireTargetNames(ground, runbook, procedure, procedure.steps, guardsOf(runbook, procedure, ground))
    return ground
  } catch (error) {
    if (error instanceof Problem) return undefined
    throw error
  }
}

/** Of the candidates those that this surface holds itself, where it can say so: each Deployment has revisions of its own. */
async function choicesOf(
  at: TrialGround,
  { action, options, reading }: LookedAt,
  candidates: readonly Candidate[],
): Promise<Candidate[]> {
  const others = candidates.filter(
    (candidate) => candidate.live !== true && groundFor(at, candidate) !== undefined,
  )
  let own: Candidate[]
  try {
    own = (await action.versions?.(options, reading.surface, at.session.read)) ?? []
  } catch (error) {
    // Why it does not answer is said by its trial.
    if (!(error instanceof Problem)) throw error
    own = []
  }
  if (own.length === 0) return others
  const returnable = own.filter(({ live }) => live !== true)
  return others.filter(({ release }) =>
    returnable.some(({ release: { sha, given } }) => isRelease(sha ?? given, release)),
  )
}

async function tryCandidate(at: TrialGround, looked: LookedAt, candidate: Candidate): Promise<Trial> {
  const { step, action, reading } = looked
  const base = { candidate: releaseName(candidate.release) }
  try {
    const ground = groundFor(at, candidate)
    if (ground === undefined) throw new Error(`too little is known of ${base.candidate}`)
    const options = await bindOptions(ground, at.secrets, action.options, step.with)
    const wanted = { release: candidate.release }
    return { ...base, ...trialOf(await action.resolve(options, reading, wanted, at.session.read)) }
  } catch (error) {
    const { kind, why, cure } = reasonOf(error)
    return { ...base, state: kind === 'missing' ? 'missing' : 'unknown', checks: [], why, cure }
  }
}

function trialOf(resolution: Resolution<unknown>): Omit<Trial, 'candidate'> {
  if (resolution.kind === 'change' || resolution.kind === 'already')
    return { state: 'possible', checks: resolution.checks }
  const { kind, why, cure } = resolution
  return { state: kind, checks: [], why, cure }
}
