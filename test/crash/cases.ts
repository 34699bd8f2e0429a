import { expect } from 'vitest'

import { EXIT } from '../../src/core/exit.ts'
import { type CliResult, expectExit } from '../e2e/helpers/cli.ts'
import type { Case } from './matrix.ts'
import {
  everything,
  expectAtMostOnce,
  expectOnce,
  type Reference,
  resumed,
  resumeOf,
  rollback,
  runOf,
  standing,
  takenBack,
  undoOf,
  untilNoneRuns,
} from './recovery.ts'
import { pointsOfDoubt, refusedUnanswered } from './unanswered.ts'
import type { Scenario, World } from './world.ts'

// The stories that are told once without a crash, and then with one at each failpoint that was passed in them.

/** A run that is gone on with, or taken back; and those two themselves. */
export async function casesOf(scenario: Scenario, world: World): Promise<Case[]> {
  const { reference, passed } = await referenceOf(world, scenario)
  const cases = (kind: string, points: readonly string[], run: (point: string) => Case['run']): Case[] =>
    points.map((point) => ({ id: `${scenario.name}/${kind}/${point}`, run: run(point) }))
  const afterCut = (
    kind: string,
    what: 'resume' | 'undo',
    run: (cut: string, point: string) => Case['run'],
  ): Case[] =>
    passed.afterCut.flatMap(({ cut, [what]: points }) =>
      cases(`${kind}/${cut}`, points, (point) => run(cut, point)),
    )
  return [
    ...cases('run-resume', passed.run, (point) => async () => {
      await world.startOver()
      if (!killed(await rollback(world, runOf(world), point))) return 'not-reached'
      await resumed(world)
      expect(await world.state()).toEqual(reference.after)
      return expectOnce(world, reference.run)
    }),
    ...cases('run-undo', passed.run, (point) => async () => {
      await world.startOver()
      if (!killed(await rollback(world, runOf(world), point))) return 'not-reached'
      await takenBack(world)
      expect(await world.state()).toEqual(reference.before)
      return expectAtMostOnce(world, reference.undone)
    }),
    ...cases('run-unanswered', passed.doubt, (point) => async () => {
      await world.startOver()
      if (!killed(await rollback(world, runOf(world), point))) return 'not-reached'
      return refusedUnanswered(world)
    }),
    ...afterCut('resume-resume', 'resume', (cut, point) => async () => {
      await cutOff(world, cut)
      if (!killed(await rollback(world, await resumeOf(world), point))) return 'not-reached'
      await resumed(world)
      expect(await world.state()).toEqual(reference.after)
      return expectOnce(world, reference.run)
    }),
    ...cases('undo-resume', passed.undo, (point) => async () => {
      await world.startOver()
      expectExit(await rollback(world, runOf(world)), 0)
      if (!killed(await rollback(world, undoOf(world), point))) return 'not-reached'
      await undoGoneOnWith(world, [...reference.run.changes, ...reference.run.calls])
      expect(await world.state()).toEqual(reference.before)
      return expectOnce(world, reference.undone)
    }),
    ...afterCut('cut-undo', 'undo', (cut, point) => async () => {
      await cutOff(world, cut)
      const before = await everything(world)
      if (!killed(await rollback(world, undoOf(world), point))) return 'not-reached'
      await undoGoneOnWith(world, before)
      expect(await world.state()).toEqual(reference.before)
      return expectAtMostOnce(world, reference.undone)
    }),
  ]
}

/** A run of which a step fails, and which takes itself back. */
export async function undoingCasesOf({ name }: Scenario, world: World): Promise<Case[]> {
  await world.startOver()
  const before = await world.state()
  const passed = await listed(world, runOf(world), EXIT.undone)
  expect(await world.state()).toEqual(before)
  const wanted = copyOf(await world.log())
  return passed.map((point) => ({
    id: `${name}/undoing-resume/${point}`,
    async run() {
      await world.startOver()
      if (!killed(await rollback(world, runOf(world), point))) return 'not-reached'
      await undoneAllTheSame(world)
      expect(await world.state()).toEqual(before)
      return expectAtMostOnce(world, wanted)
    },
  }))
}

