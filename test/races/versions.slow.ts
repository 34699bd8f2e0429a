import { describe, expect, test } from 'vitest'

import { readVersions } from '../../src/runtime/store/ledger.ts'
import { finished, race } from './contenders.ts'
import { tellAll } from './invariants.ts'
import { eachRound, rounds } from './rounds.ts'
import { lockOf, lookAt, MEETINGS, runJob } from './series.ts'
import { raceSuite, USUAL } from './suite.ts'

// Versions are blocked while a run keeps its lock, its lines and its proof at the same place: nothing of it gets lost.

/** Of each who blocks, one after the other. */
const VERSIONS = 2

describe.each(MEETINGS)('$where', ({ meeting, where, share, surfaces }) => {
  const { contenders, worldOf } = raceSuite(
    ['ana', 'bo', 'cy'].map((name) => ({ name, ...USUAL, remote: true })),
    meeting,
  )

  test('every version that was blocked is, and what the run has proven is known', async () => {
    await eachRound(`${where}: two who block versions, and a run`, rounds(0.2 * share), async (n, chance) => {
      const world = worldOf(n)
      const before = await readVersions(lookAt(world).store.board('api', 'production'))
      const run = runJob(n, 0, chance, surfaces.slice(0, 1))
      const wanted: string[] = []
      const entries = contenders.map((contender, index) => {
        const versions = Array.from({ length: VERSIONS }, (_, at) => runJob(n, index + at, chance).target)
        if (index > 0) wanted.push(...versions)
        const job = index === 0 ? run : ({ kind: 'block', service: 'api', versions } as const)
        return { contender, order: { world, job, gated: false, takes: 2, patient: false } }
      })
      const ends = await finished(await race(entries, chance))
      expect(
        ends.map(({ ended }) => ended.exit),
        tellAll(ends),
      ).toEqual([0, 0, 0])

      const session = lookAt(world)
      const after = await readVersions(session.store.board('api', 'production'))
      const names = (all: typeof after.blocked) => all.map(({ release }) => release?.given ?? '')
      expect(names(after.blocked).sort()).toEqual([...wanted, ...names(before.blocked)].sort())
      expect(names(after.good)).toContain(run.target)
      expect((await session.store.find(run.id)).lines.at(-1)?.event).toMatchObject({ type: 'run-ended' })
      expect(await lockOf(session)).toBeUndefined()
    })
  })
})
