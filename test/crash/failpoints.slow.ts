import { afterAll, beforeAll, expect, test } from 'vitest'

import { FAILPOINTS } from '../../src/runtime/failpoint.ts'
import { type CliResult, expectExit } from '../e2e/helpers/cli.ts'
import { describeWith } from '../helpers/need.ts'
import { type Case, Matrix } from './matrix.ts'
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
import type { Scenario, World } from './world.ts'
import { command } from './worlds/command.ts'
import { http } from './worlds/http.ts'
import { kubernetes } from './worlds/kubernetes.ts'
import { registry } from './worlds/registry.ts'

// SIGKILL at every failpoint that is passed, each time that it is passed: of a run, of its resume, of its undo.

const matrix = new Matrix('Failpoints')
const reached = new Set<string>()

for (const scenario of [command, http, registry, kubernetes])
  describeWith(scenario.needs, `${scenario.name}, killed at every failpoint`, () => {
    let world: World

    beforeAll(async () => {
      world = await scenario.start()
    }, 120_000)

    afterAll(() => world.stop())

    test(`${scenario.uses.join(', ')}: as without the crash`, async () => {
      await matrix.run(await casesOf(scenario, world))
    }, 4 * 3_600_000)
  })

test('every failpoint is reached', () => {
  expect(FAILPOINTS.filter((name) => !reached.has(name))).toEqual([])
})

async function casesOf(scenario: Scenario, world: World): Promise<Case[]> {
  const { reference, passed } = await referenceOf(world, scenario)
  const cases = (kind: string, points: readonly string[], run: (point: string) => Case['run']): Case[] =>
    points.map((point) => ({ id: `${scenario.name}/${kind}/${point}`, run: run(point) }))
  const afterCut = (
    kind: string,
    what: 'resume' | 'undo',
    run: (cut: string, point: string) => Case['run'],
  ): Case[] =>
    passed.afterCut.flatMap(({ cut, [what]: points }) => cases(`${kind}/${cut}`, points, (point) => run(cut, point)))
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
  if (exitCode !== 0) throw new Error(`it ended with ${exitCode} instead of being killed:\n${output}`)
  return false
}

interface Passed {
  run: string[]
  undo: string[]
  afterCut: { cut: string; resume: string[]; undo: string[] }[]
}

/** The same story without a crash, and which failpoints are passed in it. */
async function referenceOf(
  world: World,
  scenario: Scenario,
): Promise<{ reference: Reference; passed: Passed }> {
  await world.startOver()
  const before = await world.state()
  const run = await listed(world, runOf(world))
  const after = await world.state()
  const runLog = copyOf(await world.log())
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
  return { reference: { before, after, run: runLog, undone }, passed: { run, undo, afterCut } }
}

async function listed(world: World, command: readonly string[]): Promise<string[]> {
  const result = await untilNoneRuns(() => rollback(world, command, 'list'))
  expectExit(result, 0)
  const counts = new Map<string, number>()
  return [...result.stderr.matchAll(/^failpoint (\S+)$/gm)].map(([, name = '']) => {
    reached.add(name)
    counts.set(name, (counts.get(name) ?? 0) + 1)
    return `${name}:${counts.get(name)}`
  })
}

function copyOf<T>(value: T): T {
  return structuredClone(value)
}
