import { setTimeout as wait } from 'node:timers/promises'

import { EXIT } from '../core/exit.ts'
import { interruptedExit, signalName, timeLeft } from '../core/interruption.ts'
import { Problem, sentenceOf } from '../core/problem.ts'
import { stepNamed } from '../core/plan/lookup.ts'
import type { Plan, PlannedStep, PlannedUse } from '../core/plan/types.ts'
import { whatStands } from '../core/run/conclude.ts'
import { livingChildren } from '../core/run/doubts.ts'
import { JOURNAL_FORMAT, type Line, type RunEvent, type Use } from '../core/run/events.ts'
import type { Command } from '../core/run/command.ts'
import { next } from '../core/run/next.ts'
import { advance, fold, hasTried, type RunState } from '../core/run/state.ts'
import { useInForce } from '../core/run/use.ts'
import { inFolderOf } from './in-folder.ts'
import { askGate, checkAnswers, confirmed } from './answers.ts'
import type { Carrier } from './carrier.ts'
import { carryOutEffect, look } from './effects.ts'
import { failpoint } from './failpoint.ts'
import { lockRun } from './lock-run.ts'
import { prove, proveStep } from './prove.ts'
import { isProven, recordProven } from './record-versions.ts'
import { checkDoubtAnswers, settleDoubt } from './settle-doubt.ts'
import type { Held } from './store/lock.ts'
import type { CarryOutOptions, RunLog, Session } from './types.ts'
import { underLock } from './under-lock.ts'

type RunEnded = Extract<RunEvent, { type: 'run-ended' }>

