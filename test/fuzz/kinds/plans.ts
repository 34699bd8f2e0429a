import type { Plan } from '../../../src/core/plan/types.ts'
import { openPlan, sealPlan } from '../../../src/core/plan/seal.ts'
import { essence } from '../../../src/report/essence.ts'
import { PLAIN } from '../../../src/report/look.ts'
import { manualScript } from '../../../src/report/manual-script.ts'
import { planText } from '../../../src/report/plan-text.ts'
import { safeLine } from '../../../src/report/safe-text.ts'
import { requireStillAsPlanned } from '../../../src/runtime/still-as-planned.ts'
import { play } from '../../core/run/simulator.ts'
import type { Kind } from '../kind.ts'
import { PLANS } from '../plans.ts'
import { mutateJson, mutateText } from '../mutate.ts'
import { requireProblem, requireReadable } from '../properties.ts'
import { reportAll } from '../report-all.ts'
import { deafSession, knowing } from '../session.ts'

/** Plans that somebody has edited, half of them with a seal that fits again. */
export const plans: Kind = {
  generate(random) {
    const plan = random.pick(PLANS)
    if (random.oneIn(4)) return mutateText(JSON.stringify(plan, undefined, 2), random)
    const edited = mutateJson(plan, random)
    return JSON.stringify(sealed(edited) ?? edited, undefined, random.oneIn(2) ? 2 : 0)
  },

  async run(input) {
    const plan = opened(input)
    if (plan === undefined) return
    const known = knowing()
    requireReadable(known(planText(plan, PLAIN)), 'the plan')
    requireReadable(known(essence(plan, 80)), 'the essence')
    requireReadable(known(manualScript(plan)), 'the script')
    reportAll(plan, play(plan).lines)
    const { session, redact } = deafSession()
    try {
      await requireStillAsPlanned(session, plan)
    } catch (error) {
      requireReadable(safeLine(known(redact(requireProblem(error).message))), 'a refusal')
    }
  },
}

function opened(text: string): Plan | undefined {
  try {
    return openPlan(text, 'plan.json')
  } catch (error) {
    const { message } = requireProblem(error)
    if (!message.includes('plan.json'))
      throw new Error('a refusal that does not name the file', { cause: error })
    return undefined
  }
}

function sealed(plan: unknown): Plan | undefined {
  if (typeof plan !== 'object' || plan === null || Array.isArray(plan)) return undefined
  const { seal: _, ...rest } = plan as Plan
  return sealPlan(rest)
}
