import type { SetAction } from '../core/contract.ts'
import { EXIT } from '../core/exit.ts'
import type { Plan, PlannedChange, PlannedUse } from '../core/plan/types.ts'
import { Problem, sentenceOf } from '../core/problem.ts'
import { bindOptions } from './bind-options.ts'
import { loadAction } from './load-action.ts'
import { sameState } from './same-state.ts'
import type { Secrets } from './secrets.ts'
import type { Session } from './types.ts'

// A plan that has been waiting (in a file, for an approval, for an answer) is held against what is there now. Every
// `apply` refuses a stale state as well, but by then a backup or a fence of the same plan may have been written.

/** Refuses the plan when a surface is no longer as it was sealed, or cannot be looked at. Changes nothing. */
export async function requireStillAsPlanned(session: Session, plan: Plan): Promise<void> {
  const secrets = session.secretsOf(plan.secrets)
  const found = await Promise.all(
    plan.steps
      .filter((step) => step.skip === undefined && step.kind === 'set')
      .map((step) => differences(session, plan, secrets, step)),
  )
  const words = found.flat()
  if (words.length === 0) return
  throw new Problem({
    code: 'stale',
    message: 'nothing was changed: what is there is no longer as it was when the plan was made',
    found: words.join('; '),
    cure: 'Find out who has changed it, then plan again',
    exit: EXIT.refused,
  })
}

async function differences(
  session: Session,
  plan: Plan,
  secrets: Secrets,
  use: PlannedUse,
): Promise<string[]> {
  const action = await loadAction(use.uses)
  if (action.kind !== 'set') return []
  const options = await bindOptions(plan, secrets, action.options, use.with)
  const changes = use.changes.filter((change) => change.state === 'change')
  const words = await Promise.all(
    changes.map((change) =>
      difference(session, action, options, change).catch((error: unknown) => {
        if (!(error instanceof Problem)) throw error
        return `${change.surface.id}: ${sentenceOf(error)}`
      }),
    ),
  )
  return words.flatMap((one) => one ?? [])
}

async function difference(
  session: Session,
  action: SetAction<unknown, unknown>,
  options: unknown,
  { surface, from, to, fromLabel }: PlannedChange,
): Promise<string | undefined> {
  const seen = await action.observe(options, surface, session.read)
  if (seen.status === 'denied' || seen.status === 'unknown') return `${surface.id}: ${seen.why}`
  const now = seen.status === 'present' ? seen.state : null
  // What is there already needs no writing, whoever has put it there.
  if (sameState(action, now, from) || sameState(action, now, to)) return undefined
  return `${surface.id} is ${seen.status === 'present' ? seen.label : 'absent'} instead of ${fromLabel}`
}
