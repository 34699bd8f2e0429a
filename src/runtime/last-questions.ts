import { askFacts, type Asking } from './ask-facts.ts'
import type { Demand } from './demands.ts'

/** What only a person knows of a bake: asked when all else is over, while it is watched on for as long as they need. */
export class LastQuestions {
  readonly #facts: readonly Demand[]
  readonly #asking: Asking
  #state: 'not asked' | 'asking' | 'over' = 'not asked'
  #broken: unknown

  constructor(facts: readonly Demand[], asking: Asking) {
    this.#facts = facts
    this.#asking = asking
  }

  /** Begins to ask when it is called first. Throws what could not be written down. */
  isOver(): boolean {
    if (this.#broken !== undefined) throw this.#broken
    if (this.#state === 'not asked') this.#ask()
    return this.#state === 'over'
  }

  #ask(): void {
    this.#state = 'asking'
    askFacts(this.#facts, this.#asking).then(
      () => (this.#state = 'over'),
      (error: unknown) => (this.#broken = error),
    )
  }

  /** What nobody was there to answer, with how to answer it. */
  unanswered(): string[] {
    const open = this.#facts.flatMap(({ watch: { name, asked } }) =>
      asked?.open() === true ? [`${asked.question} (--answer ${name}=…)`] : [],
    )
    return [...new Set(open)]
  }
}
