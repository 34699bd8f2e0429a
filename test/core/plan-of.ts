import type { Question } from '../../src/core/contract.ts'
import { sealPlan } from '../../src/core/plan/seal.ts'
import {
  type Plan,
  PLAN_FORMAT,
  type PlannedCall,
  type PlannedChange,
  type PlannedStep,
  type PlannedUse,
} from '../../src/core/plan/types.ts'

// Small plans, in which a test says only what it is about.

/** One surface from `old` to `new`. */
export function change(effect: string, own: Partial<PlannedChange> = {}): PlannedChange {
  return {
    effect,
    surface: { id: effect, kind: 'version', type: 'tag' },
    from: 'old',
    to: 'new',
    fromLabel: 'old',
    toLabel: 'new',
    onUndo: 'restore',
    role: 'main',
    state: 'change',
    reversible: true,
    details: [],
    manual: [],
    ...own,
  }
}

export function backup(effect: string): PlannedChange {
  return change(effect, {
    surface: { id: effect, kind: 'setting', type: 'tag' },
    role: 'prepare',
    onUndo: 'keep',
    from: null,
    fromLabel: 'absent',
  })
}

/** A change of a setting that comes first and is lifted by undo. */
export function fence(effect: string): PlannedChange {
  return change(effect, { surface: { id: effect, kind: 'setting', type: 'switch' }, role: 'prepare' })
}

export function setUse(...changes: PlannedChange[]): PlannedUse {
  return { uses: 'test.set', kind: 'set', with: {}, changes, checks: [] }
}

export function callUse(effect: string, own: Partial<PlannedCall> = {}): PlannedUse {
  const call: PlannedCall = {
    effect,
    repeat: 'ask',
    observable: false,
    reversal: { how: 'again' },
    manual: [],
    ...own,
  }
  return { uses: 'test.call', kind: 'call', with: {}, changes: [], call, checks: [] }
}

export function gateUse(question: Question = { text: 'Go on?', expects: 'yes' }): PlannedUse {
  return { uses: 'test.gate', kind: 'gate', with: {}, changes: [], question, checks: [] }
}

export function step(id: string, use: PlannedUse, own: Partial<PlannedStep> = {}): PlannedStep {
  return { needs: [], timeout: 600_000, retry: { attempts: 3, backoff: 1000 }, ...use, id, ...own }
}

export function setStep(id: string, own: Partial<PlannedStep> = {}): PlannedStep {
  return step(id, setUse(change(id)), own)
}

export function callStep(
  id: string,
  call: Partial<PlannedCall> = {},
  own: Partial<PlannedStep> = {},
): PlannedStep {
  return step(id, callUse(id, call), own)
}

export function planOf(steps: PlannedStep[], own: Partial<Plan> = {}): Plan {
  return sealPlan({
    format: PLAN_FORMAT,
    kind: 'run',
    id: '20261122-031500-7f3a',
    stamp: '20261122-031500',
    createdAt: '2026-11-22T03:15:00.000Z',
    tool: '0.0.0',
    service: 'api',
    environment: 'production',
    procedure: 'retag',
    target: { given: 'abc1234', sha: 'abc1234' },
    live: { release: { given: 'bad5678', sha: 'bad5678' } },
    evidence: [],
    runbook: { path: '/runbook.yaml', sha256: 'sha256:0', text: 'version: 1\n' },
    secrets: {},
    signals: {},
    without: [],
    onFailure: 'stop',
    limits: {},
    confirmations: [],
    ...own,
    steps,
  })
}
