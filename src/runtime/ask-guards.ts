import { describeStatement } from '../core/conditions/describe.ts'
import { judgeStatement } from '../core/conditions/statement.ts'
import type { Guard, Procedure, Runbook } from '../core/model.ts'
import { bindLate } from '../core/plan/bind.ts'
import type { PlannedGuard } from '../core/plan/types.ts'
import { basisOfPlan } from './basis.ts'
import type { BindingGround } from './bind-options.ts'
import type { Carrier } from './carrier.ts'
import { judgeOf, type Measured } from './judge-signals.ts'
import { lookBacks } from './look-backs.ts'
import { measuredOnce } from './measure-once.ts'

type Open = Pick<PlannedGuard, 'id' | 'holds' | 'note'>

/** Those of the runbook and of its procedure, with what the ground tells put in. */
export function guardsOf(runbook: Runbook, procedure: Procedure, ground: BindingGround): Open[] {
  const all: Guard[] = [...(runbook.guards ?? []), ...(procedure.guards ?? [])]
  return all.map(({ id, holds, note }, place) => ({
    id: id ?? `guard-${place + 1}`,
    holds: bindLate(ground, holds),
    note,
  }))
}

export function judgedGuards<Some extends Open>(
  guards: readonly Some[],
  signals: readonly Measured[],
  now: number,
): (Some & Pick<PlannedGuard, 'verdict' | 'words'>)[] {
  const judgeOne = judgeOf(signals, now, 'of-health')
  return guards.map((guard) => {
    const { verdict, words } = judgeStatement(guard.holds, judgeOne)
    return { ...guard, verdict, words }
  })
}

/** Measures the guards of a plan once more, right before its first change, and writes down what they say. */
export async function askGuards(carrier: Carrier): Promise<void> {
  const { plan, session, secrets } = carrier
  carrier.news('measuring the guards')
  const guards = plan.guards ?? []
  const wanted = lookBacks({ signals: plan.signals, demanded: guards.map(({ holds }) => holds) })
  const signals = await measuredOnce(basisOfPlan(plan, { session, secrets }), [...wanted.values()])
  if (carrier.interrupted()) return
  for (const { id, holds, verdict, words, forced } of judgedGuards(guards, signals, carrier.now()))
    await carrier.append({
      type: 'guard-judged',
      guard: id,
      condition: describeStatement(holds),
      verdict,
      words,
      forced,
    })
}
