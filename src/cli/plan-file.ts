import { chmod, rename, writeFile } from 'node:fs/promises'

import { openPlan } from '../core/plan/seal.ts'
import type { Plan } from '../core/plan/types.ts'
import { EXIT } from '../core/exit.ts'
import { Problem } from '../core/problem.ts'
import { MEGABYTE, readTextFile } from '../io/text-file.ts'
import { usageError, whyUnreadable } from './usage.ts'

const OWNER_ONLY = 0o600

/** A plan holds its runbook and the states of its surfaces: kilobytes. */
const LONGEST_PLAN = 16 * MEGABYTE

/** Written whole or not at all, readable by its owner only. */
export async function writePlanFile(file: string, plan: Plan): Promise<void> {
  const draft = `${file}.${process.pid}.tmp`
  try {
    await writeFile(draft, `${JSON.stringify(plan, undefined, 2)}\n`, { mode: OWNER_ONLY, flag: 'wx' })
    await chmod(draft, OWNER_ONLY)
    await rename(draft, file)
  } catch (error) {
    throw new Problem({
      code: 'plan-not-written',
      message: `the plan could not be written to ${file}`,
      found: error instanceof Error ? error.message : undefined,
      exit: EXIT.usage,
      cause: error,
    })
  }
}

/** A sealed plan from a file; with `expect`, only the one that was agreed on. */
export async function readPlanFile(file: string, expect: string | undefined): Promise<Plan> {
  const plan = openPlan(planText(file), file)
  if (expect === undefined || sameSeal(expect, plan.seal)) return plan
  throw new Problem({
    code: 'plan-unexpected',
    message: `${file} is not the plan that is expected`,
    found: `its seal is ${plan.seal}`,
    cure: 'Ask who made the plan for its seal, or make a new one with: rollback plan --target <sha> --out FILE',
    exit: EXIT.refused,
  })
}

function planText(file: string): string {
  try {
    return readTextFile(file, LONGEST_PLAN)
  } catch (error) {
    throw usageError(`the plan ${file} ${whyUnreadable(error)}`)
  }
}

function sameSeal(expect: string, seal: string): boolean {
  return expect.toLowerCase().replace(/^(sha256:)?/, 'sha256:') === seal
}
