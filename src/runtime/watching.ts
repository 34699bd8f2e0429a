import { spanOf } from '../core/conditions/span.ts'
import { EXIT, type ExitCode } from '../core/exit.ts'
import { interruptedExit, signalName } from '../core/interruption.ts'
import type { Bake } from '../core/model.ts'
import { Problem } from '../core/problem.ts'
import { BEAT, isLapse, SILENT } from '../core/run/bake.ts'
import { concludeBake, isBreached } from '../core/run/conclude-bake.ts'
import type { BakeEnded, RunEvent } from '../core/run/events.ts'
import { type Said, saidNow } from './asked-signal.ts'
import { answersIn } from './answers.ts'
import { recordSaid } from './ask-facts.ts'
import { BakeRecord } from './bake-record.ts'
import {
  type Demand,
  type Demanding,
  demandsOf,
  forgetOld,
  partedByWhoKnows,
  sampleAll,
  sampleDue,
} from './demands.ts'
import { inFolderOf } from './in-folder.ts'
import { LastQuestions } from './last-questions.ts'
import { lookout } from './lookout.ts'
import { recordLapse } from './record-versions.ts'
import type { CarryOutOptions, RunLog, Session, StoredRun } from './types.ts'
import { leftWords, watchingWords } from './watching-words.ts'

/** Between two looks at what has been sampled, in milliseconds. */
const TICK = 50

export interface BakeOptions extends Pick<CarryOutOptions, 'onLine' | 'onNews' | 'interrupt' | 'askFact'> {
  /** Given since it was proven: `--answer reports=1` of a resume. */
  answers?: CarryOutOptions['answers'] | undefined
}

export interface Baked {
  /** Absent where the watching was stopped: it can be gone on with. */
  ended?: BakeEnded | undefined
  exit: ExitCode
}

/** One process that watches the bake of a run: samples, writes down what changes, and says when it is over. */
export class Watching {
  readonly #session: Session
  readonly #run: StoredRun
  readonly #bake: Bake
  readonly #record: BakeRecord
  readonly #options: BakeOptions
  readonly #demanding: Demanding
  readonly #successor: () => Promise<string | undefined>
  #demands: Demand[] = []
  /** What is measured of them; the others are asked when all else is over. */
  #measured: Demand[] = []
  #questions: LastQuestions
  /** The samples that count: those of the time in which nothing is judged do not. */
  #judging = false
  /** Since when this process has measured what counts. */
  #began: number
  #looked: number
  #told = ''
  /** When it last looked around. */
  #ticked: number
  /** To whoever watched it before, too. */
  readonly #said: Said

