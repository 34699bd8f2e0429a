import type { Deployed } from '../core/conditions/verdict.ts'
import type { Measurement } from '../core/source.ts'
import type { Plan } from '../core/plan/types.ts'
import type { Runbook } from '../core/model.ts'
import type { Past } from './baseline.ts'
import type { BindingGround } from './bind-options.ts'
import { deployedBy, type ProcedureGround, findDeployment } from './deployment.ts'
import { measureInTime, orUnreachable } from './measure.ts'
import type { Secrets } from './secrets.ts'
import type { Session } from './types.ts'

/** What is the same for every signal that is measured: a secret is read once, however many of them need it. */
export interface Basis extends Pick<Past, 'asOf' | 'deployed'> {
  session: Pick<Session, 'read'>
  signals: Runbook['signals']
  ground: BindingGround
  secrets: Secrets
  /** A signal as it is, over its own window: measured once, however often it is asked for. */
  measured?: ((name: string) => Promise<Measurement>) | undefined
}

/** While there is no plan yet that knows it, the deployment of the live version is looked for: if it is needed, and once. */
export function basisOf(
  at: ProcedureGround & { secrets: Secrets },
): Omit<Basis, 'deployed'> & { deployed(): Promise<Deployed> } {
  const { session, runbook, ground, secrets } = at
  const asked = new Map<string, Promise<Measurement>>()
  const measured = (name: string): Promise<Measurement> => {
    const signal = runbook.signals[name]
    if (signal === undefined) throw new Error(`the runbook has no signal "${name}"`)
    const before = asked.get(name)
    if (before !== undefined) return before
    const measurement = orUnreachable(measureInTime(ground, secrets, signal, session.read))
    asked.set(name, measurement)
    return measurement
  }
  let deployed: Promise<Deployed> | undefined
  return {
    session,
    signals: runbook.signals,
    ground,
    secrets,
    asOf: session.read.now(),
    measured,
    deployed: () => (deployed ??= findDeployment({ ...at, measured })),
  }
}

/** Of a run: what was usual is that of the time before it was planned, however long it takes. */
export function basisOfPlan(
  plan: Plan,
  { session, secrets }: { session: Pick<Session, 'read'>; secrets: Secrets },
): Basis {
  return {
    session,
    signals: plan.signals,
    ground: plan,
    secrets,
    asOf: Date.parse(plan.createdAt),
    deployed: async () => deployedBy(plan),
  }
}
