import { formatWords } from '../format-words.ts'
import { EXIT } from '../exit.ts'
import { canonical, digestOf, isPlainObject } from '../json.ts'
import { isTooDeep } from '../parse-json.ts'
import { Problem } from '../problem.ts'
import { planMisfit } from './read-plan.ts'
import { PLAN_FORMAT, type Plan } from './types.ts'

const RUN_ID = /^\d{8}-\d{6}-[0-9a-f]{4}$/

/** Fixes a plan: any later change of any part no longer fits the seal. */
export function sealPlan(plan: Omit<Plan, 'seal'>): Plan {
  // Through JSON once, so that what is sealed is exactly what can be stored and read back.
  const plain = JSON.parse(canonical(plan)) as Omit<Plan, 'seal'>
  return { ...plain, seal: digestOf(plain) }
}

/** Reads a stored plan; refuses an unknown version and a plan that was edited. */
export function openPlan(text: string, place = 'the plan'): Plan {
  const value = parsed(text, place)
  if (!isPlainObject(value) || typeof value['seal'] !== 'string') {
    throw refusal(
      'plan-unreadable',
      `${place} is not a plan of this tool`,
      'make one with: rollback plan --target <sha> --out FILE',
    )
  }
  if (value['format'] !== PLAN_FORMAT) {
    throw refusal(
      'plan-version',
      `${place} has format ${formatWords(value['format'])}; this version reads format ${PLAN_FORMAT}`,
      'use the version of the tool that made it, or make a new plan',
    )
  }
  const { seal, ...rest } = value
  if (digestOf(rest) !== seal) {
    throw refusal(
      'plan-edited',
      `${place} was changed after it was sealed`,
      'make a new plan; a sealed one cannot be edited',
    )
  }
  // The id names a folder of the store.
  if (typeof value['id'] !== 'string' || !RUN_ID.test(value['id'])) {
    throw refusal('plan-unreadable', `${place} has no valid run id`, 'make a new plan')
  }
  const misfit = planMisfit(value)
  if (misfit !== undefined)
    throw refusal(
      'plan-unreadable',
      `${place} is not a plan that this version can read`,
      'make a new plan',
      misfit,
    )
  return value as unknown as Plan
}

function parsed(text: string, place: string): unknown {
  if (isTooDeep(text))
    throw refusal('plan-unreadable', `${place} is nested more deeply than any plan`, 'make a new plan')
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Problem({
      code: 'plan-unreadable',
      message: `${place} is not JSON`,
      found: error instanceof Error ? error.message : undefined,
      cure: 'make one with: rollback plan --target <sha> --out FILE',
      exit: EXIT.usage,
      cause: error,
    })
  }
}

function refusal(code: string, message: string, cure: string, found?: string): Problem {
  return new Problem({ code, message, found, cure, exit: EXIT.usage })
}