  constructor(outer: Session, run: StoredRun, log: RunLog, options: BakeOptions) {
    const { plan } = run
    if (plan.bake === undefined) throw new Error(`run ${plan.id} has nothing to bake`)
    const session = inFolderOf(plan.runbook.path, outer)
    this.#session = session
    this.#run = run
    this.#bake = plan.bake
    this.#record = new BakeRecord(session, run, { log, onLine: options.onLine })
    this.#options = options
    this.#demanding = { session, plan, secrets: session.secretsOf(plan.secrets), now: () => this.#now() }
    this.#successor = lookout(session, run)
    this.#looked = this.#now()
    this.#began = this.#now()
    this.#ticked = this.#now()
    // Where a question is all that is left, its answer counts however long it takes to measure the rest once more.
    const counted = this.#record.state.unanswered === undefined ? this.#now() : Infinity
    this.#said = {
      ...answersIn(run.lines.slice(run.lines.findIndex(({ event }) => event.type === 'run-ended') + 1)),
      ...saidNow(options.answers ?? {}, counted),
    }
    this.#questions = this.#toAsk([])
  }

  async untilEnd(): Promise<Baked> {
    try {
      return await this.#watch()
    } finally {
      // Whoever is at a question need not answer it any more.
      this.#questions.close()
    }
  }

  async #watch(): Promise<Baked> {
    await this.#begin()
    await this.#record.begin()
    const append = (event: RunEvent): Promise<void> => this.#record.append(event)
    await recordSaid(this.#demands, this.#said, { who: this.#session.who, append })
    while (!this.#options.interrupt.aborted) {
      const baked = await this.#once()
      if (baked !== undefined) return baked
      await this.#sleep()
    }
    const { interrupt } = this.#options
    if (this.#judging) await this.#record.judged(this.#demands, 'words')
    await this.#record.append({ type: 'bake-stopped', signal: signalName(interrupt) })
    return { exit: interruptedExit(interrupt) }
  }

  async #once(): Promise<Baked | undefined> {
    const slept = this.#now() - this.#ticked > SILENT
    this.#ticked = this.#now()
    if (slept) await this.#record.requireStillOurs()
    await this.#settle()
    forgetOld(this.#measured)
    const { areOpen } = this.#questions
    sampleDue(this.#measured, ({ taken }) => taken.length === 0 || areOpen || this.#left() > 0)
    if (this.#judging) await this.#record.judged(this.#demands, 'news')
    if (isBreached(this.#record.state)) return this.#end()
    // What is measured from now on is measured by nobody.
    if (this.#options.interrupt.aborted) return undefined
    const isOver = this.#isOver()
    if (!isOver && !areOpen) this.#tell()
    if (isOver && this.#questions.areOver(() => sampleAll(this.#measured))) {
      const open = this.#questions.unanswered()
      return open.length === 0 ? this.#end() : this.#leave(open)
    }
    if (this.#now() - this.#record.state.seen >= BEAT) await this.#beat()
    const replaced = await this.#replaced()
    return replaced && { ended: replaced, exit: replaced.exit }
  }

  async #beat(): Promise<void> {
    await this.#record.append({ type: 'bake-watched', words: this.#words() })
    try {
      await this.#record.requireStillOurs()
    } catch (error) {
      // Only the end needs the store: a remote may be down for a while.
      if (!(error instanceof Problem && error.code === 'store-unreachable')) throw error
    }
  }

  /** Whoever goes on with it can be asked. */
  async #leave(open: string[]): Promise<Baked> {
    await this.#record.requireStillOurs()
    await this.#record.judged(this.#demands, 'words')
    await this.#record.append({
      type: 'bake-unanswered',
      why: `nobody is there to answer: ${open.join('; ')}`,
    })
    return { exit: EXIT.declined }
  }

  /** From here on it is judged, by what is measured from here on. */
  async #settle(): Promise<void> {
    if (this.#judging || this.#now() < this.#record.state.since + this.#bake.settle) return
    this.#judging = true
    this.#began = this.#now()
    await this.#begin()
  }

  async #begin(): Promise<void> {
    const { must, should, for: within } = this.#bake
    this.#demands = await demandsOf(this.#demanding, { must, should, within }, this.#said)
    const { measured, asked } = partedByWhoKnows(this.#demands)
    this.#measured = measured
    this.#questions = this.#toAsk(asked)
  }

  #toAsk(facts: readonly Demand[]): LastQuestions {
    const { askFact, interrupt } = this.#options
    return new LastQuestions(facts, {
      askFact,
      who: this.#session.who,
      append: (event) => this.#record.append(event),
      now: () => this.#now(),
      interrupted: () => interrupt.aborted,
    })
  }

  /** Each is measured at least once, however short the time is; and what is still being asked has the last word. */
  #isOver(): boolean {
    if (this.#left() > 0 || !this.#judging) return false
    return this.#measured.every(({ watch }) => watch.taken.length > 0 && !watch.sampling)
  }

  /** Whoever goes on with it has no samples of before: a condition gets the time in which it can hold. */
  #left(): number {
    const { watched, seen } = this.#record.state
    const since = this.#now() - seen
    const planned = this.#bake.for - watched - (since > SILENT ? 0 : since)
    const spans = this.#measured.map(({ condition, watch }) => {
      const span = spanOf(condition, watch.every)
      // Samples are taken a little later than they are due.
      return span === 0 ? 0 : span + 2 * watch.every
    })
    return Math.max(planned, this.#began + Math.max(0, ...spans) - this.#now())
  }

  async #end(): Promise<Baked> {
    const ended = await this.#conclude()
    return { ended, exit: ended.exit }
  }

  async #conclude(): Promise<BakeEnded> {
    await this.#record.requireStillOurs()
    // What somebody else has changed meanwhile says nothing about what was proven.
    const replaced = await this.#replaced(0)
    if (replaced !== undefined) return replaced
    await this.#record.judged(this.#demands, 'all')
    const ended = concludeBake(this.#record.state, this.#record.state.own)
    // Before the end is on record: whoever goes on after a crash in between comes to the same end.
    const unwritten = isLapse(ended) ? await recordLapse(this.#session, this.#run.plan) : undefined
    const whole = unwritten === undefined ? ended : { ...ended, why: `${ended.why}; ${unwritten}` }
    await this.#record.append(whole)
    return whole
  }

  async #replaced(every = this.#session.store.pace.beat): Promise<BakeEnded | undefined> {
    if (this.#now() - this.#looked < every) return undefined
    const successor = await this.#successor()
    this.#looked = this.#now()
    if (successor === undefined) return undefined
    const why = `run ${successor} has changed what was watched`
    const ended: BakeEnded = { type: 'bake-ended', result: 'replaced', exit: this.#record.state.own, why }
    await this.#record.append(ended)
    return ended
  }

  /** For a spinner. */
  #tell(): void {
    const words = `${leftWords(this.#left())}; ${this.#words()}`
    if (words !== this.#told) this.#options.onNews?.(words)
    this.#told = words
  }

  #words(): string {
    const settling = this.#judging ? undefined : this.#record.state.since + this.#bake.settle - this.#now()
    return watchingWords(this.#measured, settling)
  }

  async #sleep(): Promise<void> {
    try {
      await this.#session.read.sleep(TICK)
    } catch (error) {
      // The doors are closing: whoever slept asks whether it was interrupted.
      if (!(error instanceof Problem && error.code === 'interrupted')) throw error
    }
  }

  #now(): number {
    return this.#session.read.now()
  }
}
