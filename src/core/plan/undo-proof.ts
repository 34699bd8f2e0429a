import { type Condition, DEFAULT_WITHIN, type Procedure, type Verify } from '../model.ts'
import { mentionsTarget, unboundReason } from './bind.ts'
import type { Plan } from './types.ts'

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
    // Measured once, and not waited for: what is brought back is not expected to be well. What one moment does not tell
    // is left out.
    should: [...must.filter((condition) => !mentionsTarget(condition)), ...all.flatMap((one) => one.should)]
      .filter(
        ({ change, unchanged_for, absent_for }) => (change ?? unchanged_for ?? absent_for) === undefined,
      )
      .map((condition) => ({
        ...condition,
        within: 0,
        in_a_row: undefined,
        samples: undefined,
        for: undefined,
        count: undefined,
      })),
  }
}

/** An undo in the making, as far as its proof goes. */
type Proving = Parameters<typeof unboundReason>[0] & Pick<Plan, 'signals'>

/** Conditions that cannot be asked, and why. */
export interface Unasked {
  condition: Condition
  why: string
}

/**
 * Without the conditions, and those on signals, that mention a name which nothing is known for: no measurement could
 * ever agree with them. The rest and the surfaces prove it; what was not asked has to be told.
 */
export function provableFor(
  undo: Proving,
  verify: Verify | undefined,
): { verify: Verify | undefined; unasked: Unasked[] } {
  if (verify === undefined) return { verify, unasked: [] }
  const whyNot = (condition: Condition) =>
    unboundReason(undo, [condition, undo.signals[condition.signal]?.with])
  const provable = (conditions: Condition[]) => conditions.filter((one) => whyNot(one) === undefined)
  const unasked = [...verify.must, ...verify.should].flatMap((condition) => {
    const why = whyNot(condition)
    return why === undefined ? [] : [{ condition, why }]
  })
  return {
    verify: { ...verify, must: provable(verify.must), should: provable(verify.should) },
    unasked,
  }
}
