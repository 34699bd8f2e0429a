import { askFacts, type Asking } from './ask-facts.ts'
import type { Demand } from './demands.ts'

/** What only a person knows of a bake: asked when all else is over, while it is watched on for as long as they need. */
export class LastQuestions {
  readonly #facts: readonly Demand[]
  readonly #asking: Asking
  readonly #closed = new AbortController()
  #state: 'not asked' | 'open' | 'over' = 'not asked'
  #broken: unknown
  /** What nobody was there to answer. */
  #unanswered: string[] = []

  constructor(facts: readonly Demand[], asking: Asking) {
    this.#facts = facts
    this.#asking = asking
  }

  /** A person is at them. */
  get areOpen(): boolean {
    return this.#state === 'open'
  }

  /** Begins to ask when it is called first; `measure`: what has to be known of the time after the answers. */
  areOver(measure: () => Promise<void>): boolean {
    if (this.#broken !== undefined) throw this.#broken
    if (this.#state === 'not asked') this.#ask(measure)
    return this.#state === 'over'
  }

  /** Nobody wants to know it any more: whoever is asked can go. */
  close(): void {
    this.#closed.abort()
  }

  #ask(measure: () => Promise<void>): void {
    if (this.#facts.length === 0) return void (this.#state = 'over')
    this.#state = 'open'
    if (this.#asking.askFact === undefined) this.#unanswered = this.#open()
    askFacts(this.#facts, this.#asking, this.#closed.signal)
      .then(measure)
      .then(
        // Whoever was interrupted at a question has not answered it.
        () => (this.#state = this.#asking.interrupted() ? 'open' : 'over'),
        (error: unknown) => (this.#broken = error),
      )
  }

  /** What nobody was there to answer, with how to answer it. An answer that has counted since is none of it. */
  unanswered(): string[] {
    return this.#unanswered
  }

  #open(): string[] {
    const open = this.#facts.flatMap(({ watch: { name, asked } }) =>
      asked?.open(this.#asking.now()) === true ? [`${asked.question} (--answer ${name}=…)`] : [],
    )
    return [...new Set(open)]
  }
}
