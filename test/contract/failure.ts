import { EffectFailure } from '../../src/core/problem.ts'

/** How an effect fails: nothing but an `EffectFailure` says whether it may have happened. */
export async function failureOf(effect: Promise<unknown>): Promise<EffectFailure> {
  const outcome: unknown = await effect.then(
    (receipt) => new Error(`it did not fail: ${JSON.stringify(receipt)}`),
    (error: unknown) => error,
  )
  if (outcome instanceof EffectFailure) return outcome
  throw new Error('it did not fail as an effect does', { cause: outcome })
}
