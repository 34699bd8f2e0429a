import type { Action, CallAction, GateAction, Platform, SetAction } from '../../src/core/contract.ts'
import { platforms } from '../../src/platforms/index.ts'
import type { CallWorld, GateWorld, SetWorld, World } from './world.ts'
import { worlds } from './worlds/index.ts'

/** Every action of the registry, by the name that runbooks use. */
export const actions: ReadonlyMap<string, Action> = new Map(
  await Promise.all(
    Object.values<Platform>(platforms).flatMap((platform) =>
      Object.entries(platform.actions).map(
        async ([name, entry]) => [`${platform.name}.${name}`, await entry.load()] as const,
      ),
    ),
  ),
)

interface Subjects {
  set: { name: string; action: SetAction<unknown, unknown>; world: SetWorld }
  call: { name: string; action: CallAction<unknown>; world: CallWorld }
  gate: { name: string; action: GateAction<unknown>; world: GateWorld }
}

/** The actions of one kind, each with its world; worlds.test.ts fails for those that have none. */
export function actionsOf<Kind extends World['kind']>(kind: Kind): Subjects[Kind][] {
  const known: Record<string, World> = worlds
  return [...actions].flatMap(([name, action]) => {
    const world = known[name]
    if (action.kind !== kind || world?.kind !== kind) return []
    // Both say the kind that was asked for.
    return [{ name, action, world } as unknown as Subjects[Kind]]
  })
}
