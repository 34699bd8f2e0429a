import { expect } from 'vitest'

import { type CliResult, expectExit } from '../e2e/helpers/cli.ts'
import { poll } from '../helpers/process.ts'
import type { PlatformLog, World } from './world.ts'

// What a person does after a crash, and what has to come of it.

/** What it comes to without a crash. */
export interface Reference {
  readonly before: unknown
  readonly after: unknown
  readonly run: PlatformLog
  /** Run and undo together. */
  readonly undone: PlatformLog
}

export async function rollback(
  world: World,
  command: readonly string[],
  failpoint?: string,
): Promise<CliResult> {
  const env = failpoint === undefined ? (world.elsewhere ?? {}) : { ROLLBACK_FAILPOINT: failpoint }
  return world.cli.run(command, { env })
}

export function runOf({ target, answers }: World): string[] {
  return ['run', '--target', target, '--yes', ...answers]
}

/** Whom nobody has told of what happened before: a blocked version is brought back on purpose. */
export function undoOf({ answers }: World, id?: string): string[] {
  return ['undo', ...(id === undefined ? [] : [id]), '--yes', '--answer', 'blocked=yes', ...answers]
}

/** A person who looked: what had arrived before is not what the doubt is about. */
export async function resumeOf(world: World, before: readonly string[] = []): Promise<string[]> {
  const done = await everything(world)
  const count = (all: readonly string[], name: string): number => all.filter((one) => one === name).length
  const doubts = Object.entries(world.doubtful).flatMap(([step, name]) => {
    const word = count(done, name) > count(before, name) ? 'done' : 'again'
    return ['--answer', `${step}=${word}`]
  })
  return ['resume', '--yes', '--answer', 'blocked=yes', ...world.answers, ...doubts]
}

/** Whatever the platform's log tells of. */
export async function everything(world: World): Promise<string[]> {
  const { changes, calls } = await world.log()
  return [...changes, ...calls]
}

interface Standing {
  readonly unfinished: readonly { readonly id: string; readonly kind: string }[]
  /** Nobody watches them any more. */
  readonly baking: readonly { readonly id: string }[]
  readonly locks: readonly { readonly run: string; readonly holder: string }[]
  readonly damaged: readonly unknown[]
}

export async function standing(world: World): Promise<Standing> {
  const status = await rollback(world, ['status', '--json'])
  expectExit(status, 0)
  return status.json() as unknown as Standing
}

/** Goes on with what is unfinished; where nothing is, and nothing was proven, a new run. */
export async function resumed(world: World): Promise<void> {
  const { unfinished, baking, locks } = await standing(world)
  expect(locks.filter(({ holder }) => !['gone', 'none'].includes(holder))).toEqual([])
  const gone = await rollback(world, await resumeOf(world))
  expectExit(gone, unfinished.length + baking.length > 0 ? 0 : 2)
  if (unfinished.length === 0 && !(await isProven(world))) expectExit(await rollback(world, runOf(world)), 0)
}

async function isProven(world: World): Promise<boolean> {
  const shown = await rollback(world, ['show', 'last', '--json'])
  return shown.exitCode === 0 && shown.stdout.includes('"result":"proven"')
}

/** Takes everything back. */
export async function takenBack(world: World): Promise<void> {
  const { unfinished } = await standing(world)
  const last = await untilNoneRuns(() => rollback(world, undoOf(world, unfinished[0]?.id)))
  // Nothing was begun, or all is back already.
  if (
    last.exitCode === 2 &&
    /there are no runs yet|there is nothing to undo|is\s+itself\s+an undo/.test(last.stderr)
  )
    return
  expectExit(last, 0)
}

/** Does as it is told where a program has outlived the crash. */
export async function untilNoneRuns(attempt: () => Promise<CliResult>): Promise<CliResult> {
  let last: CliResult | undefined
  await poll(async () => {
    last = await attempt()
    return !(last.exitCode === 25 && last.stderr.includes('still runs'))
  }, 15_000)
  if (last === undefined) throw new Error('it was never attempted')
  return last
}

/** Every observable effect as often as without the crash; a call at most once more, and then it is on record why. */
export async function expectOnce(world: World, wanted: PlatformLog): Promise<void> {
  const { changes, calls } = await world.log()
  expect([...changes].sort()).toEqual([...wanted.changes].sort())
  expect(wanted.calls.filter((name) => countOf(calls, name) < countOf(wanted.calls, name))).toEqual([])
  await expectNoMore(world, calls, wanted.calls)
}

/** Nothing more often than that: what was never done need not be taken back. */
export async function expectAtMostOnce(world: World, wanted: PlatformLog): Promise<void> {
  const { changes, calls } = await world.log()
  expect(changes.filter((name) => countOf(changes, name) > countOf(wanted.changes, name))).toEqual([])
  await expectNoMore(world, calls, wanted.calls)
}

async function expectNoMore(
  world: World,
  calls: readonly string[],
  wanted: readonly string[],
): Promise<void> {
  for (const name of new Set(calls)) {
    const more = countOf(calls, name) - countOf(wanted, name)
    if (more > 0) expect([name, more, await repeats(world)]).toEqual([name, 1, true])
  }
}

function countOf(all: readonly string[], name: string): number {
  return all.filter((one) => one === name).length
}

/** The journal says that a call was made again: a second intent, or a person's word. */
async function repeats(world: World): Promise<boolean> {
  const shown = await rollback(world, ['show', 'last', '--json'])
  const lines = shown.json()['lines'] as { event: { type: string; attempt?: number } }[]
  return lines.some(
    ({ event }) => event.type === 'doubt-settled' || (event.type === 'intent' && (event.attempt ?? 0) > 1),
  )
}
