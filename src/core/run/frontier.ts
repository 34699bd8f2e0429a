import type { Plan } from '../plan/types.ts'
import type { RunState, StepState } from './state.ts'

/** Steps of a run at the same time. */
const STEPS_AT_ONCE = 64

const frontiers = new WeakMap<RunState, Frontier>()

/** Where the run stands; found by going on from where it stood when it was last asked for. */
export function frontierOf(plan: Plan, state: RunState): Frontier {
  const known = frontiers.get(state)
  const frontier = known?.plan === plan ? known : new Frontier(plan)
  frontiers.set(state, frontier)
  frontier.follow(state)
  return frontier
}

/**
 * The line between what is done and what is not: the steps that run, and those that could begin. It says nothing that
 * plan and state do not say; but it follows the turns that a run has taken instead of looking at all steps at each of
 * them, so that a run of ten thousand steps takes ten times as long as one of a thousand.
 *
 * Steps are known by their places in the plan.
 */
class Frontier {
  readonly plan: Plan
  readonly #places = new Map<string, number>()
  /** By place: the steps that wait for it, and how many it still waits for itself. */
  readonly #dependents: number[][]
  readonly #missing: number[]
  readonly #status: (StepState['status'] | undefined)[]
  /** Those whose needs are met, in the order in which they were; the ones before `#ready` have begun. */
  readonly #queue: number[] = []
  #ready = 0
  readonly #running = new Set<number>()
  #failed: number | undefined
  #unopened = 0
  #followed = 0

  constructor(plan: Plan) {
    this.plan = plan
    const { steps } = plan
    steps.forEach(({ id }, place) => this.#places.set(id, place))
    this.#dependents = steps.map(() => [])
    this.#status = steps.map(() => undefined)
    this.#missing = steps.map(({ needs }, place) => {
      const distinct = new Set(needs)
      for (const need of distinct) this.#dependents[this.#places.get(need) ?? -1]?.push(place)
      if (distinct.size === 0) this.#queue.push(place)
      return distinct.size
    })
  }

  /** Goes on to where the run is now. */
  follow({ turns, steps }: RunState): void {
    for (; this.#followed < turns.length; this.#followed += 1) {
      const id = turns[this.#followed] ?? ''
      const place = this.#places.get(id)
      const status = steps[id]?.status
      if (place !== undefined && status !== undefined && status !== this.#status[place])
        this.#turn(place, status)
    }
  }

  #turn(place: number, status: StepState['status']): void {
    this.#status[place] = status
    if (status === 'running') {
      this.#running.add(place)
      return
    }
    this.#running.delete(place)
    if (status === 'failed') this.#failed = Math.min(place, this.#failed ?? place)
    else this.#release(place)
  }

  #release(place: number): void {
    for (const dependent of this.#dependents[place] ?? []) {
      const missing = (this.#missing[dependent] ?? 0) - 1
      this.#missing[dependent] = missing
      if (missing === 0) this.#queue.push(dependent)
    }
  }

  /** The first failed step of the plan. */
  get failed(): number | undefined {
    return this.#failed
  }

  get isRunning(): boolean {
    return this.#running.size > 0
  }

  /** The first step of the plan that has not begun. */
  get unopened(): number | undefined {
    while (this.#status[this.#unopened] !== undefined) this.#unopened += 1
    return this.#unopened < this.#status.length ? this.#unopened : undefined
  }

  /** Steps to decide about, in the order of the plan: the ones that run and, where they may, those that can begin. */
  open(mayBegin: boolean): number[] {
    return [...this.#running, ...(mayBegin ? this.#beginners() : [])].sort((a, b) => a - b)
  }

  /** So many that with those that run there are not too many at once. */
  #beginners(): number[] {
    while (this.#status[this.#queue[this.#ready] ?? -1] !== undefined) this.#ready += 1
    const beginners: number[] = []
    const room = STEPS_AT_ONCE - this.#running.size
    for (let next = this.#ready; next < this.#queue.length && beginners.length < room; next += 1) {
      const place = this.#queue[next]
      if (place !== undefined && this.#status[place] === undefined) beginners.push(place)
    }
    return beginners
  }
}
