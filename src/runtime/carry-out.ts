import { setTimeout as wait } from 'node:timers/promises'

import { signalName, timeLeft } from '../core/interruption.ts'
import type { Plan } from '../core/plan/types.ts'
import { Problem } from '../core/problem.ts'
import type { Line, RunEnded, RunEvent } from '../core/run/events.ts'
import { next } from '../core/run/next.ts'
import { advance, fold, type RunState } from '../core/run/state.ts'
import { answersOfNow, answersToSignals, checkAnswers, confirmed } from './answers.ts'
import { saidNow } from './asked-signal.ts'
import { beginRun } from './begin-run.ts'
import type { Carrier } from './carrier.ts'
import { conclude, decline, endBroken, endInterrupted } from './end-run.ts'
import { failpoint } from './failpoint.ts'
import { inFolderOf } from './in-folder.ts'
import { lockRun } from './lock-run.ts'
import { performCommand, type Performing } from './perform-command.ts'
import { checkDoubtAnswers } from './settle-doubt.ts'
import type { Held } from './store/lock.ts'
import type { CarryOutOptions, RunLog, Session } from './types.ts'
import { Underway } from './underway.ts'
import { underLock } from './under-lock.ts'

/** Longest sleep between two decisions, so that time limits are seen. */
const TICK = 1000

/** Carries a sealed plan out, alone. The plan is stored before the first effect; every event is on disk before the next step. */
export async function carryOut(session: Session, plan: Plan, options: CarryOutOptions): Promise<RunEnded> {
  checkDoubtAnswers(plan, options.answers)
  const unanswered = checkAnswers(plan, options)
  if (unanswered !== undefined) return unanswered
  return underLock(session, await lockRun(session, plan), options.interrupt, (held) =>
    begin(session, plan, options, held),
  )
}

/** The same for who holds the lock already. */
export async function begin(
  session: Session,
  plan: Plan,
  options: CarryOutOptions,
  held: Held,
): Promise<RunEnded> {
  failpoint('plan-unstored')
  const log = await session.store.create(plan)
  failpoint('plan-stored')
  return new Execution(session, plan, options, { held, log, lines: [] }).run()
}

export interface Ground {
  held: Held
  log: RunLog
  /** What is on record of a run that is gone on with. */
  lines: readonly Line[]
}

/** Goes on with a run from what is on record of it. */
export function goOn(
  session: Session,
  plan: Plan,
  options: CarryOutOptions,
  ground: Ground,
): Promise<RunEnded> {
  return new Execution(session, plan, options, ground).run()
}

/** One execution: starts what the reducer asks for, and asks again whenever something has happened. */
class Execution implements Carrier {
  readonly session: Session
  readonly plan: Plan
  readonly secrets
  readonly #options: Performing
  readonly #ground: Ground
  #state: RunState
  readonly #underway = new Underway()
  #wake: () => void = () => {}
  #broken: unknown
  #over = false
  readonly #closed = new AbortController()