async function undoneAllTheSame(world: World): Promise<void> {
  const { unfinished } = await standing(world)
  const [kind] = unfinished.map((one) => one.kind)
  if (kind !== undefined)
    return expectExit(await rollback(world, await resumeOf(world)), kind === 'undo' ? 0 : EXIT.undone)
  // It had not begun, or was over. Between the two it says that changes stand, and what takes them back.
  if ((await world.log()).changes.length > 0) return takenBack(world)
}

/** A run that is stopped by a signal while it works, and dies of something else in that moment. */
export async function interruptedCasesOf({ name }: Scenario, world: World): Promise<Case[]> {
  const { reference } = await referenceOf(world, { cuts: [] })
  await world.startOver()
  await world.interrupt?.(true)
  const passed = await listed(world, runOf(world), EXIT.terminated)
  return passed.map((point) => ({
    id: `${name}/interrupted-resume/${point}`,
    async run() {
      await world.startOver()
      await world.interrupt?.(true)
      if (!killed(await rollback(world, runOf(world), point))) return 'not-reached'
      await world.interrupt?.(false)
      await resumed(world)
      expect(await world.state()).toEqual(reference.after)
      return expectOnce(world, reference.run)
    },
  }))
}

/** An undo that was cut off is a run like any other; one that was never stored is asked for again. */
async function undoGoneOnWith(world: World, before: readonly string[]): Promise<void> {
  const { unfinished } = await standing(world)
  if (unfinished.length > 0) {
    // What is unfinished owns its surfaces, whoever has died of it.
    expectExit(await rollback(world, runOf(world)), 25)
  }
  if (unfinished.some(({ kind }) => kind === 'undo'))
    return expectExit(await rollback(world, await resumeOf(world, before)), 0)
  await takenBack(world)
}

async function cutOff(world: World, cut: string): Promise<void> {
  await world.startOver()
  if (!killed(await rollback(world, runOf(world), cut))) throw new Error(`it was not killed at ${cut}`)
}

/** Only what we did to it may end it without an exit code. */
function killed({ exitCode, output }: CliResult): boolean {
  if (exitCode === undefined) return true
  if (![0, EXIT.undone].includes(exitCode))
    throw new Error(`it ended with ${exitCode} instead of being killed:\n${output}`)
  return false
}

interface Passed {
  run: string[]
  /** Those of them at which a person has to be asked. */
  doubt: string[]
  undo: string[]
  afterCut: { cut: string; resume: string[]; undo: string[] }[]
}

/** The same story without a crash, and which failpoints are passed in it. */
async function referenceOf(
  world: World,
  scenario: Pick<Scenario, 'cuts'>,
): Promise<{ reference: Reference; passed: Passed }> {
  await world.startOver()
  const before = await world.state()
  const run = await listed(world, runOf(world))
  const after = await world.state()
  const runLog = copyOf(await world.log())
  const doubt = await pointsOfDoubt(world, run)
  const undo = await listed(world, undoOf(world))
  expect(await world.state()).toEqual(before)
  const undone = copyOf(await world.log())
  const afterCut: Passed['afterCut'] = []
  for (const cut of scenario.cuts) {
    await cutOff(world, cut)
    const resume = await listed(world, await resumeOf(world))
    await cutOff(world, cut)
    const undo = await listed(world, undoOf(world))
    afterCut.push({ cut, resume, undo })
  }
  return { reference: { before, after, run: runLog, undone }, passed: { run, doubt, undo, afterCut } }
}

/** The failpoints that it passes, in their order. */
async function listed(world: World, command: readonly string[], exit = 0): Promise<string[]> {
  const result = await untilNoneRuns(() => rollback(world, command, 'list'))
  expectExit(result, exit)
  const counts = new Map<string, number>()
  return [...result.stderr.matchAll(/^failpoint (\S+)$/gm)].map(([, name = '']) => {
    reached.add(name)
    counts.set(name, (counts.get(name) ?? 0) + 1)
    return `${name}:${counts.get(name)}`
  })
}

/** Every failpoint that a story has passed. */
export const reached = new Set<string>()

function copyOf<T>(value: T): T {
  return structuredClone(value)
}
