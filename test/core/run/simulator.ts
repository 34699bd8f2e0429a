import type { Plan, PlannedStep, PlannedUse } from '../../../src/core/plan/types.ts'
import {
  type DoubtAnswer,
  type Failure,
  type Judged,
  type Line,
  type ObservedProgress,
  type RunEvent,
} from '../../../src/core/run/events.ts'
import { livingChildren } from '../../../src/core/run/doubts.ts'
import type { Command } from '../../../src/core/run/command.ts'
import { next } from '../../../src/core/run/next.ts'
import { runStarted } from '../../../src/core/run/run-started.ts'
import { advance, emptyState, fold, type RunState } from '../../../src/core/run/state.ts'

// Plays what `next` asks for against a scripted world, with a clock of its own, and refuses whatever breaks a promise.

/** What one try of an effect comes to. */
type Outcome = 'ok' | 'refused' | 'retryable' | 'lost-applied' | 'lost-not-applied'

export interface EffectScript {
  /** One for each try; the last one, or `ok`, for all further ones. */
  tries?: Outcome[]
  /** Milliseconds that a try takes. */
  takes?: number
  /** So many looks say that it is still moving, before it is reached. */
  moving?: number
  /** So many looks cannot be made at all. */
  blind?: number
}

export interface World {
  effects?: Record<string, EffectScript>
  answers?: Record<string, boolean>
  /** Milliseconds until a person answers. */
  answerAfter?: number
  /** By effect, what a person says of a call in doubt; `truth`: what is so. Absent: nobody can say. */
  doubts?: Record<string, DoubtAnswer | 'truth' | 'nobody'>
  verified?: Record<string, Judged>
  /** What each measurement of the guards finds, in their order; the last one for all further ones. */
  guards?: Judged[][]
  proof?: Judged
  ci?: boolean
  /** Effects for which a program is started; it may outlive a crash, and what it does is done when it has ended. */
  programs?: string[]
  /** The process dies or is stopped as soon as so many lines are on disk; what was under way has happened, or not. */
  crashes?: Crash[]
}

interface Crash {
  afterLine: number
  happened: boolean
  downtime: number
  /** Stopped by a signal: what ends within three seconds has its outcome, what was about to begin does not begin. */
  gently?: boolean
}

export interface Played {
  state: RunState
  lines: Line[]
  /** Effects in the order of their intents. */
  tries: string[]
  /** How often the world has taken an effect. */
  taken(effect: string): number
  /** Effects of which a person has said what is not so. */
  misled: ReadonlySet<string>
  events(type: RunEvent['type']): RunEvent[]
  /** Milliseconds from start to end. */
  took: number
}

const START = 1_000_000
const LONGEST = 5000
const PATIENCE = 5
/** Milliseconds that effects under way get when the run is stopped. */
const GRACE = 3000
const ANA = { name: 'ana', host: 'laptop', ci: false }

export function play(plan: Plan, world: World = {}): Played {
  const simulation = new Simulation(plan, world)
  simulation.run()
  return simulation
}

class Simulation implements Played {
  readonly lines: Line[] = []
  readonly tries: string[] = []
  readonly misled = new Set<string>()
  state: RunState = emptyState()
  readonly #plan: Plan
  readonly #world: World
  #now = START
  /** By effect, when it ends. */
  readonly #underway = new Map<string, number>()
  /** By step, when a person answers. */
  readonly #asked = new Map<string, number>()
  readonly #taken = new Map<string, number>()
  readonly #looks = new Map<string, number>()
  #guarded = 0
  readonly #crashes

  constructor(plan: Plan, world: World) {
    this.#plan = plan
    this.#world = world
    this.#crashes = [...(world.crashes ?? [])].sort((a, b) => a.afterLine - b.afterLine)
  }

  get took(): number {
    return this.#now - START
  }

  taken(effect: string): number {
    return this.#taken.get(effect) ?? 0
  }

  events(type: RunEvent['type']): RunEvent[] {
    return this.lines.map(({ event }) => event).filter((event) => event.type === type)
  }

  run(): void {
    this.#append(runStarted(this.#plan, ANA))
    for (let round = 0; this.state.ended === undefined; round += 1) {
      if (round > LONGEST) throw new Error(`no end after ${LONGEST} rounds`)
      this.#round()
    }
  }

