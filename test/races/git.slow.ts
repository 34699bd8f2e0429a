import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { openDoors } from '../../src/io/doors.ts'
import { gitBoards } from '../../src/runtime/store/git-board.ts'
import { LOCK } from '../../src/runtime/store/lock-record.ts'
import { makeRepository } from '../helpers/git.ts'
import { mustRun } from '../helpers/process.ts'
import { type Contender, finished, race, startContenders } from './contenders.ts'
import { oneWinner, onlyEffectsOf, tellAll } from './invariants.ts'
import { eachRound, rounds } from './rounds.ts'
import { runJob, worldSeries } from './series.ts'
import { marksOf } from './world.ts'

// The same across machines: processes with a clone and a cache of their own, that meet on a git remote only.

let contenders: Contender[]
let series: Awaited<ReturnType<typeof worldSeries>>
let repository: Awaited<ReturnType<typeof makeRepository>>

beforeAll(async () => {
  series = await worldSeries()
  repository = await makeRepository({ commits: 1 })
  const pace = { beat: 5000, ttl: 30_000 }
  const settings = ['ana', 'bo', 'cy'].map((name) => {
    const git = { clone: join(series.path, `clone-${name}`), cache: join(series.path, `cache-${name}`) }
    return { name, pace, skew: 0, remote: true, git }
  })
  for (const { git } of settings)
    await mustRun('git', ['clone', '--quiet', `file://${repository.remote}`, git.clone])
  contenders = await startContenders(settings)
})

afterAll(async () => {
  await Promise.all(contenders.map((one) => one.stop()))
  await repository.stop()
  await series.stop()
})

test('one gets in, all others are told to wait, and the next round finds it open', async () => {
  const doors = openDoors()
  const board = gitBoards({
    remote: 'origin',
    repository: repository.path,
    cacheRoot: () => join(series.path, 'cache'),
    ...doors,
  }).board('api', 'production')
  await eachRound('two or three clones of one remote, one winner', rounds(0.1), async (n, chance) => {
    const world = series.worldOf(n)
    const from = marksOf(world).length
    const gated = chance.below(2) === 0
    const entries = contenders.slice(0, 2 + chance.below(2)).map((contender, index) => {
      const job = runJob(n, index, chance, ['a'])
      return { contender, order: { world, job, gated, takes: 2, patient: false } }
    })
    const settled = await race(entries, chance)
    const winner = oneWinner(settled, gated ? ['locked'] : ['locked', 'stale'])
    onlyEffectsOf(world, from, [winner.contender.name])
    const ends = await finished(settled)
    expect(ends.filter(({ ended }) => ended.exit === 0).length, tellAll(ends)).toBe(1)
    onlyEffectsOf(world, from, [winner.contender.name])
    expect((await board.read()).files[LOCK]).toBeUndefined()
  })
  await doors.close()
})
