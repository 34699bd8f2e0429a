import type { Condition, Procedure, Verify } from '../model.ts'
import type { Release } from '../release.ts'
import { mentionsTarget } from './bind.ts'

const DEFAULT_WITHIN = 5 * 60_000

/**
 * What proves an undo of a procedure; `${target.…}` is still in place. Without words of its own the conditions about
 * the version must hold, and the others should: what is brought back may be the version that was unwell.
 */
export function undoProof({ undo, verify, steps }: Procedure): Verify | undefined {
  if (undo?.verify !== undefined) return undo.verify
  const all = [verify, ...steps.map((step) => step.verify)].filter((one) => one !== undefined)
  if (all.length === 0) return undefined
  const must = all.flatMap((one) => one.must)
  return {
    within: Math.max(...all.map((one) => one.within), verify === undefined ? DEFAULT_WITHIN : 0),
    must: must.filter((condition) => mentionsTarget(condition)),
    // Measured, and not waited for: what is brought back is not expected to be well.
    should: [
      ...must.filter((condition) => !mentionsTarget(condition)),
      ...all.flatMap((one) => one.should),
    ].map((condition) => ({ ...condition, within: 0, in_a_row: undefined, samples: undefined })),
  }
}

/** Without the conditions about a version that nobody knows: then the surfaces alone prove it. */
export function provableFor(target: Release, verify: Verify | undefined): Verify | undefined {
  if (verify === undefined || target.given !== '') return verify
  const provable = (conditions: Condition[]) => conditions.filter((condition) => !mentionsTarget(condition))
  return { ...verify, must: provable(verify.must), should: provable(verify.should) }
}
