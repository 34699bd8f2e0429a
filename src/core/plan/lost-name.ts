import { conditionsIn } from '../conditions/conditions-in.ts'
import type { Plan, PlannedStep, PlannedUse } from './types.ts'

/** A step that waits for nobody, two effects that could not be told apart, a condition on no signal. */
export function lostName({
  steps,
  signals,
  verify: proof,
  bake,
  undoVerify,
  liveSignal,
  guards = [],
}: Plan): string | undefined {
  const ids = new Set(steps.map(({ id }) => id))
  if (ids.size < steps.length) return 'two steps have the same id'
  for (const { id, needs, fallback, ...first } of steps) {
    const lost = needs.find((need) => !ids.has(need))
    if (lost !== undefined) return `the step "${id}" needs "${lost}", and there is no such step`
    if ([first, fallback].some((one) => one?.kind === 'gate' && one.question === undefined))
      return `the step "${id}" asks a person, and has no question`
  }
  const twice = repeated(steps.flatMap(usesOf).flatMap(effectsOf))
  if (twice !== undefined) return `two effects have the same name, "${twice}"`
  const conditions = [proof, bake, undoVerify, ...steps.map((own) => own.verify)].flatMap((own) => [
    ...(own?.must ?? []),
    ...(own?.should ?? []),
  ])
  const guarding = guards.flatMap(({ holds }) => conditionsIn(holds))
  const asked = [
    ...[...conditions, ...guarding].map(({ signal }) => signal),
    ...(liveSignal === undefined ? [] : [liveSignal]),
  ]
  const lost = asked.find((signal) => !Object.hasOwn(signals, signal))
  return lost === undefined ? undefined : `the signal "${lost}" is asked for, and there is no such signal`
}

function usesOf({ fallback, ...first }: PlannedStep): PlannedUse[] {
  return fallback === undefined ? [first] : [first, fallback]
}

function effectsOf({ changes, call: called }: PlannedUse): string[] {
  return [...changes, ...(called === undefined ? [] : [called])].map(({ effect }) => effect)
}

function repeated(names: readonly string[]): string | undefined {
  const seen = new Set<string>()
  return names.find((name) => seen.size === seen.add(name).size)
}
