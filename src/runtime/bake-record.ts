import { describeCondition } from '../core/conditions/describe.ts'
import { bakeOf, type BakeState } from '../core/run/bake.ts'
import type { RunEvent, Watcher } from '../core/run/events.ts'
import { startOf } from '../io/process-identity.ts'
import type { Demand } from './demands.ts'
import { failpoint } from './failpoint.ts'
import { requireStillOurs } from './open-bake.ts'
import type { CarryOutOptions, RunLog, Session, StoredRun } from './types.ts'
import { whereAmI } from './where.ts'

/** What is on record of a bake, and what this process, which watches it, adds. */
export class BakeRecord {
  readonly #session: Session
  readonly #run: StoredRun
  readonly #log: RunLog
  readonly #onLine: CarryOutOptions['onLine']
  readonly #me: Watcher = { pid: process.pid, started: startOf(process.pid) ?? '', host: whereAmI() }
  #state: BakeState

  constructor(
    session: Session,
    run: StoredRun,
    { log, onLine }: Pick<CarryOutOptions, 'onLine'> & { log: RunLog },
  ) {
    const state = bakeOf(run.plan, run.lines)
    if (state === undefined) throw new Error(`run ${run.plan.id} has nothing to bake`)
    this.#session = session
    this.#run = run
    this.#log = log
    this.#onLine = onLine
    this.#state = state
  }

  get state(): BakeState {
    return this.#state
  }

  /** From here on it is this process that watches. */
  begin(): Promise<void> {
    return this.append({ type: 'bake-started', by: this.#session.who, ...this.#me })
  }

  /** Throws a Problem where somebody else has taken it over. */
  requireStillOurs(): Promise<void> {
    return requireStillOurs(this.#session.store, this.#run.plan.id, this.#me)
  }

  /** What has changed; also the last words of each; at the end all, and what was never measured as well. */
  async judged(demands: readonly Demand[], which: 'news' | 'words' | 'all'): Promise<void> {
    for (const { condition: said, role, judgement, watch } of demands) {
      const condition = describeCondition(said)
      const former = this.#state.conditions.find((one) => one.role === role && one.condition === condition)
      const { verdict, words } = judgement
      const isNews = former?.verdict !== verdict || (which !== 'news' && former.words !== words)
      if ((watch.taken.length > 0 || which === 'all') && isNews)
        await this.append({ type: 'bake-judged', condition, role, verdict, words })
    }
  }

  async append(event: RunEvent): Promise<void> {
    const line = await this.#log.append(event)
    failpoint(event.type)
    this.#run.lines.push(line)
    this.#state = bakeOf(this.#run.plan, this.#run.lines) ?? this.#state
    this.#onLine(line)
  }
}
