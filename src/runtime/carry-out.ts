import { EXIT, type ExitCode } from '../core/exit.ts'
import { Problem, sentenceOf } from '../core/problem.ts'
import type { Plan, PlannedStep, PlannedUse } from '../core/plan/types.ts'
import { whatStands } from '../core/run/conclude.ts'
import { JOURNAL_FORMAT, type RunEvent, type Use } from '../core/run/events.ts'
import { type Command, next } from '../core/run/next.ts'
import { advance, emptyState, type RunState } from '../core/run/state.ts'
import { useInForce } from '../core/run/use.ts'
import { inFolderOf } from './in-folder.ts'
import { askGate, checkAnswers, confirmed } from './answers.ts'
import type { Carrier } from './carrier.ts'
import { carryOutEffect, look } from './effects.ts'
import { prove, proveStep } from './prove.ts'
import { checkDoubtAnswers, settleDoubt } from './settle-doubt.ts'
import type { CarryOutOptions, RunLog, Session } from './types.ts'

type RunEnded = Extract<RunEvent, { type: 'run-ended' }>

/** Being cancelled is a crash: the process is gone within 5 s, so effects under way get less than that to end by themselves. */
const GRACE = 3000
/** Longest sleep between two decisions, so that time limits are seen. */
const TICK = 1000

/** Carries a sealed plan out. The plan is stored before the first effect; every event is on disk before the next step. */
export async function carryOut(session: Session, plan: Plan, options: CarryOutOptions): Promise<RunEnded> {
  checkDoubtAnswers(plan, options.answers)
  const unanswered = checkAnswers(plan, options)
  if (unanswered !== undefined) return unanswered
  const log = await session.store.create(plan)
  try {
    return await new Execution(inFolderOf(plan.runbook.path, session), plan, options, log).run()
  } finally {
    await log.close()
  }
}

/** One execution: starts what the reducer asks for, and asks again whenever something has happened. */
class Execution implements Carrier {
  readonly session: Session
  readonly plan: Plan
  readonly secrets
  readonly #options: CarryOutOptions
  readonly #log: RunLog
  #state: RunState = emptyState()
  /** What is being carried out at the moment, by name. */
  readonly #underway = new Map<string, Promise<void>>()
  #wake: () => void = () => {}
  #broken: unknown
  #over = false

  constructor(session: Session, plan: Plan, options: CarryOutOptions, log: RunLog) {
    this.session = session
    this.plan = plan
    this.secrets = session.secretsOf(plan.secrets)
    this.#options = options
    this.#log = log
  }

  async run(): Promise<RunEnded> {
    await this.#begin()
    if (!(await confirmed(this, this.#options))) {
      return this.#options.interrupt.aborted ? await this.#stop() : await this.#decline()
    }
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
    for (const event of records) await this.append(event)
    if (records.length > 0) return
    for (const command of commands) this.#start(command)
    const waits = commands.flatMap((command) => (command.do === 'wait' ? [command.until - this.now()] : []))
    if (this.#underway.size === 0 && waits.length === 0) {
      throw new Error('the run has nothing to do and has not ended')
    }
    await this.#news(Math.max(5, Math.min(TICK, ...waits)))
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
    const step = this.plan.steps.find((one) => one.id === id)
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

  async #begin(): Promise<void> {
    const { plan } = this
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
    for (const one of plan.evidence) await this.append({ type: 'evidence', ...one })
  }

  async #decline(): Promise<RunEnded> {
    const why = 'a confirmation that the plan needs was not given'
    await this.append({ type: 'run-ended', result: 'declined', exit: EXIT.declined, why, stands: [] })
    return { type: 'run-ended', result: 'declined', exit: EXIT.declined, why, stands: [] }
  }

  /** Nothing new starts; what is under way gets a moment to end, and the journal is closed. */
  async #stop(): Promise<RunEnded> {
    const signal = String(this.#options.interrupt.reason ?? 'SIGINT')
    await this.#grace()
    await this.append({ type: 'interrupted', signal })
    const stands = whatStands(this.plan, this.#state)
    return {
      type: 'run-ended',
      result: 'interrupted',
      exit: exitOf(signal),
      why: `interrupted by ${signal}`,
      stands,
    }
  }

  /** Effects under way get a moment to end by themselves, so that it is known what came of them. */
  async #grace(): Promise<void> {
    const effects = [...this.#underway].filter(([key]) => key.startsWith('effect:')).map(([, work]) => work)
    let timer: NodeJS.Timeout | undefined
    await Promise.race([Promise.all(effects), new Promise((resolve) => (timer = setTimeout(resolve, GRACE)))])
    clearTimeout(timer)
  }

  /** A full disk, or a defect of ours: what matters to a person is whether changes stand. */
  #brokenOff(error: unknown): unknown {
    const stands = whatStands(this.plan, this.#state)
    if (stands.length === 0) return error
    return new Problem({
      code: 'run-broken-off',
      message: `the run broke off in the middle, and changes stand: ${stands.join('; ')}`,
      found: sentenceOf(error),
      cure: `rollback undo ${this.plan.id} takes them back; rollback show ${this.plan.id} tells what was done`,
      exit: EXIT.stands,
      cause: error,
    })
  }

  // ---------------------------------------------------------------- what carrying out works with

  async append(event: RunEvent): Promise<void> {
    const line = await this.#log.append(event)
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

function exitOf(signal: string): ExitCode {
  return signal === 'SIGTERM' || signal === 'SIGHUP' ? EXIT.terminated : EXIT.interrupted
}
