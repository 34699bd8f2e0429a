import type { Check, Reading, Resolution, Seen, SetAction } from '../core/contract.ts'
import type { Json } from '../core/json.ts'
import { OWN_QUESTIONS } from '../core/own-questions.ts'
import type { RefusalReason } from '../core/plan/outcome.ts'
import { refusedReading } from '../core/plan/refuse-reading.ts'
import { checksOf } from '../core/plan/survey.ts'
import type { Confirmation, PlannedChange } from '../core/plan/types.ts'
import type { UndoStep } from '../core/plan/undo.ts'
import { bindForShow, bindOptions } from './bind-options.ts'
import { sameState } from './same-state.ts'
import { windowOf } from './survey.ts'
import { type Looked, undoStep, type UndoGround } from './undo-step.ts'

type Set = SetAction<unknown, unknown>
type Refused = Omit<RefusalReason, 'step'>
type Restored = Extract<Resolution<unknown>, { kind: 'change' }>

/** One step of an undo, bound. */
interface View {
  at: UndoGround
  one: UndoStep
  action: Set
  options: unknown
  /** The options with markers in place of the secrets. */
  shown: unknown
}

interface LookedSurface {
  change?: PlannedChange
  checks?: Check[]
  reason?: RefusalReason
  confirmation?: Confirmation | undefined
}

/** The surfaces of a set as they are now, and what puts each back as it was. */
export async function lookAtSet(at: UndoGround, one: UndoStep, action: Set): Promise<Looked> {
  const { ground, secrets, session } = at
  const options = await bindOptions(ground, secrets, action.options, one.use.with)
  const view = { at, one, action, options, shown: bindForShow(ground, action.options, one.use.with) }
  // What a change prepared is none of the surfaces that the options mean.
  const readings = one.changes.some(({ role }) => role === 'main')
    ? await action.surfaces(options, session.read)
    : []
  const looked = await Promise.all(
    one.changes.map((former) =>
      former.role === 'prepare' ? lookAtPrepared(view, former) : lookAtMain(view, readings, former),
    ),
  )
  return stepOf(view, looked)
}

function stepOf({ one, action }: View, looked: LookedSurface[]): Looked {
  const changes = looked.flatMap(({ change }) => change ?? [])
  const checks = checksOf(
    looked.flatMap(({ change, checks = [] }) =>
      change === undefined ? [] : [{ id: change.surface.id, checks }],
    ),
  )
  const already = changes.every((change) => change.state === 'already')
  const use = { ...one.use, changes, checks, window: windowOf(action) }
  return {
    step: undoStep(one, use, already ? 'already as it was before' : undefined),
    reasons: looked.flatMap(({ reason }) => reason ?? []),
    confirmations: looked.flatMap(({ confirmation }) => confirmation ?? []),
  }
}

async function lookAtMain(
  view: View,
  readings: Reading<unknown>[],
  former: PlannedChange,
): Promise<LookedSurface> {
  const { action, options, at } = view
  const reading = readings.find(({ surface }) => surface.id === former.surface.id)
  if (reading === undefined) return refuse(view, former, whyNotAmong(readings))
  const refused = refusedReading(reading)
  if (refused !== undefined) return refuse(view, former, refused)
  const resolution = await action.resolve(options, reading, { state: former.from }, at.session.read)
  if (resolution.kind === 'already') return alreadyAs(former, reading.seen)
  if (resolution.kind === 'change') return restored(view, former, reading.seen, resolution)
  const { kind, why, cure } = resolution
  return refuse(view, former, { kind, why, cure })
}

/** A fence: nothing is to be found for it, what was there before is put back. */
async function lookAtPrepared(view: View, former: PlannedChange): Promise<LookedSurface> {
  const { action, options, at } = view
  const seen = await action.observe(options, former.surface, at.session.read)
  const refused = refusedReading({ seen })
  if (refused !== undefined) return refuse(view, former, refused)
  if (sameState(action, stateOf(seen), former.from)) return alreadyAs(former, seen)
  const { from: to, fromLabel: toLabel } = former
  return restored(view, former, seen, { kind: 'change', to, toLabel, reversible: true, checks: [] })
}

/** When nothing at all could be read, the readings say why; not even the names of the surfaces are known then. */
function whyNotAmong(readings: Reading<unknown>[]): Refused {
  const unreadable = readings.flatMap(({ seen }) =>
    seen.status === 'denied' || seen.status === 'unknown' ? [seen] : [],
  )
  const [first] = unreadable
  if (first !== undefined && unreadable.length === readings.length)
    return { kind: first.status, why: first.why, cure: first.cure }
  return { kind: 'unknown', why: 'the step does not mean this surface any more' }
}

function refuse({ one }: View, { surface }: PlannedChange, why: Refused): LookedSurface {
  return { reason: { step: one.step.id, surface: surface.id, ...why } }
}

function alreadyAs(former: PlannedChange, seen: Seen<unknown>): LookedSurface {
  const now = nowOf(seen)
  const there = { from: now.from, fromLabel: now.fromLabel, to: now.from, toLabel: now.fromLabel }
  return { change: { ...former, ...there, state: 'already', details: [], manual: [] } }
}

function restored(
  view: View,
  former: PlannedChange,
  seen: Seen<unknown>,
  { to, toLabel, reversible, details = [], checks }: Restored,
): LookedSurface {
  const { action, shown } = view
  const change: PlannedChange = {
    ...former,
    ...nowOf(seen),
    to: to as Json,
    toLabel,
    state: 'change',
    reversible,
    details,
  }
  return {
    change: { ...change, manual: action.manual(shown, change) },
    checks,
    confirmation: sameState(action, stateOf(seen), former.to)
      ? undefined
      : conflictOf(view, former, change.fromLabel),
  }
}

/** Somebody else has changed it since: only a person may decide to overwrite that. */
function conflictOf({ one }: View, former: PlannedChange, now: string): Confirmation {
  return {
    // Each surface is a question of its own: one answer must not overwrite another's change as well.
    id: OWN_QUESTIONS.overwrite(one.changes.length === 1 ? one.id : former.surface.id),
    question: {
      text: `${former.surface.id} was set to ${former.toLabel} by this run, and is ${now} now: somebody has changed it since. Overwrite it with ${former.fromLabel}?`,
      expects: 'yes',
    },
  }
}

function nowOf(seen: Seen<unknown>): { from: Json; fromLabel: string } {
  // States are plain JSON by contract.
  return { from: stateOf(seen) as Json, fromLabel: seen.status === 'present' ? seen.label : 'absent' }
}

function stateOf(seen: Seen<unknown>): unknown {
  return seen.status === 'present' ? seen.state : null
}