  #round(): void {
    if (this.#crashed()) return
    const before = this.lines.length
    const commands = next(this.#plan, this.state, {
      now: this.#now,
      ci: this.#world.ci ?? false,
      underway: new Set(this.#underway.keys()),
    })
    const records = commands.flatMap((command) => (command.do === 'record' ? [command.event] : []))
    if (records.length > 0) {
      for (const event of records) this.#append(event)
      return
    }
    for (const command of commands) {
      this.#perform(command)
      if (this.#mustCrash()) return
    }
    if (this.lines.length === before) this.#pass(commands)
  }

  /** Time goes on to whatever comes next. */
  #pass(commands: Command[]): void {
    const waits = commands.flatMap((command) => (command.do === 'wait' ? [command.until] : []))
    for (const until of waits) if (until <= this.#now) throw new Error('a wait that is over already')
    const answers = [...this.#asked.values()].filter((due) => due > this.#now)
    const soonest = Math.min(...waits, ...this.#underway.values(), ...answers)
    if (!Number.isFinite(soonest)) throw new Error('nothing under way, nothing to wait for, and no end')
    this.#now = Math.max(this.#now, soonest)
    for (const [effect, end] of this.#underway) {
      if (end > this.#now) continue
      this.#finish(effect)
      if (this.#mustCrash()) return
    }
  }

  // ---------------------------------------------------------------- commands

  #guard(): void {
    const measured = this.#world.guards ?? []
    const found = measured[Math.min(this.#guarded, measured.length - 1)] ?? []
    this.#guarded += 1
    for (const [place, { id, words, forced }] of (this.#plan.guards ?? []).entries())
      this.#append({
        type: 'guard-judged',
        guard: id,
        condition: id,
        verdict: found[place] ?? 'holds',
        words,
        forced,
      })
  }

  #perform(command: Command): void {
    switch (command.do) {
      case 'apply':
      case 'call':
        return this.#begin(command)
      case 'capture': {
        for (const { id } of this.#plan.capture ?? [])
          this.#append({ type: 'captured', capture: id, host: ANA.host, bytes: 0, dropped: 0 })
        return
      }
      case 'guard':
        return this.#guard()
      case 'look':
        return this.#look(command)
      case 'ask':
        return this.#ask(command.step)
      case 'settle':
        return this.#settle(command)
      case 'verify-step': {
        const verdict = this.#world.verified?.[command.step] ?? 'holds'
        return this.#append({ type: 'step-verified', step: command.step, verdict, words: verdict })
      }
      case 'prove': {
        const verdict = this.#world.proof ?? 'holds'
        return this.#append({ type: 'proof', verdict, degraded: [], why: verdict })
      }
      case 'record':
      case 'wait':
        return
    }
  }

  #begin(command: Extract<Command, { do: 'apply' | 'call' }>): void {
    const { step: id, effect, attempt, use } = command
    const { step, use: used } = this.#named(id, use)
    this.#mayBegin(step, used, effect, use)
    this.#append({ type: 'intent', step: id, effect, attempt, use })
    this.tries.push(effect)
    this.#underway.set(effect, this.#now + (this.#scriptOf(effect).takes ?? 10))
    if (this.#world.programs?.includes(effect) !== true) return
    const child = { pid: this.lines.length, started: '1', host: 'laptop', until: this.#now + 60_000 }
    this.#append({ type: 'child-started', step: id, effect, ...child })
  }

  /** The promises about what may begin, and when. */
  #mayBegin(step: PlannedStep, use: PlannedUse, effect: string, which: 'first' | 'fallback'): void {
    if (this.#underway.has(effect)) throw new Error(`${effect} began while it was under way`)
    const failed = Object.entries(this.state.steps).find(([, one]) => one.status === 'failed')
    if (failed !== undefined) throw new Error(`${effect} began after ${failed[0]} had failed`)
    for (const need of step.needs) {
      if (!['done', 'skipped'].includes(this.state.steps[need]?.status ?? ''))
        throw new Error(`${effect} began before ${need} was done`)
    }
    const own = use.changes.find((one) => one.effect === effect)
    if (own?.role === 'main') {
      const open = use.changes.find((one) => one.role === 'prepare' && this.taken(one.effect) === 0)
      if (open !== undefined) throw new Error(`${effect} began before ${open.effect} was prepared`)
    }
    const seen = this.state.steps[step.id]?.effects[effect]?.observed?.progress
    const harmless = use.call?.repeat === 'harmless' && (!use.call.observable || seen === 'unknown')
    if (this.#isWanted(effect) || this.misled.has(effect)) return
    if (!harmless && this.taken(effect) > 0)
      throw new Error(`${effect} was repeated although it had happened`)
    if (use.call?.repeat === 'ask' && !use.call.observable && this.#mayHaveHappened(effect)) {
      throw new Error(`${effect} was repeated although nobody knows whether it had happened`)
    }
    if (which === 'fallback') {
      const stands = step.changes.find((one) => one.onUndo === 'restore' && this.taken(one.effect) > 0)
      if (stands !== undefined) throw new Error(`the fallback began although ${stands.effect} had happened`)
      if (step.call !== undefined && this.taken(step.call.effect) > 0 && !this.misled.has(step.call.effect))
        throw new Error('the fallback began although the call had happened')
    }
  }

  /** A person has said, since the last try, that it may be made again. */
  #isWanted(effect: string): boolean {
    const last = this.lines.findLast(
      ({ event }) => (event.type === 'intent' || event.type === 'doubt-settled') && event.effect === effect,
    )?.event
    return last?.type === 'doubt-settled' && last.answer === 'again'
  }

  /** A try without an answer that says no, and of which no person has said what came of it. */
  #mayHaveHappened(effect: string): boolean {
    const settled = this.lines.findLastIndex(
      ({ event }) => event.type === 'doubt-settled' && event.effect === effect,
    )
    const of = (type: 'intent' | 'outcome') =>
      this.lines
        .slice(settled + 1)
        .flatMap(({ event }) => (event.type === type && event.effect === effect ? [event] : []))
    const refused = of('outcome').filter(
      (event) => event.type === 'outcome' && !event.ok && event.failure.applied === 'no',
    )
    return of('intent').length > refused.length
  }

  #finish(effect: string): void {
    this.#underway.delete(effect)
    const attempt = this.tries.filter((one) => one === effect).length
    const { tries = [] } = this.#scriptOf(effect)
    const outcome = tries[attempt - 1] ?? tries.at(-1) ?? 'ok'
    if (outcome === 'ok' || outcome === 'lost-applied') this.#take(effect)
    const base = { type: 'outcome', step: this.#stepOf(effect), effect, attempt } as const
    if (outcome === 'ok') return this.#append({ ...base, ok: true, receipt: null })
    this.#append({ ...base, ok: false, failure: FAILURES[outcome], retryAt: this.#now + 500 })
  }

  #take(effect: string): void {
    this.#taken.set(effect, this.taken(effect) + 1)
  }

  #look({ step, effect, use }: Extract<Command, { do: 'look' }>): void {
    const looks = (this.#looks.get(effect) ?? 0) + 1
    this.#looks.set(effect, looks)
    const { call } = this.#named(step, use).use
    const progress = call === undefined ? this.#progressOf(effect, looks) : this.#foundOf(effect, looks)
    this.#append({ type: 'observed', step, effect, progress, words: progress })
  }

  #progressOf(effect: string, looks: number): ObservedProgress {
    const { blind = 0, moving = 0 } = this.#scriptOf(effect)
    if (looks <= blind) return 'unknown'
    if (this.taken(effect) === 0) return 'not-applied'
    return looks <= blind + moving ? 'moving' : 'reached'
  }

  #foundOf(effect: string, looks: number): ObservedProgress {
    if (looks <= (this.#scriptOf(effect).blind ?? 0)) return 'unknown'
    return this.taken(effect) > 0 ? 'reached' : 'not-applied'
  }

  #ask(step: string): void {
    const due = this.#asked.get(step) ?? this.#now + (this.#world.answerAfter ?? 0)
    this.#asked.set(step, due)
    if (due > this.#now) return
    this.#asked.delete(step)
    const accepted = this.#world.answers?.[step] ?? true
    this.#append({ type: 'answer', step, value: accepted ? 'yes' : 'no', accepted, by: ANA })
  }

  #settle({ step, effect }: Extract<Command, { do: 'settle' }>): void {
    const times = this.events('doubt-settled').length
    // Nobody says the same for ever.
    const said = times < PATIENCE ? (this.#world.doubts?.[effect] ?? 'nobody') : 'nobody'
    if (said === 'nobody') return this.#append({ type: 'doubt-unanswered', step, effect })
    const truth = this.taken(effect) > 0 ? 'done' : 'again'
    if (said !== 'truth' && said !== truth) this.misled.add(effect)
    this.#append({ type: 'doubt-settled', step, effect, answer: said === 'truth' ? truth : said, by: ANA })
  }

  // ---------------------------------------------------------------- the journal, and its end

  #append(event: RunEvent): void {
    const line = { n: this.lines.length + 1, at: this.#now, event }
    this.lines.push(line)
    this.state = advance(this.state, line)
  }

  #mustCrash(): boolean {
    return this.lines.length >= (this.#crashes[0]?.afterLine ?? Infinity)
  }

  /** Only what is on disk is left, and another process goes on. */
  #crashed(): boolean {
    if (!this.#mustCrash()) return false
    const crash = this.#crashes.shift()
    if (crash === undefined) return false
    if (crash.gently === true) this.#stop()
    if (crash.happened) for (const effect of this.#underway.keys()) this.#take(effect)
    this.#underway.clear()
    this.#asked.clear()
    this.#now += crash.downtime
    this.state = fold(JSON.parse(JSON.stringify(this.lines)) as Line[])
    if (this.state.ended === undefined) this.#resume()
    return true
  }

  #resume(): void {
    this.#append({ type: 'run-resumed', by: ANA })
    for (const { step, effect, pid } of livingChildren(this.state)) {
      if (this.#mustCrash()) return
      this.#append({ type: 'child-gone', step, effect, pid, how: 'ended by itself' })
    }
  }

  #stop(): void {
    const begun = new Set(
      this.lines.flatMap(({ at, event }) =>
        event.type === 'intent' && at === this.#now ? [event.effect] : [],
      ),
    )
    const until = this.#now + GRACE
    for (const [effect, end] of [...this.#underway].sort(([, a], [, b]) => a - b)) {
      if (end > until) continue
      this.#now = Math.max(this.#now, end)
      if (!begun.has(effect)) this.#finish(effect)
      else this.#hold(effect)
    }
    this.#append({ type: 'interrupted', signal: 'SIGTERM' })
  }

  /** Its intent was written when the signal came: it does not begin. */
  #hold(effect: string): void {
    this.#underway.delete(effect)
    const attempt = this.tries.filter((one) => one === effect).length
    const held = { ...failure('no', true), code: 'interrupted' }
    const base = { type: 'outcome', step: this.#stepOf(effect), effect, attempt } as const
    this.#append({ ...base, ok: false, failure: held, retryAt: this.#now + 500 })
  }

  #scriptOf(effect: string): EffectScript {
    return this.#world.effects?.[effect] ?? {}
  }

  #named(id: string, which: 'first' | 'fallback'): { step: PlannedStep; use: PlannedUse } {
    const step = this.#plan.steps.find((one) => one.id === id)
    if (step === undefined) throw new Error(`no step ${id}`)
    return { step, use: which === 'fallback' ? (step.fallback ?? step) : step }
  }

  #stepOf(effect: string): string {
    const step = this.#plan.steps.find((one) =>
      [one, ...(one.fallback === undefined ? [] : [one.fallback])].some(
        (use) => use.call?.effect === effect || use.changes.some((own) => own.effect === effect),
      ),
    )
    if (step === undefined) throw new Error(`no step has the effect ${effect}`)
    return step.id
  }
}

const FAILURES = {
  refused: failure('no', false),
  retryable: failure('no', true),
  'lost-applied': failure('unknown', true),
  'lost-not-applied': failure('unknown', true),
} satisfies Record<Exclude<Outcome, 'ok'>, Failure>

function failure(applied: 'no' | 'unknown', retryable: boolean): Failure {
  return { code: 'test', message: 'it did not work', applied, retryable }
}
