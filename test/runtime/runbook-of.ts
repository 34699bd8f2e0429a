import type { Procedure, Runbook, Step } from '../../src/core/model.ts'
import type { Plan } from '../../src/core/plan/types.ts'
import type { Line } from '../../src/core/run/events.ts'
import { makePlan } from '../../src/runtime/make-plan.ts'
import type { CarryOutOptions, Session } from '../../src/runtime/types.ts'

export const TARGET = 'abc1234'

export function runbookOf(steps: Step[], own: Partial<Procedure> = {}, rest: Partial<Runbook> = {}): Runbook {
  return {
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
    procedures: [{ name: 'retag', onFailure: 'stop', limits: {}, steps, ...own }],
    ...rest,
  }
}

export function setting(id: string, own: Partial<Step> = {}): Step {
  return {
    id,
    uses: 'fake.set',
    with: { on: [id], to: '${target.sha}' },
    retry: { attempts: 3, backoff: 1 },
    ...own,
  }
}

export function calling(id: string, options: Step['with'] = {}, own: Partial<Step> = {}): Step {
  return { id, uses: 'fake.call', with: { name: id, ...options }, retry: { attempts: 3, backoff: 1 }, ...own }
}

export async function planFor(session: Session, runbook: Runbook): Promise<Plan> {
  const outcome = await makePlan(session, { runbook, target: TARGET, without: [] })
  if (outcome.kind !== 'plan') throw new Error(`expected a plan, not ${JSON.stringify(outcome)}`)
  return outcome.plan
}

/** Options for carrying out, with what was told on the way. */
export function watched(own: Partial<CarryOutOptions> = {}): CarryOutOptions & { lines: Line[] } {
  const lines: Line[] = []
  return {
    // An undo of a proven run brings back what that has blocked, and asks.
    answers: { blocked: 'yes' },
    onLine: (line) => lines.push(line),
    interrupt: new AbortController().signal,
    ...own,
    lines,
  }
}
