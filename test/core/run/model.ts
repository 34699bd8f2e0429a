import type { Plan, PlannedChange, PlannedStep, PlannedUse } from '../../../src/core/plan/types.ts'
import type { Line, RunEvent, RunResult } from '../../../src/core/run/events.ts'

// What a run may do, said once more and without `next`: slowly, from the plan and from what was written down so far. It
// reads a journal line by line, and for each looks through all the lines before it again. Nothing is kept in between.

type Of<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>

/** What is known of one effect, from the events about it. */
type Knowledge = 'never tried' | 'happened' | 'did not happen' | 'theirs' | 'in doubt'

/** Everything in a journal that the promises forbid, one line each; `ci`: nobody watches. */
export function breaches(plan: Plan, lines: readonly Line[], ci: boolean): string[] {
  return [
    ...lines.flatMap((line, index) => {
      const past = new Past(plan, lines.slice(0, index), ci)
      const idle = isBeingStopped(lines.slice(index)) ? [] : past.idle(line)
      return [...past.objections(line), ...idle].map((what) => `line ${line.n}: ${what}`)
    }),
    ...new Past(plan, lines, ci).ending(),
  ]
}

/** Nothing begins any more: what is under way comes to its end, and the interruption is written down. */
function isBeingStopped(rest: readonly Line[]): boolean {
  return rest.find(({ event }) => event.type !== 'outcome')?.event.type === 'interrupted'
}

/** A journal up to some line. */
class Past {
  readonly #plan: Plan
  readonly #lines: readonly Line[]
  readonly #ci: boolean

  constructor(plan: Plan, lines: readonly Line[], ci: boolean) {
    this.#plan = plan
    this.#lines = lines
    this.#ci = ci
  }

