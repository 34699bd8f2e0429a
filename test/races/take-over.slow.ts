import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { isFinished } from '../../src/runtime/close-run.ts'
import { whereAmI } from '../../src/runtime/where.ts'
import { type Contender, finished, race, startContender, startContenders } from './contenders.ts'
import { isRefused, oneWinner, onlyEffectsOf, tellAll } from './invariants.ts'
import { eachRound, type Luck, rounds } from './rounds.ts'
import { leaveUnfinished, lockOf, lookAt, MEETINGS, rewriteLock, runJob, worldSeries } from './series.ts'
import { marksOf } from './world.ts'

// A run was left behind, and several care for it at once, each in their own way; somebody else wants to begin anew.

/** On a remote nobody could keep up with the first one. */
const PACES = { folder: { beat: 20, ttl: 200 }, git: { beat: 5000, ttl: 30_000 } }
/** The process has ended; or nobody can look at it, and it has been silent for long. */
const GONE = { state: 'held', process: { pid: 1, started: 'never', where: whereAmI() } } as const
const SILENT = {
  state: 'held',
  process: { pid: 1, started: '1', where: 'elsewhere/0/0' },
  renewed: 0,
  ...PACES.folder,
} as const
const LEFT = {} as const

describe.each(MEETINGS)('$where', ({ meeting, where, share, surfaces }) => {
  let contenders: Contender[]
  let series: Awaited<ReturnType<typeof worldSeries>>

  beforeAll(async () => {
    series = await worldSeries(meeting)
    const names = ['ana', 'bo', 'cy', 'di']
    contenders = await startContenders(
      names.map((name) => ({ name, pace: PACES[meeting], skew: 0, remote: false })),
    )
  })

  afterAll(async () => {
    await Promise.all(contenders.map((one) => one.stop()))
    await series.stop()
  })

  /** All but the last care for the run; the last one wants a run of its own, and never gets in before it is over. */
  function entriesFor(world: string, round: number, run: string, chance: Luck) {
    const carers = contenders.slice(0, 2 + chance.below(2)).map((contender) => {
      const job = { kind: chance.oneOf(['resume', 'undo', 'abandon'] as const), run }
      return { contender, order: { world, job, gated: true, takes: 2, patient: false } }
    })
    const stranger = contenders.slice(-1).map((contender) => {
      const job = runJob(round, 9, chance, surfaces)
      return { contender, order: { world, job, gated: true, takes: 2, patient: false } }
    })
    return { carers, stranger }
  }

  test('one takes it over: it is gone on with, taken back or given up, once', async () => {
    await eachRound(
      `${where}: two or three who care for an unfinished run`,
      rounds(share),
      async (n, chance) => {
        const world = series.worldOf(n)
        const { plan } = await leaveUnfinished(world, runJob(n, 0, chance, surfaces))
        const session = lookAt(world)
        // A silent one is given a moment to show a sign of life: not in every round.
        await rewriteLock(session, chance.oneOf([LEFT, LEFT, GONE, GONE, SILENT]))
        const from = marksOf(world).length
        const { carers, stranger } = entriesFor(world, n, plan.id, chance)
        const settled = await race([...carers, ...stranger], chance)
        const [other] = settled.splice(-1)
        // A run that was given up in no time is over for those who had looked at it before.
        const winner = oneWinner(settled, ['locked', 'stale', 'run-ended'])
        const gaveUp = winner.ended?.result === 'abandoned'
        const working = [winner.contender.name]
        if (other !== undefined && (!gaveUp || other.ended !== undefined))
          isRefused(other, ['locked', 'owned', 'stale'])
        else if (other !== undefined) working.push(other.contender.name)
        onlyEffectsOf(world, from, working)
        const ends = await finished([...settled, ...(other === undefined ? [] : [other])])
        expect(ends.filter(({ ended }) => ended.exit === 0).length, tellAll(ends)).toBe(working.length)
        onlyEffectsOf(world, from, working)
        const run = await session.store.find(plan.id)
        expect(run.lines.filter(({ event }) => event.type === 'run-ended')).toHaveLength(1)
        expect(run.late).toBeUndefined()
        expect(await lockOf(session)).toBeUndefined()
      },
    )
  })

  test('the same after a holder was killed in the middle of an effect', async () => {
    await eachRound(`${where}: a holder that was killed`, rounds(0.05 * share), async (n, chance) => {
      const world = series.ownWorld(n)
      const job = runJob(n, 0, chance, surfaces)
      const victim = await startContender({ name: 'vic', pace: PACES[meeting], skew: 0, remote: false })
      try {
        await race(
          [{ contender: victim, order: { world, job, gated: true, takes: 0, patient: false } }],
          chance,
        )
      } finally {
        await victim.stop()
      }
      const session = lookAt(world)
      const from = marksOf(world).length
      const { carers } = entriesFor(world, n, job.id, chance)
      const settled = await race(carers, chance)
      const winner = oneWinner(settled, ['locked', 'stale', 'run-ended'])
      await finished(settled)
      onlyEffectsOf(world, from, [winner.contender.name])
      expect(isFinished(await session.store.find(job.id))).toBe(true)
      expect(await lockOf(session)).toBeUndefined()
    })
  })
})
