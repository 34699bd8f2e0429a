import type { CallAction, Reading, Resolution, SetAction, Target, Wanted } from '../core/contract.ts'
import type { Json, JsonObject } from '../core/json.ts'
import type { Step } from '../core/model.ts'
import type { RefusalReason } from '../core/plan/outcome.ts'
import { refusedReading } from '../core/plan/refuse-reading.ts'
import type { SurveyedStep, SurveyedSurface, SurveyedUse } from '../core/plan/survey.ts'
import type { PlannedChange } from '../core/plan/types.ts'
import { Problem, sentenceOf } from '../core/problem.ts'
import { type BindingGround, bindForShow, bindOptions } from './bind-options.ts'
import { loadAction } from './load-action.ts'
import type { Secrets } from './secrets.ts'
import type { Session } from './types.ts'

// Looks at everything that a plan touches, at once, and changes nothing.

export interface SurveyGround {
  session: Session
  ground: BindingGround
  secrets: Secrets
}

export function surveySteps(at: SurveyGround, steps: readonly Step[]): Promise<SurveyedStep[]> {
  return Promise.all(
    steps.map(async (step) => {
      const [first, fallback] = await Promise.all([
        surveyUse(at, step.id, step),
        step.fallback === undefined ? undefined : surveyUse(at, `${step.id}~fallback`, step.fallback),
      ])
      return { step, first, fallback }
    }),
  )
}

interface Use {
  uses: string
  with: JsonObject
}

async function surveyUse(at: SurveyGround, prefix: string, use: Use): Promise<SurveyedUse> {
  const action = await loadAction(use.uses)
  const base = { uses: use.uses, kind: action.kind, with: use.with, surfaces: [] }
  try {
    switch (action.kind) {
      case 'gate': {
        const options = await bindOptions(at.ground, at.secrets, action.options, use.with)
        return { ...base, question: action.question(options) }
      }
      case 'call':
        return { ...base, call: await surveyCall(at, prefix, action, use) }
      case 'set': {
        const surfaces = await surveySet(at, prefix, action, use, { release: at.ground.target })
        return { ...base, surfaces, window: windowOf(action) }
      }
    }
  } catch (error) {
    return { ...base, refused: reasonOf(error) }
  }
}

async function surveyCall(
  { session, ground, secrets }: SurveyGround,
  prefix: string,
  action: CallAction<unknown>,
  use: Use,
): Promise<NonNullable<SurveyedUse['call']>> {
  const options = await bindOptions(ground, secrets, action.options, use.with)
  const reversal = action.reversal(options)
  return {
    effect: prefix,
    repeat: action.repeat(options),
    observable: action.find !== undefined && action.observable?.(options) === true,
    reversal: reversal.how === 'none' ? reversal : { how: reversal.how },
    manual: action.manual(bindForShow(ground, action.options, use.with)),
    readiness: (await action.ready?.(options, session.read)) ?? { kind: 'ready', checks: [] },
  }
}

/** All surfaces of a set, each with the change that would be made of it. */
async function surveySet(
  { session, ground, secrets }: SurveyGround,
  prefix: string,
  action: SetAction<unknown, unknown>,
  use: Use,
  wanted: Wanted<unknown>,
): Promise<SurveyedSurface[]> {
  const options = await bindOptions(ground, secrets, action.options, use.with)
  const shown = bindForShow(ground, action.options, use.with)
  const readings = await action.surfaces(options, session.read)
  return Promise.all(
    readings.map(async (reading) => {
      const refused = refusedReading(reading)
      if (refused !== undefined) return { id: reading.surface.id, changes: [], checks: [], refused }
      const resolution = await action.resolve(options, reading, wanted, session.read)
      const manual = (change: Target<unknown>) => action.manual(shown, change)
      return {
        ...surveyedSurface(prefix, reading, resolution, manual),
        unsettled: unsettled(action, reading, resolution),
      }
    }),
  )
}

function unsettled(
  action: SetAction<unknown, unknown>,
  { seen }: Reading<unknown>,
  { kind }: Resolution<unknown>,
): SurveyedSurface['unsettled'] {
  if (kind !== 'already' || seen.status !== 'present') return undefined
  const { state, words } = action.progress(seen, seen.state)
  return state === 'reached' ? undefined : { state, words }
}

function surveyedSurface(
  prefix: string,
  reading: Reading<unknown>,
  resolution: Resolution<unknown>,
  manual: (change: Target<unknown>) => string[],
): SurveyedSurface {
  const { surface, seen } = reading
  if (resolution.kind !== 'change' && resolution.kind !== 'already') {
    const { kind, why, cure } = resolution
    return { id: surface.id, changes: [], checks: [], refused: { kind, why, cure } }
  }
  const from = seen.status === 'present' ? seen.state : null
  const fromLabel = seen.status === 'present' ? seen.label : 'absent'
  const base = { surface, from, fromLabel, onUndo: 'restore' as const }
  if (resolution.kind === 'already') {
    const main = { ...base, to: from, toLabel: fromLabel }
    return {
      id: surface.id,
      changes: [planned(prefix, main, 'main', 'already', [], true, [])],
      checks: resolution.checks,
    }
  }
  const main = { ...base, to: resolution.to, toLabel: resolution.toLabel }
  const prepared = (resolution.prepare ?? []).map((target) =>
    planned(prefix, target, 'prepare', 'change', [], true, manual(target)),
  )
  return {
    id: surface.id,
    changes: [
      ...prepared,
      planned(prefix, main, 'main', 'change', resolution.details ?? [], resolution.reversible, manual(main)),
    ],
    checks: resolution.checks,
  }
}

function planned(
  prefix: string,
  target: Target<unknown>,
  role: PlannedChange['role'],
  state: PlannedChange['state'],
  details: string[],
  reversible: PlannedChange['reversible'],
  manual: string[],
): PlannedChange {
  return {
    ...target,
    // States are plain JSON by contract.
    from: target.from as Json,
    to: target.to as Json,
    effect: `${prefix}:${target.surface.id}`,
    role,
    state,
    reversible,
    details,
    manual,
  }
}

export function windowOf(action: SetAction<unknown, unknown>): string | undefined {
  return action.facts.compareAndSet === false ? action.facts.window : undefined
}

/** A known problem refuses the step; anything else is a defect and goes on up. */
export function reasonOf(error: unknown): Omit<RefusalReason, 'step'> {
  if (!(error instanceof Problem)) throw error
  return {
    kind: error.code === 'secret-missing' ? 'missing' : 'unknown',
    why: sentenceOf(error),
    cure: error.cure,
  }
}