/** Being cancelled is a crash: the process is gone within 5 s, so effects under way get less than that to end by themselves. */
const GRACE = 2500
/** Programs that have not, and are then ended, get so much longer. */
const ENDING = 1200
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
  readonly #options: CarryOutOptions
  readonly #ground: Ground
  #state: RunState
  /** What is being carried out at the moment, by name. */
  readonly #underway = new Map<string, Promise<void>>()
  #wake: () => void = () => {}
  #broken: unknown
  #over = false

  constructor(session: Session, plan: Plan, options: CarryOutOptions, ground: Ground) {
    this.session = inFolderOf(plan.runbook.path, session)
    this.plan = plan
    this.secrets = this.session.secretsOf(plan.secrets)
    this.#options = options
    this.#ground = ground
    this.#state = fold(ground.lines)
  }

  async run(): Promise<RunEnded> {
    try {
      await this.#open()
      if (await confirmed(this, this.#options, this.#ground.lines)) return await this.#untilEnd()
      return this.#options.interrupt.aborted ? await this.#stop() : await this.#decline()
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
        if (this.#options.interrupt.aborted) return await this.#stop()
        await this.#once()
      }
      return this.#state.ended
    } catch (error) {
      await this.#grace()
      if (isLost(error)) await this.#closeUnlessTakenOver(error)
      throw this.#brokenOff(error)
    } finally {
      // However it ended: what still watches in the background must not go on for ever.
      this.#over = true
      this.#options.interrupt.removeEventListener('abort', wake)
    }
  }

  async #once(): Promise<void> {
    const commands = next(this.plan, this.#state, this.#surroundings())
    const records = commands.flatMap((command) => (command.do === 'record' ? [command.event] : []))
    for (const event of records) {
      if (event.type !== 'run-ended') await this.append(event)
      else await this.#conclude(event)
    }
    if (records.length > 0) return
    for (const command of commands) this.#start(command)
    const waits = commands.flatMap((command) => (command.do === 'wait' ? [command.until - this.now()] : []))
    if (this.#underway.size === 0 && waits.length === 0) {
      throw new Error('the run has nothing to do and has not ended')
    }
    await this.#news(Math.max(5, Math.min(TICK, ...waits)))
  }

  /**
   * Only who holds the lock may say how it ended, and what that says about versions. Asked again afterwards: whoever was
   * suspended in between has said it too late.
   */
  async #conclude(event: RunEnded): Promise<void> {
    await this.own()
    const unrecorded = isProven(event.result)
      ? await recordProven(this.session, this.plan, this.#state)
      : undefined
    failpoint('versions-recorded')
    await this.append(unrecorded === undefined ? event : { ...event, why: `${event.why}; ${unrecorded}` })
    await this.own()
  }

  #surroundings() {
    const underway = new Set(
      [...this.#underway.keys()].filter((key) => key.startsWith('effect:')).map((key) => key.slice(7)),
    )
    return { now: this.now(), ci: this.#options.ask === undefined, underway }
  }

  #start(command: Command): void {
    const key = keyOf(command)
    if (key === undefined || this.#underway.has(key)) return
    const work = this.#perform(command)
      .catch((error: unknown) => {
        this.#broken = error
      })
      .finally(() => {
        this.#underway.delete(key)
        this.#wake()
      })
    this.#underway.set(key, work)
  }

  async #perform(command: Command): Promise<void> {
    switch (command.do) {
      case 'apply':
      case 'call': {
        const { step, use } = this.#named(command.step, command.use)
        return carryOutEffect(this, {
          step,
          use,
          which: command.use,
          effect: command.effect,
          attempt: command.attempt,
        })
      }
      case 'look': {
        const { step, use } = this.#named(command.step, command.use)
        return look(this, { step, use, effect: command.effect })
      }
      case 'ask':
        return askGate(this, this.#named(command.step, 'first').step, this.#options)
      case 'settle': {
        const { step, use } = this.#named(command.step, command.use)
        return settleDoubt(this, { step, use, effect: command.effect }, this.#options)
      }
      case 'verify-step': {
        const { step } = this.#named(command.step, 'first')
        return this.#tell(step.verify === undefined ? undefined : await proveStep(this, step.id, step.verify))
      }
      case 'prove':
        return this.#tell(await prove(this))
      case 'record':
      case 'wait':
        return
    }
  }

  async #tell(event: RunEvent | undefined): Promise<void> {
    if (event !== undefined) await this.append(event)
  }

  #named(id: string, which: Use): { step: PlannedStep; use: PlannedUse } {
    const step = stepNamed(this.plan, id)
    if (step === undefined) throw new Error(`the plan has no step "${id}"`)
    return { step, use: useInForce(step, { use: which }) }
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

  /** What fails here may fail in the middle of a run: it may be gone on with. */
  async #open(): Promise<void> {
    try {
      await this.#begin()
      await this.#share()
    } catch (error) {
      throw this.#brokenOff(error)
    }
  }

  async #begin(): Promise<void> {
    const { plan } = this
    if (this.#state.started !== undefined) {
      await this.append({ type: 'run-resumed', by: this.session.who })
      if (this.#state.offline === true && this.#options.offline === undefined)
        await this.append({ type: 'store-reached' })
      return this.#tellOffline()
    }
    await this.append({
      type: 'run-started',
      format: JOURNAL_FORMAT,
      id: plan.id,
      kind: plan.kind,
      seal: plan.seal,
      service: plan.service,
      environment: plan.environment,
      procedure: plan.procedure,
      target: plan.target,
      by: this.session.who,
      reason: plan.reason,
      undoOf: plan.undoOf,
    })
    await this.#tellOffline()
    for (const one of plan.evidence) await this.append({ type: 'evidence', ...one })
  }

  async #tellOffline(): Promise<void> {
    const why = this.#options.offline
    if (why !== undefined) await this.append({ type: 'store-unreachable', why, by: this.session.who })
  }

  /** Before the first effect every machine that shares the store has the sealed plan. */
  async #share(): Promise<void> {
    try {
      await this.#ground.log.share()
    } catch (error) {
      if (!hasTried(this.#state)) {
        const why = `it could not be shared: ${sentenceOf(error)}`
        await this.#end({ type: 'run-ended', result: 'failed', exit: EXIT.refused, why, stands: [] })
      }
      throw error
    }
  }

  /** A store that does not answer is not waited for by who has been cancelled. */
  async #close(): Promise<void> {
    const closed = this.#ground.log.close()
    if (!this.#options.interrupt.aborted) return closed
    await Promise.race([closed, wait(timeLeft(this.#options.interrupt, this.now()))])
  }

  #decline(): Promise<RunEnded> {
    const why = 'a confirmation that the plan needs was not given'
    return this.#end({ type: 'run-ended', result: 'declined', exit: EXIT.declined, why, stands: [] })
  }

  async #end(ended: RunEnded): Promise<RunEnded> {
    await this.append(ended)
    return ended
  }

  /** Nothing new starts; what is under way gets a moment to end, and the journal is closed. */
  async #stop(): Promise<RunEnded> {
    const { interrupt } = this.#options
    const signal = signalName(interrupt)
    this.news(`${signal}: nothing new is started; what is under way gets a moment to end`)
    await this.#grace()
    await this.append({ type: 'interrupted', signal })
    const stands = whatStands(this.plan, this.#state)
    const why = `interrupted by ${signal}`
    const ended: RunEnded = {
      type: 'run-ended',
      result: 'interrupted',
      exit: interruptedExit(interrupt),
      why,
      stands,
    }
    // A run that has not tried anything yet is over; any other one can be gone on with.
    return hasTried(this.#state) ? ended : this.#end(ended)
  }

  /** Effects under way get a moment to end by themselves, so that it is known what came of them. */
  async #grace(): Promise<void> {
    const effects = [...this.#underway].filter(([key]) => key.startsWith('effect:'))
    await within(
      GRACE,
      effects.map(([, work]) => work),
    )
    // They would be ended with us, and nobody would know of it: so they are ended while it can be written down.
    const programs = livingChildren(this.#state).flatMap(
      ({ effect }) => this.#underway.get(`effect:${effect}`) ?? [],
    )
    if (programs.length === 0) return
    this.session.endEffects()
    await within(ENDING, programs)
  }

  /** It was never its turn: then nobody has to go on with it. Where somebody does, this comes too late to count. */
  async #closeUnlessTakenOver(error: Problem): Promise<void> {
    if (this.#state.ended !== undefined || whatStands(this.plan, this.#state).length > 0) return
    const why = sentenceOf(error)
    await this.#end({ type: 'run-ended', result: 'failed', exit: error.exit, why, stands: [] })
  }

  /** A full disk, or a defect of ours: what matters to a person is whether changes stand. */
  #brokenOff(error: unknown): unknown {
    const stands = whatStands(this.plan, this.#state)
    // What stands is told by whoever has taken it over.
    if (stands.length === 0 || isLost(error)) return error
    return new Problem({
      code: 'run-broken-off',
      message: `the run broke off in the middle, and changes stand: ${stands.join('; ')}`,
      found: sentenceOf(error),
      cure: `rollback show ${this.plan.id} tells what was done, rollback undo ${this.plan.id} takes it back. To go on, once that is mended:\nrollback resume ${this.plan.id}`,
      exit: EXIT.stands,
      cause: error,
    })
  }

  // ---------------------------------------------------------------- what carrying out works with

  own(): Promise<void> {
    return this.#ground.held.check()
  }

  share(): Promise<void> {
    return this.#ground.log.share()
  }

  async append(event: RunEvent): Promise<void> {
    const line = await this.#ground.log.append(event)
    failpoint(event.type)
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

/** The same work is started once, however often it is asked for. */
function keyOf(command: Command): string | undefined {
  switch (command.do) {
    case 'apply':
    case 'call':
      return `effect:${command.effect}`
    case 'look':
    case 'settle':
      return `${command.do}:${command.effect}`
    case 'ask':
    case 'verify-step':
      return `${command.do}:${command.step}`
    case 'prove':
      return 'prove'
    case 'record':
    case 'wait':
      return undefined
  }
}

async function within(milliseconds: number, work: readonly Promise<void>[]): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise((resolve) => (timer = setTimeout(resolve, milliseconds)))
  await Promise.race([Promise.all(work), over])
  clearTimeout(timer)
}

function isLost(error: unknown): error is Problem {
  return error instanceof Problem && error.code === 'lock-lost'
}
