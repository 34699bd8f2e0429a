import { redactPlan } from '../core/plan/redact.ts'
import { sealPlan } from '../core/plan/seal.ts'
import type { Plan } from '../core/plan/types.ts'
import type { Session } from './types.ts'

/** Seals a plan in which no text for people holds the value of a secret that this process has read. */
export function sealWithoutSecrets(
  session: Pick<Session, 'redact'>,
  plan: Omit<Plan, 'seal'> & { seal?: string },
): Plan {
  const { seal: _, ...open } = plan
  return sealPlan(redactPlan(open, (text) => session.redact(text)))
}