  constructor(session: Session, plan: Plan, options: CarryOutOptions, ground: Ground) {
    this.session = inFolderOf(plan.runbook.path, session)
    this.plan = plan
    this.secrets = this.session.secretsOf(plan.secrets)
    this.#ground = ground
    this.#state = fold(ground.lines)
    const said = saidNow(answersToSignals(plan, options.answers), session.read.now())
    this.#options = {
      ...untilClosed(options, this.#closed.signal),
      saidOfNow: answersOfNow(plan, this.#state, ground.lines, said),
    }
  }

  async run(): Promise<RunEnded> {
    const { interrupt, offline } = this.#options
    try {
      await beginRun(this, offline)
      if (await confirmed(this, this.#options, this.#ground.lines)) return await this.#untilEnd()
      return await (interrupt.aborted ? this.#stop() : decline(this))
    } finally {
      await this.#close()
    }
  }

  async #untilEnd(): Promise<RunEnded> {
    const wake = () => this.#wake()
    this.#options.interrupt.addEventListener('abort', wake)
    try {
      while (this.#state.ended === undefined) {
        if (this.#broken !== undefined) throw this.#broken
        // Who waits begins nothing, and would not ask: what it waits for may have been taken back by somebody else.
        if (this.#ground.held.lost !== undefined) throw this.#ground.held.lost
        if (this.#options.interrupt.aborted) return await this.#stop()
        await this.#once()
      }
      return this.#state.ended
    } catch (error) {
      await this.#underway.letEnd(this)
      throw await endBroken(this, error)
    } finally {
      // However it ended: what still watches in the background must not go on for ever.
      this.#over = true
      // Nor must whoever is at a question be waited for.
      this.#closed.abort()
      this.#options.interrupt.removeEventListener('abort', wake)
    }
  }

  async #once(): Promise<void> {
    const ci = this.#options.ask === undefined
    const around = { now: this.now(), ci, underway: this.#underway.effects }
    const commands = next(this.plan, this.#state, around)
    const records = commands.flatMap((command) => (command.do === 'record' ? [command.event] : []))
    for (const event of records)
      await (event.type === 'run-ended' ? conclude(this, event) : this.append(event))
    if (records.length > 0) return
    for (const command of commands)
      this.#underway.start(
        command,
        () => performCommand(this, command, this.#options),
        (error) => {
          this.#broken = error ?? this.#broken
          this.#wake()
        },
      )
    const waits = commands.flatMap((command) => (command.do === 'wait' ? [command.until - this.now()] : []))
    if (this.#underway.isNothing && waits.length === 0) {
      throw new Error('the run has nothing to do and has not ended')
    }
    await this.#news(Math.max(5, Math.min(TICK, ...waits)))
  }

  /** Until something has happened, but not longer than so many milliseconds. */
  async #news(longest: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, longest)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#wake = () => {}
  }

  /** Nothing new starts; what is under way gets a moment to end, and the journal is closed. */
  async #stop(): Promise<RunEnded> {
    const { interrupt } = this.#options
    this.news(`${signalName(interrupt)}: nothing new is started; what is under way gets a moment to end`)
    await this.#underway.letEnd(this)
    return endInterrupted(this, interrupt)
  }

  /** A store that does not answer is not waited for by who has been cancelled. */
  async #close(): Promise<void> {
    const closed = this.#ground.log.close()
    if (!this.#options.interrupt.aborted) return closed
    await Promise.race([closed, wait(timeLeft(this.#options.interrupt, this.now()))])
  }

  // ---------------------------------------------------------------- what carrying out works with

  own(): Promise<void> {
    return this.#ground.held.check()
  }

  async keep(name: string, text: string, eventOf: (path: string) => RunEvent): Promise<void> {
    this.#written(await this.#ground.log.keep(name, text, eventOf))
  }

  share(): Promise<void> {
    return this.#ground.log.share()
  }

  async append(event: RunEvent): Promise<void> {
    this.#written(await this.#ground.log.append(event))
  }

  #written(line: Line): void {
    failpoint(line.event.type)
    this.#state = advance(this.#state, line)
    this.#options.onLine(line)
    this.#wake()
  }

  state(): RunState {
    return this.#state
  }

  now(): number {
    return this.session.read.now()
  }

  sleep(milliseconds: number): Promise<void> {
    return this.session.read.sleep(milliseconds).catch((error: unknown) => {
      // The doors are closing; whoever slept asks `interrupted()`.
      if (!(error instanceof Problem && error.code === 'interrupted')) throw error
      this.#over = true
    })
  }

  news(text: string): void {
    this.#options.onNews?.(text)
  }

  interrupted(): boolean {
    return this.#over || this.#options.interrupt.aborted
  }
}

/** Questions that are taken back when the run has ended: its lock may have been lost while somebody thinks. */
function untilClosed(options: CarryOutOptions, closed: AbortSignal): CarryOutOptions {
  const { ask, askFact } = options
  return {
    ...options,
    ask: ask && ((id, question) => ask(id, question, closed)),
    askFact: askFact && ((question, answers) => askFact(question, answers, closed)),
  }
}
