import type { Procedure, Runbook } from '../model.ts'
import type { Release } from '../release.ts'
import type { SurveyedStep } from './survey.ts'
import type { LeftOut, LiveVersion, Plan, PlannedGuard } from './types.ts'

// What a plan is made of.

export interface PlanHead {
  id: string
  stamp: string
  createdAt: string
  tool: string
  reason?: string | undefined
  target: Release
}

/** By step id, of all steps of the procedure. */
export type StepKinds = Readonly<Record<string, 'set' | 'call' | 'gate'>>

export interface BuildInput {
  head: PlanHead
  kinds: StepKinds
  runbook: Runbook
  procedure: Procedure
  runbookSha256: string
  /** Of all steps that are not left out. */
  survey: SurveyedStep[]
  without: LeftOut[]
  live: LiveVersion
  deployed?: string | undefined
  /** What stands against the target itself. */
  blocked?: BlockedTarget | undefined
  decision?: Plan['decision']
  guards: PlannedGuard[]
  evidence: Plan['evidence']
}

export interface BlockedTarget {
  /** Somebody has blocked it, or nobody can say whether. */
  kind: 'blocked' | 'unknown'
  /** By whom, when and why. */
  why: string
  cure?: string | undefined
  /** How to go on where it is not cured; false: not at all; default: by force. */
  goOn?: string | false | undefined
  /** A person wants it all the same. */
  forced: boolean
}