  /** Why this line may not come next. */
  objections({ at, event }: Line): string[] {
    if (this.#last('run-ended') !== undefined) return [`${event.type} after the end`]
    switch (event.type) {
      case 'step-started':
        return [...this.#mayBegin(this.#step(event.step)), ...this.#mayWork(this.#step(event.step))]
      case 'step-ended':
        return this.#mayEnd(event, at)
      case 'intent':
        return [
          ...this.#mayTry(event, at),
          // What is decided in one moment is not undone by what is heard of something else in it.
          ...(this.#momentBefore(event.effect).#isChanged() ? [] : this.#mayWork(this.#step(event.step))),
        ]
      case 'fallback-chosen':
        return this.#mayFallBack(event)
      case 'doubt-settled':
      case 'doubt-unanswered':
        return this.#mayAsk(event.step, event.effect)
      case 'captured':
        return [
          ...(this.#all('intent').length > 0 ? ['captured after a try'] : []),
          ...this.#mayPrepare('captured', this.#plan.capture),
        ]
      case 'guard-judged':
        return [
          ...(this.#isChanged() ? ['guard-judged after a change'] : []),
          ...this.#mayPrepare('guard-judged', this.#plan.guards),
          ...this.#open('captured', this.#plan.capture),
        ]
      case 'phase-started':
        return event.phase === 'verify' && !this.#plan.steps.every(({ id }) => this.#isOver(id))
          ? ['the proof begins before every step is done']
          : []
      case 'proof':
        return this.#last('phase-started')?.phase === 'verify' ? [] : ['a proof before it was its time']
      case 'run-ended':
        return this.#mayEndRun(event)
      default:
        return []
    }
  }

  // ---------------------------------------------------------------- steps

  #mayBegin(step: PlannedStep): string[] {
    return [
      ...(this.#status(step.id) === 'waiting' ? [] : [`${step.id} begins twice`]),
      ...step.needs
        .filter((need) => !this.#isOver(need))
        .map((need) => `${step.id} begins before ${need} is done`),
      ...(this.#stopped() ? [`${step.id} begins although the run has stopped`] : []),
      ...(this.#running().length >= 64 ? [`${step.id} begins beside 64 others`] : []),
    ]
  }

  #mayEnd({ step: id, result, why }: Of<'step-ended'>, at: number): string[] {
    const step = this.#step(id)
    if (result === 'skipped') return step.skip === undefined ? [`${id} is skipped`] : this.#mayBegin(step)
    if (this.#underway(id).length > 0) return [`${id} ends while something of it is under way`]
    const use = this.#use(step)
    if (result === 'failed')
      return [
        ...(why === undefined || why === '' ? [`${id} fails without a reason`] : []),
        ...(this.#givesUp(step, at) ? [`${id} fails, and could be tried again`] : []),
      ]
    return [
      ...(this.#status(id) === 'running' ? [] : [`${id} is done and does not run`]),
      ...todo(use).flatMap(({ effect }) =>
        this.#isReached(effect) ? [] : [`${id} is done, and ${effect} was not seen to be there`],
      ),
      ...(use.call === undefined || this.#knows(use.call.effect) === 'happened'
        ? []
        : [`${id} is done, and whether it was called is not known`]),
      ...(use.kind === 'gate' && this.#about('answer', id).at(-1)?.accepted !== true
        ? [`${id} is done, and nobody has agreed`]
        : []),
      ...(step.verify === undefined ||
      this.#sinceResumed('step-verified').some((one) => one.step === id && one.verdict === 'holds')
        ? []
        : [`${id} is done and not verified`]),
    ]
  }

  #mayFallBack({ step: id }: Of<'fallback-chosen'>): string[] {
    const step = this.#step(id)
    const stands = [...step.changes, ...(step.call === undefined ? [] : [step.call])].filter(
      (one) => !('onUndo' in one && one.onUndo === 'keep') && !this.#isExcluded(one.effect),
    )
    return [
      ...(step.fallback === undefined ? [`${id} has no fallback`] : []),
      ...(this.#stopped() ? [`${id} falls back although the run has stopped`] : []),
      ...stands.map(({ effect }) => `${id} falls back although ${effect} may have happened`),
    ]
  }

  // ---------------------------------------------------------------- before the first change

  /** What changes something first waits for the evidence, and for guards that hold or that a person goes past. */
  #mayWork({ id, kind }: PlannedStep): string[] {
    if (kind === 'gate' || this.#isChanged()) return []
    const open = [
      ...this.#open('captured', this.#plan.capture),
      ...this.#open('guard-judged', this.#plan.guards),
      ...this.#refusing().map(({ guard }) => `${guard} refuses`),
    ]
    return open.map((why) => `${id} goes on, and ${why}`)
  }

  /** Up to this moment, in which other effects were looked at or tried, too. */
  #momentBefore(effect: string): Past {
    const last = this.#lines.findLastIndex(
      ({ event }) =>
        !['observed', 'doubt-settled', 'intent', 'child-started'].includes(event.type) ||
        ('effect' in event && event.effect === effect),
    )
    return new Past(this.#plan, this.#lines.slice(0, last + 1), this.#ci)
  }

  /** Something was changed, or may have been. */
  #isChanged(): boolean {
    return this.#all('intent').some(
      ({ effect }) => ['happened', 'in doubt'].includes(this.#knows(effect)) || this.#hasChild(effect),
    )
  }

  #mayPrepare(type: 'captured' | 'guard-judged', wanted: readonly unknown[] = []): string[] {
    return this.#prepared(type).length < wanted.length ? [] : [`${type} more often than planned`]
  }

  #open(type: 'captured' | 'guard-judged', wanted: readonly unknown[] = []): string[] {
    const { length } = this.#prepared(type)
    return length < wanted.length ? [`${length} of ${wanted.length} are ${type}`] : []
  }

  #refusing(): Of<'guard-judged'>[] {
    return this.#sinceResumed('guard-judged').filter(
      ({ verdict, forced }) => verdict !== 'holds' && forced !== true,
    )
  }

  /** Guards are for the process that asks them; evidence is kept if that process went on to try something. */
  #prepared(type: 'captured' | 'guard-judged'): RunEvent[] {
    if (type === 'guard-judged') return this.#sinceResumed(type)
    const tried = this.#events().findIndex((event) => event.type === 'intent')
    const before = this.#events().slice(0, tried === -1 ? undefined : tried)
    const begun = before.findLastIndex((event) => event.type === 'run-resumed')
    return before.slice(begun + 1).filter((event) => event.type === type)
  }

  // ---------------------------------------------------------------- effects

  #mayTry({ step: id, effect, attempt, use: which }: Of<'intent'>, at: number): string[] {
    const step = this.#step(id)
    const use = this.#use(step)
    const change = use.changes.find((one) => one.effect === effect)
    const tries = this.#tries(effect)
    const asked = this.#isWanted(effect)
    const failures = this.#failures(effect)
    const last = this.#lastFailure(effect)
    return [
      ...(this.#status(id) === 'running' ? [] : [`${effect} is tried while ${id} does not run`]),
      ...(this.#stopped() ? [`${effect} is tried although the run has stopped`] : []),
      ...(which === (use === step ? 'first' : 'fallback') ? [] : [`${effect} is of the other action`]),
      ...(change?.state === 'already' ? [`${effect} was there already`] : []),
      ...(this.#underway(id).length < 8 ? [] : [`${effect} is tried beside eight others`]),
      ...(attempt === tries.length + 1 ? [] : [`${effect}: try ${attempt} follows try ${tries.length}`]),
      ...(this.#underway(id).includes(effect) ? [`${effect} is tried while it is under way`] : []),
      ...(this.#hasChild(effect) ? [`${effect} is tried while its program may still run`] : []),
      ...(change?.role === 'main'
        ? todo(use)
            .filter((one) => one.role === 'prepare' && !this.#isReached(one.effect))
            .map((one) => `${effect} is tried before ${one.effect} is there`)
        : []),
      ...(tries.length === 0 || this.#isExcluded(effect) || this.#isHarmless(use, effect)
        ? []
        : [`${effect} is repeated; ${this.#knows(effect)}`]),
      ...(asked || failures.length < step.retry.attempts ? [] : [`${effect} has used up its tries`]),
      ...(asked || last === undefined || last.failure.retryable ? [] : [`${effect} was refused for good`]),
      ...(asked || last === undefined || at >= last.retryAt ? [] : [`${effect} is tried too early`]),
    ]
  }

  /** In doubt, and nothing but the look that was made since could say more. */
  #isHarmless(use: PlannedUse, effect: string): boolean {
    const { call } = use
    if (call?.effect !== effect || call.repeat !== 'harmless' || this.#knows(effect) !== 'in doubt')
      return false
    return !call.observable || this.#looks(effect).at(-1)?.progress === 'unknown'
  }

  #mayAsk(id: string, effect: string): string[] {
    const { call } = this.#use(this.#step(id))
    if (call?.effect !== effect) return [`${effect} is asked about and is no call`]
    return [
      ...(call.repeat === 'ask' ? [] : [`${effect} is asked about and may simply be repeated`]),
      ...(this.#knows(effect) === 'in doubt' ? [] : [`${effect} is asked about: ${this.#knows(effect)}`]),
      ...(!call.observable || this.#looks(effect).at(-1)?.progress === 'unknown'
        ? []
        : [`${effect} is asked about before it was looked at`]),
    ]
  }

  /** Certainly not there by any try of ours. */
  #isExcluded(effect: string): boolean {
    return ['never tried', 'did not happen'].includes(this.#knows(effect))
  }

  #knows(effect: string): Knowledge {
    let known: Knowledge = 'never tried'
    // What was sent without an answer can still arrive, whatever a look has seen since and a later try was told.
    let mayArrive = false
    for (const event of this.#events()) {
      if (!('effect' in event) || event.effect !== effect) continue
      if (event.type === 'doubt-settled') mayArrive = false
      if (event.type === 'intent' && known === 'in doubt') mayArrive = true
      const next = after(known, event, this.#tries(effect).length)
      if (event.type === 'outcome' && next === 'in doubt') mayArrive = true
      known = event.type === 'outcome' && next === 'did not happen' && mayArrive ? 'in doubt' : next
    }
    return known
  }

  /** Looked at since it was last tried and since the process began, and there. */
  #isReached(effect: string): boolean {
    return (
      ['happened', 'theirs'].includes(this.#knows(effect)) &&
      this.#looks(effect).at(-1)?.progress === 'reached'
    )
  }

  /** Since it was last tried, and since the run was last resumed. */
  #looks(effect: string): Of<'observed'>[] {
    const tried = this.#events().findLastIndex((one) => one.type === 'intent' && one.effect === effect)
    return this.#events().flatMap((one, index) =>
      one.type === 'observed' && one.effect === effect && index > tried && index > this.#resumedAt()
        ? [one]
        : [],
    )
  }

  #tries(effect: string): Of<'intent'>[] {
    return this.#all('intent').filter((one) => one.effect === effect)
  }

  /** What the next try has to heed; a person's word settles what was before it. */
  #lastFailure(effect: string): (Of<'outcome'> & { ok: false }) | undefined {
    const settled = this.#lines.findLast(
      ({ event }) => event.type === 'doubt-settled' && event.effect === effect,
    )
    const fresh = new Set<RunEvent>(this.#lines.slice(settled?.n ?? 0).map(({ event }) => event))
    return this.#failures(effect).findLast((one) => fresh.has(one))
  }

  /** Those that count: not what was stopped by an interruption. */
  #failures(effect: string): (Of<'outcome'> & { ok: false })[] {
    return this.#all('outcome').flatMap((one) =>
      one.effect === effect && !one.ok && one.failure.code !== 'interrupted' ? [one] : [],
    )
  }

  /** A person has said since the last try that it may be made again. */
  #isWanted(effect: string): boolean {
    const last = this.#events().findLast(
      (one) => (one.type === 'intent' || one.type === 'doubt-settled') && one.effect === effect,
    )
    return last?.type === 'doubt-settled' && last.answer === 'again'
  }

