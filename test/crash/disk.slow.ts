import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { EXIT } from '../../src/core/exit.ts'
import { type CliResult, expectExit } from '../e2e/helpers/cli.ts'
import { describeWith } from '../helpers/need.ts'
import { type Case, Matrix } from './matrix.ts'
import { expectAtMostOnce, expectOnce, resumed, resumeOf, rollback, takenBack, undoOf } from './recovery.ts'
import type { PlatformLog, World } from './world.ts'
import { startCommandWorld } from './worlds/command.ts'

// Between any two of the system calls that put a run on disk, SIGKILL; and each of them refused by the disk.

/** What makes a name or its contents durable; writes are told apart by the file alone. */
const CALLS = ['fdatasync', 'fsync', 'link', 'rename', 'unlink', 'write'] as const

const HOURS = 3_600_000

const matrix = new Matrix('Disk')

describeWith(['strace', 'sh'], 'what is on disk at any moment', () => {
  let world: World
  let plan: string
  let first: string

  beforeAll(async () => {
    world = await startCommandWorld('version-only')
    plan = join(world.cli.folder, 'plan.json')
    expectExit(await rollback(world, ['plan', '--target', world.target, '--out', plan]), 0)
    // Known beforehand, so that strace can tell its writes from all others.
    const { id } = JSON.parse(await readFile(plan, 'utf8')) as { id: string }
    first = join(world.cli.store, 'runs', id)
  })

  afterAll(() => world.stop())

  test(
    'is enough to go on with, or to take all back',
    async () => {
      expect(await matrix.run(await cases())).toEqual([])
    },
    4 * HOURS,
  )

  async function cases(): Promise<Case[]> {
    const told = await stories()
    return told.flatMap((story) =>
      story.calls.flatMap((call) => {
        const named = (what: string): string =>
          `disk/${story.of ?? story.name}, ${what}/${story.of === undefined ? '' : `${story.name}, `}${call}`
        return [
          { id: named('killed'), run: () => killedAt(story, call) },
          ...refusalsOf(call).map((error) => ({
            id: named(error),
            run: () => refusedAt(story, call, error),
          })),
        ]
      }),
    )
  }

  interface Story {
    name: string
    /** Told for its journal alone, as a part of that story. */
    of?: string
    /** What was there before the command that is cut off. */
    prepare(): Promise<void>
    command(): string[]
    /** The file that the command writes its lines to, where that is known before it begins: asked after `prepare`. */
    journal?(): string | Promise<string>
    calls: string[]
    /** What a person does then. */
    recover(): Promise<void>
    after: unknown
    atMost: PlatformLog
    /** Nothing of it may be missing. */
    whole: boolean
  }

  async function stories(): Promise<Story[]> {
    const fresh = () => world.startOver()
    const cut = async (): Promise<void> => {
      await world.startOver()
      await rollback(world, run(), 'effect-done')
    }
    const proven = async (): Promise<void> => {
      await world.startOver()
      expectExit(await rollback(world, run()), 0)
    }
    const undoCut = async (): Promise<void> => {
      await proven()
      await rollback(world, undoOf(world), 'effect-done')
    }
    const resume = ['resume', '--yes']
    const all: Omit<Story, 'calls' | 'after' | 'atMost'>[] = [
      {
        name: 'run',
        prepare: fresh,
        command: run,
        journal: () => join(first, 'events.jsonl'),
        recover: () => resumed(world),
        whole: true,
      },
      {
        name: 'run to be taken back',
        prepare: fresh,
        command: run,
        journal: () => join(first, 'events.jsonl'),
        recover: () => takenBack(world),
        whole: false,
      },
      {
        name: 'resume',
        prepare: cut,
        command: () => resume,
        journal: () => join(first, 'events.2.jsonl'),
        recover: () => resumed(world),
        whole: true,
      },
      {
        name: 'undo',
        prepare: proven,
        command: () => undoOf(world),
        recover: () => undoneAnyway(),
        whole: true,
      },
      {
        // What an undo is called nobody knows before it begins.
        name: 'gone on with',
        of: 'undo',
        prepare: undoCut,
        command: () => [...resume, '--answer', 'blocked=yes'],
        journal: async () => join(await undoFolder(), 'events.2.jsonl'),
        recover: () => undoneAnyway(),
        whole: true,
      },
    ]
    const done: Story[] = []
    for (const one of all) {
      await one.prepare()
      const calls = await callsOf(one)
      if (!one.whole) await one.recover()
      done.push({ ...one, calls, after: await world.state(), atMost: structuredClone(await world.log()) })
    }
    return done
  }

  async function undoFolder(): Promise<string> {
    const runs = join(world.cli.store, 'runs')
    const other = (await readdir(runs)).map((name) => join(runs, name)).find((folder) => folder !== first)
    if (other === undefined) throw new Error('there is no undo')
    return other
  }

  function run(): string[] {
    return ['run', '--plan', plan, '--yes']
  }

  async function undoneAnyway(): Promise<void> {
    const gone = await rollback(world, await resumeOf(world))
    if (gone.exitCode === 2) await takenBack(world)
    else expectExit(gone, 0)
  }

  async function killedAt(story: Story, call: string): Promise<'not-reached' | void> {
    await story.prepare()
    const { exitCode } = await traced(story.command(), await inject(story, call, 'signal=KILL'))
    if (exitCode !== undefined) return 'not-reached'
    return recovered(story)
  }

  async function refusedAt(story: Story, call: string, error: string): Promise<void> {
    await story.prepare()
    const result = await traced(story.command(), await inject(story, call, `error=${error}`))
    // A line of the journal that is not on disk stops the run, always.
    if (['fdatasync', 'write'].some((name) => call.startsWith(name))) expect(result.exitCode).not.toBe(0)
    if (result.exitCode !== 0) {
      expect([EXIT.unexpected, EXIT.refused, EXIT.stands]).toContain(result.exitCode)
      expect(result.stderr).toMatch(error === 'EIO' ? /i\/o error/i : /no space left/i)
      expect(result.output).not.toMatch(/\n +at /)
    }
    return recovered(story)
  }

  async function recovered(story: Story): Promise<void> {
    await story.recover()
    expect(await world.state()).toEqual(story.after)
    await (story.whole ? expectOnce : expectAtMostOnce)(world, story.atMost)
  }

  /** One thread does what has to do with files, so that the same call is the nth one each time. */
  function traced(command: string[], strace: readonly string[]): Promise<CliResult> {
    const env = { UV_THREADPOOL_SIZE: '1' }
    return world.cli.run(command, {
      env,
      under: ['strace', '-f', '-qq', '-o', join(world.cli.folder, 'trace'), ...strace],
    })
  }

  async function inject(story: Pick<Story, 'journal'>, call: string, what: string): Promise<string[]> {
    const [name = '', nth = ''] = call.split(':')
    const only = name === 'write' ? ['-P', (await story.journal?.()) ?? ''] : []
    return ['-e', `trace=${name}`, ...only, '-e', `inject=${name}:${what}:when=${nth}`]
  }

  async function callsOf(story: Pick<Story, 'command' | 'journal' | 'of'>): Promise<string[]> {
    const journal = await story.journal?.()
    await traced(story.command(), ['-y', '-e', `trace=${CALLS.join(',')}`])
    const trace = await readFile(join(world.cli.folder, 'trace'), 'utf8')
    const counts = new Map<string, number>()
    return trace.split('\n').flatMap((line) => {
      const name = CALLS.find((one) => line.includes(` ${one}(`))
      if (name === undefined || (story.of !== undefined && name !== 'write')) return []
      const place = name === 'write' ? journal && `<${journal}>` : world.cli.store
      if (place === undefined || !line.includes(place)) return []
      counts.set(name, (counts.get(name) ?? 0) + 1)
      return [`${name}:${counts.get(name)}`]
    })
  }
})

/** What a disk answers to such a call. */
function refusalsOf(call: string): string[] {
  if (call.startsWith('unlink')) return []
  return call.startsWith('write') ? ['ENOSPC', 'EIO'] : call.includes('sync') ? ['EIO'] : ['ENOSPC']
}
