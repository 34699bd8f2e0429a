import { expect } from 'vitest'

import { EXIT } from '../../src/core/exit.ts'
import { expectExit } from '../e2e/helpers/cli.ts'
import { rollback, standing } from './recovery.ts'
import type { World } from './world.ts'

// Where only a person knows what has happened, and nobody has said so: nothing may be guessed.

interface Recorded {
  readonly event: { readonly type: string; readonly step?: string }
}

/**
 * Of the failpoints that a run has passed, those at which nobody but a person knows whether its doubtful call was made:
 * from its intent on, as long as there is no outcome. Without the one at which a program has just been started: it may
 * still be about to do it, and then it is not we who change something.
 */
export async function pointsOfDoubt(world: World, passed: readonly string[]): Promise<string[]> {
  if (world.asked === undefined) return []
  const lines = await linesOf(world)
  const intents = lines.flatMap(({ event: { type, step } }) => (type === 'intent' ? [step] : []))
  const points = passed.slice(passed.indexOf(`intent:${intents.indexOf(world.asked) + 1}`))
  return points
    .slice(
      0,
      points.findIndex((point) => point.startsWith('outcome:')),
    )
    .filter((point) => !point.startsWith('child-started:'))
}

/** The run that was killed there is as it was left. Another one than that step may have been under way, after a retry. */
export async function refusedUnanswered(world: World): Promise<'not-reached' | void> {
  const before = await whatIs(world)
  const last = before.lines.findLast(({ event: { type } }) => type === 'intent')
  if (last?.event.step !== world.asked) return 'not-reached'
  const refused = await rollback(world, ['resume', '--yes'])
  expectExit(refused, EXIT.declined)
  expect(refused.stderr).toContain(`--answer ${world.asked}=done`)
  expect(await whatIs(world)).toEqual(before)
}

async function whatIs(world: World) {
  const { unfinished, locks } = await standing(world)
  expect(unfinished).toHaveLength(1)
  return {
    state: await world.state(),
    log: structuredClone(await world.log()),
    lines: await linesOf(world),
    owner: locks.map(({ run }) => run),
  }
}

async function linesOf(world: World): Promise<Recorded[]> {
  const shown = await rollback(world, ['show', 'last', '--json'])
  return shown.json()['lines'] as Recorded[]
}