  #hasChild(effect: string): boolean {
    const last = this.#events().findLast(
      (one) =>
        ['child-started', 'child-gone', 'outcome'].includes(one.type) &&
        'effect' in one &&
        one.effect === effect,
    )
    return last?.type === 'child-started'
  }

  /** Tries of this process that have no outcome yet. */
  #underway(id: string): string[] {
    const open: string[] = []
    for (const event of this.#events().slice(this.#resumedAt() + 1)) {
      if (event.type === 'intent' && event.step === id) open.push(event.effect)
      if (event.type === 'outcome' && event.step === id) open.splice(open.indexOf(event.effect), 1)
    }
    return open
  }

  // ---------------------------------------------------------------- the run

  /** A step has failed or, where nobody watches, the deadline has passed. */
  #stopped(): boolean {
    const late = this.#events()
      .slice(this.#resumedAt() + 1)
      .some(({ type }) => type === 'deadline-passed')
    return this.#failed().length > 0 || (late && this.#ci)
  }

  #failed(): PlannedStep[] {
    return this.#plan.steps.filter(({ id }) => this.#status(id) === 'failed')
  }

  #running(): PlannedStep[] {
    return this.#plan.steps.filter(({ id }) => this.#status(id) === 'running')
  }

  #isOver(id: string): boolean {
    return ['done', 'skipped'].includes(this.#status(id))
  }

  #status(id: string): 'waiting' | 'running' | 'done' | 'skipped' | 'failed' {
    const ended = this.#about('step-ended', id).at(-1)
    if (ended !== undefined) return ended.result
    return this.#about('step-started', id).length > 0 ? 'running' : 'waiting'
  }

  #mayEndRun({ result, stands }: Of<'run-ended'>): string[] {
    if (this.#isRefused())
      return result === 'refused' && stands.length === 0 ? [] : [`a guard refuses, and it ends as ${result}`]
    const expected = this.#result(stands.length > 0)
    return [
      ...(expected.includes(result) ? [] : [`it ends as ${result} instead of ${expected.join(' or ')}`]),
      ...this.#running().map(({ id }) => `it ends while ${id} runs`),
      ...this.#untold(stands),
    ]
  }

  #isRefused(): boolean {
    const { guards = [] } = this.#plan
    return this.#sinceResumed('guard-judged').length === guards.length && this.#refusing().length > 0
  }

  #result(stands: boolean): RunResult[] {
    const proof = this.#sinceResumed('proof').at(-1)
    if (proof === undefined) {
      if (!this.#stopped()) return []
      if (stands) return ['stands']
      const [first] = this.#failed()
      const declined = first !== undefined && this.#about('answer', first.id).at(-1)?.accepted === false
      return declined ? ['declined'] : ['failed']
    }
    const tried = this.#all('intent').length > 0
    if (proof.verdict === 'holds') return [tried ? 'proven' : 'already']
    if (!tried) return ['failed']
    return [proof.verdict === 'fails' ? 'stands' : 'unmeasured']
  }

  /** What happened or may have happened is told, and nothing else is. */
  #untold(stands: string[]): string[] {
    const told = this.#plan.steps.flatMap((step) => {
      const use = this.#use(step)
      const changes = use.changes.filter(({ onUndo }) => onUndo === 'restore')
      return [
        ...changes.map(({ effect, surface }) => ({ effect, name: surface.id })),
        ...(use.call === undefined ? [] : [{ effect: use.call.effect, name: step.id }]),
      ]
    })
    const kept = this.#plan.steps
      .flatMap((step) => this.#use(step).changes)
      .filter(
        ({ onUndo, surface }) =>
          onUndo === 'keep' && stands.some((line) => line.startsWith(`${surface.id}: `)),
      )
      .map(({ effect }) => `${effect} is meant to stay, and is told as if it were in the way`)
    const wrong = told.flatMap(({ effect, name }) => {
      const isTold = stands.some((line) => line.startsWith(`${name}: `))
      const may = ['happened', 'in doubt'].includes(this.#knows(effect))
      if (isTold === may) return []
      return [may ? `${effect} may stand, and that is not told` : `${effect} is told to stand`]
    })
    return [...kept, ...wrong]
  }

  /** At the end nothing is forgotten: an end there is, and every step has one, or the run was stopped before it. */
  ending(): string[] {
    if (this.#last('run-ended') === undefined) return ['it has no end']
    if (this.#sinceResumed('proof').length === 0) return []
    return this.#plan.steps.filter(({ id }) => !this.#isOver(id)).map(({ id }) => `${id} was forgotten`)
  }

  /** While time passes, whatever may begin has begun. */
  idle(next: Line): string[] {
    const last = this.#lines.at(-1)
    if (last === undefined || next.at === last.at || next.event.type === 'run-resumed') return []
    if (this.#last('phase-started')?.phase !== 'execute' || this.#last('interrupted') !== undefined) return []
    // One that dies or is stopped begins nothing more.
    if (this.#stopped() || this.#lines.length - 1 === this.#resumedAt()) return []
    const steps = this.#plan.steps.filter(
      (step) => this.#status(step.id) === 'waiting' && this.#mayBegin(step).length === 0,
    )
    const effects = this.#running().flatMap((step) => {
      if (this.#isHopeless(step, next.at)) return []
      const use = this.#use(step)
      const open = todo(use).filter(({ effect }) => !this.#isReached(effect))
      const role = open.some((one) => one.role === 'prepare') ? 'prepare' : 'main'
      return this.#underway(step.id).length >= 8
        ? []
        : open.filter((one) => one.role === role && this.#tries(one.effect).length === 0)
    })
    return [
      ...steps.map(({ id }) => `${id} could begin and does not`),
      ...effects.map(({ effect }) => `${effect} could be tried and is not`),
    ]
  }

  /** Every effect of it that is not there was only refused so far, and may be tried again. */
  #givesUp(step: PlannedStep, at: number): boolean {
    if (this.#stopped() || this.#isLate(step, at)) return false
    const use = this.#use(step)
    const open = [...todo(use), ...(use.call === undefined ? [] : [use.call])].filter(
      ({ effect }) => !['happened', 'theirs'].includes(this.#knows(effect)),
    )
    return (
      open.length > 0 &&
      open.every(({ effect }) => {
        const isRetryable = this.#lastFailure(effect)?.failure.retryable !== false
        return this.#isExcluded(effect) && isRetryable && this.#failures(effect).length < step.retry.attempts
      })
    )
  }

  /** Its time is over; a person's answer gives it new time. */
  #isLate(step: PlannedStep, at: number): boolean {
    const since = this.#lines.findLast(
      ({ event }) =>
        event.type === 'run-resumed' ||
        (['step-started', 'doubt-settled'].includes(event.type) && 'step' in event && event.step === step.id),
    )
    return at >= (since?.at ?? 0) + step.timeout
  }

  /** It will fail as soon as nothing of it is under way: then nothing more of it is begun. */
  #isHopeless(step: PlannedStep, at: number): boolean {
    const refused = todo(this.#use(step)).some(({ effect }) => {
      const failures = this.#failures(effect)
      const usedUp = failures.length >= step.retry.attempts || failures.at(-1)?.failure.retryable === false
      return failures.length > 0 && usedUp && this.#knows(effect) === 'did not happen'
    })
    return refused || this.#isLate(step, at)
  }

  // ---------------------------------------------------------------- reading

  #step(id: string): PlannedStep {
    const step = this.#plan.steps.find((one) => one.id === id)
    if (step === undefined) throw new Error(`no step ${id}`)
    return step
  }

  #use(step: PlannedStep): PlannedUse {
    return this.#about('fallback-chosen', step.id).length > 0 ? (step.fallback ?? step) : step
  }

  #events(): RunEvent[] {
    return this.#lines.map(({ event }) => event)
  }

  /** -1 in a run that never was resumed. */
  #resumedAt(): number {
    return this.#events().findLastIndex(({ type }) => type === 'run-resumed')
  }

  #all<Type extends RunEvent['type']>(type: Type): Of<Type>[] {
    return this.#events().filter((event): event is Of<Type> => event.type === type)
  }

  #last<Type extends RunEvent['type']>(type: Type): Of<Type> | undefined {
    return this.#all(type).at(-1)
  }

  #sinceResumed<Type extends RunEvent['type']>(type: Type): Of<Type>[] {
    const fresh = this.#events().slice(this.#resumedAt() + 1)
    return fresh.filter((event): event is Of<Type> => event.type === type)
  }

  #about<Type extends 'answer' | 'step-started' | 'step-ended' | 'fallback-chosen'>(
    type: Type,
    id: string,
  ): Of<Type>[] {
    return this.#all(type).filter((event) => 'step' in event && event.step === id)
  }
}

/** What one more event says of an effect; `tries`: how many there were in all. */
function after(known: Knowledge, event: RunEvent, tries: number): Knowledge {
  switch (event.type) {
    case 'intent':
      return 'in doubt'
    case 'outcome':
      if (event.ok) return isTheirs(event, tries) ? 'theirs' : 'happened'
      return event.failure.applied === 'no' ? 'did not happen' : 'in doubt'
    case 'observed':
      if (event.progress === 'unknown') return known
      if (event.progress === 'not-applied') return 'did not happen'
      return known === 'theirs' ? 'theirs' : 'happened'
    case 'doubt-settled':
      return event.answer === 'done' ? 'happened' : 'did not happen'
    default:
      return known
  }
}

function isTheirs({ receipt }: Of<'outcome'> & { ok: true }, tries: number): boolean {
  return tries === 1 && typeof receipt === 'object' && receipt !== null && 'already' in receipt
}

function todo(use: PlannedUse): PlannedChange[] {
  return use.changes.filter(({ state }) => state === 'change')
}
