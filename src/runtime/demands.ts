import { judge } from '../core/conditions/judge.ts'
import { type Judgement, NOT_MEASURED } from '../core/conditions/judgement.ts'
import { spanOf } from '../core/conditions/span.ts'
import type { Condition, Verify } from '../core/model.ts'
import { basisOfPlan } from './basis.ts'
import type { Said } from './asked-signal.ts'
import type { Carrier } from './carrier.ts'
import { judgingOf } from './judge-signals.ts'
import { lookBacks, measuredAs } from './look-backs.ts'
import { type SignalWatch, watchSignal } from './signal-watch.ts'

// What verify and bake demand: conditions, each judged by what is measured of its signal from now on.

export interface Demand {
  condition: Condition
  role: 'must' | 'should'
  /** Conditions on the same signal, at the same pace, are judged by the same samples. */
  watch: SignalWatch
  judgement: Judgement
  /** A condition may have less time than the whole, or more. */
  until: number
  /** It has held within its own time: what it says after that is judged with the whole. */
  held: boolean
}

/** What demands are made with: a bake has no run to carry out any more. */
export type Demanding = Pick<Carrier, 'session' | 'plan' | 'secrets' | 'now'>

/** `said`: since what is judged, of what only people know. */
export async function demandsOf(
  demanding: Demanding,
  { must, should, within }: Verify,
  said: Said = {},
): Promise<Demand[]> {
  const start = demanding.now()
  const basis = basisOfPlan(demanding.plan, demanding)
  const wanted = lookBacks({ signals: demanding.plan.signals, demanded: [...must, ...should] })
  // What was before the change proves nothing: no history is asked for.
  const watches = new Map(
    await Promise.all(
      [...wanted].map(
        async ([key, one]) =>
          [key, await watchSignal(basis, { ...one, history: 0 }, { since: start, said })] as const,
      ),
    ),
  )
  const watchOf = (condition: Condition): SignalWatch => {
    const watch = watches.get(measuredAs(condition))
    if (watch === undefined) throw new Error(`nothing measures "${condition.signal}"`)
    return watch
  }
  const demand =
    (role: Demand['role']) =>
    (condition: Condition): Demand => ({
      condition,
      role,
      watch: watchOf(condition),
      judgement: NOT_MEASURED,
      until: start + (condition.within ?? within),
      held: false,
    })
  return [...must.map(demand('must')), ...should.map(demand('should'))]
}

/** What only a person knows, apart from what is measured. */
export function partedByWhoKnows(demands: readonly Demand[]): { measured: Demand[]; asked: Demand[] } {
  const { measured = [], asked = [] } = Object.groupBy(demands, ({ watch }) =>
    watch.asked === undefined ? 'measured' : 'asked',
  )
  return { measured, asked }
}

/** Takes one sample of each, due or not. */
export async function sampleAll(demands: readonly Demand[]): Promise<void> {
  await Promise.all(
    [...Map.groupBy(demands, ({ watch }) => watch)].map(([watch, own]) => sampleFor(watch, own)),
  )
}

/** Takes every sample that is due; `mayBegin` is asked before each. */
export function sampleDue(
  demands: readonly Demand[],
  mayBegin: (watch: SignalWatch) => boolean = () => true,
): void {
  for (const [watch, own] of Map.groupBy(demands, ({ watch }) => watch)) {
    if (watch.isDue() && !own.every(({ judgement }) => judgement.final) && mayBegin(watch))
      void sampleFor(watch, own)
  }
}

/** What more samples cannot change was true when it was measured: it has to be true once more. */
export function judgeAnew(demands: readonly Demand[], until: number): void {
  for (const one of demands.filter(({ judgement }) => judgement.final)) {
    one.watch.taken = []
    Object.assign(one, { judgement: NOT_MEASURED, held: false, until })
  }
}

async function sampleFor(watch: SignalWatch, demands: readonly Demand[]): Promise<void> {
  await watch.sample()
  const now = watch.now()
  for (const one of demands) {
    if (one.judgement.final) continue
    one.judgement = judge(one.condition, watch.taken, judgingOf(watch, now, 'of-health'))
    if (one.judgement.verdict === 'holds' && now <= one.until) one.held = true
  }
}

/** Measurements that are kept of each signal, where none of its conditions looks back further. */
const KEPT = 100

/** What is watched for hours is not kept for hours: twice what a condition looks back on, for what was before. */
export function forgetOld(demands: readonly Demand[]): void {
  for (const [watch, own] of Map.groupBy(demands, ({ watch }) => watch)) {
    const spans = own.map(({ condition }) => Math.ceil(spanOf(condition, watch.every) / watch.every))
    watch.taken.splice(0, watch.taken.length - (KEPT + 2 * Math.max(...spans)))
  }
}
