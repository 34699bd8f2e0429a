import { randomBytes } from 'node:crypto'

import { EXIT } from '../core/exit.ts'
import { sha256 } from '../core/json.ts'
import type { Procedure, Runbook } from '../core/model.ts'
import type { PlanHead } from '../core/plan/input.ts'
import { Problem } from '../core/problem.ts'
import type { Release } from '../core/release.ts'
import { VERSION } from '../core/version.ts'
import type { BindingGround } from './bind-options.ts'

/** Names and times of a plan in the making. The stamp is UTC and fixed here. */
export function planHead(now: number, target: Release, reason?: string): PlanHead {
  const createdAt = new Date(now).toISOString()
  const stamp = createdAt.slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')
  return { id: `${stamp}-${randomBytes(2).toString('hex')}`, stamp, createdAt, tool: VERSION, reason, target }
}

/** What a runbook's options are bound to. */
export function groundOf(runbook: Runbook, procedure: Procedure, head: PlanHead): BindingGround {
  const { service, environment, secrets } = runbook
  return { ...head, service, environment, procedure: procedure.name, secrets }
}

export function runbookSha256(runbook: Runbook): string {
  return sha256(runbook.text)
}

/** The procedure of that name; without a name the first of the file. */
export function procedureNamed(runbook: Runbook, name: string | undefined): Procedure {
  const procedure =
    name === undefined ? runbook.procedures[0] : runbook.procedures.find((one) => one.name === name)
  if (procedure !== undefined) return procedure
  throw new Problem({
    code: 'procedure-unknown',
    message: `the runbook has no procedure "${name ?? ''}"`,
    found: `procedures: ${runbook.procedures.map((one) => one.name).join(', ')}`,
    cure: 'name one of them with --procedure',
    exit: EXIT.usage,
  })
}

/** `--without` names a step that is not there. */
export function unknownStep(id: string, owner: string, known: string[]): Problem {
  return new Problem({
    code: 'step-unknown',
    message: `--without "${id}": ${owner} has no such step`,
    found: `steps: ${known.join(', ')}`,
    cure: 'name one of them',
    exit: EXIT.usage,
  })
}
