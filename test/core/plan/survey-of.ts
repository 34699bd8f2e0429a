import type { CallReadiness } from '../../../src/core/contract.ts'
import type { Procedure, Runbook, Step } from '../../../src/core/model.ts'
import { buildPlan } from '../../../src/core/plan/build.ts'
import type { BuildInput } from '../../../src/core/plan/input.ts'
import type { PlanOutcome, Refusal, RefusalReason } from '../../../src/core/plan/outcome.ts'
import type { SurveyedStep, SurveyedSurface, SurveyedUse } from '../../../src/core/plan/survey.ts'
import type { Plan, PlannedChange } from '../../../src/core/plan/types.ts'
import { change } from '../plan-of.ts'

// What was seen, in a few words, for tests of what is decided from it.

export const TARGET = { given: 'abc1234', sha: 'abc1234' }
export const BAD = { given: 'bad5678', sha: 'bad5678' }

export function surface(id: string, own: Partial<SurveyedSurface> = {}): SurveyedSurface {
  return { id, changes: [change(id)], checks: [], ...own }
}

export function refused(id: string, kind: RefusalReason['kind'], why = `it is ${kind}`): SurveyedSurface {
  return { id, changes: [], checks: [], refused: { kind, why } }
}

export function there(id: string, own: Partial<PlannedChange> = {}): SurveyedSurface {
  return surface(id, { changes: [change(id, { state: 'already', ...own })] })
}

export function seenSet(id: string, surfaces: SurveyedSurface[], own: Partial<Step> = {}): SurveyedStep {
  const step = { id, uses: 'test.set', with: {}, ...own }
  return { step, first: { uses: step.uses, kind: 'set', with: step.with, surfaces } }
}

export function seenCall(
  id: string,
  readiness: CallReadiness = { kind: 'ready', checks: [] },
  own: Partial<Step> = {},
): SurveyedStep {
  const step = { id, uses: 'test.call', with: {}, ...own }
  const call: SurveyedUse['call'] = {
    effect: id,
    repeat: 'ask',
    observable: false,
    reversal: { how: 'again' },
    manual: [],
    readiness,
  }
  return { step, first: { uses: step.uses, kind: 'call', with: step.with, surfaces: [], call } }
}

export function seenGate(id: string): SurveyedStep {
  const step = { id, uses: 'test.gate', with: {} }
  const question = { text: 'Go on?', expects: 'yes' }
  return { step, first: { uses: step.uses, kind: 'gate', with: {}, surfaces: [], question } }
}

export interface BuildOwn extends Partial<Omit<BuildInput, 'survey' | 'procedure' | 'runbook'>> {
  procedure?: Partial<Procedure>
  runbook?: Partial<Runbook>
  /** Steps of the procedure that were left out, and so not surveyed. */
  leftOut?: SurveyedStep[]
}

export function build(survey: SurveyedStep[], own: BuildOwn = {}): PlanOutcome {
  const { leftOut = [], ...rest } = own
  const everything = [...leftOut, ...survey]
  const procedure: Procedure = {
    name: 'retag',
    onFailure: 'stop',
    limits: {},
    steps: everything.map(({ step }) => step),
    ...own.procedure,
  }
  const runbook: Runbook = {
    version: 1,
    service: 'api',
    path: '/runbook.yaml',
    text: 'version: 1\n',
    environment: 'production',
    vars: {},
    inputs: {},
    secrets: {},
    release: {},
    triggers: [],
    unless: [],
    signals: {},
    procedures: [procedure],
    ...own.runbook,
  }
  return buildPlan({
    head: {
      id: '20261122-031500-7f3a',
      stamp: '20261122-031500',
      createdAt: '2026-11-22T03:15:00.000Z',
      tool: '0.0.0',
      target: TARGET,
    },
    kinds: Object.fromEntries(everything.map(({ step, first }) => [step.id, first.kind])),
    runbookSha256: 'sha256:0',
    without: leftOut.map(({ step }) => ({ step: step.id, why: 'left out by --without' })),
    live: { release: BAD },
    evidence: [],
    guards: [],
    ...rest,
    runbook,
    procedure,
    survey,
  })
}

export function planned(outcome: PlanOutcome): Plan {
  if (outcome.kind !== 'plan') throw new Error(`expected a plan, not ${JSON.stringify(outcome)}`)
  return outcome.plan
}

export function refusal(outcome: PlanOutcome): Refusal {
  if (outcome.kind !== 'refused') throw new Error(`expected a refusal, not ${outcome.kind}`)
  return outcome.refusal
}
