import type { DecisionOnRecord, Verdict } from '../core/conditions/verdict.ts'

export const VERDICT_WORDS: Record<Verdict, string> = {
  rollback: 'roll back',
  investigate: 'investigate',
  unknown: 'unknown',
  hold: 'hold',
}

/** The verdict, and what it comes from: `roll back: errors: is 12.3%, above 10%`. */
export function decisionWords({ verdict, triggers }: DecisionOnRecord): string {
  if (verdict === 'hold') {
    const outweighed = triggers.filter(({ judged, but }) => judged === 'holds' && but !== undefined)
    if (outweighed.length === 0) return 'hold: nothing speaks for a rollback'
    return `hold: ${outweighed.map(({ id, words, but }) => `${id}: ${words}, but it ${but}`).join('; ')}`
  }
  const deciding = triggers.filter((one) => one.verdict === verdict)
  return `${VERDICT_WORDS[verdict]}: ${deciding.map(({ id, words }) => `${id}: ${words}`).join('; ')}`
}
