import { describe, expect, test } from 'vitest'

import { finished, race } from './contenders.ts'
import { isRefused, oneWinner, onlyEffectsOf, tellAll } from './invariants.ts'
import { eachRound, rounds } from './rounds.ts'
import { leaveUnfinished, lockOf, lookAt, MEETINGS, rewriteLock, runJob } from './series.ts'
import { marksOf } from './world.ts'
import { raceSuite } from './suite.ts'

// Machines whose clocks differ: nobody can look at another one's process, only at its signs of life.

const HOUR = 3_600_000
/** Who takes over waits half of its time for a sign: long enough for a busy machine to give one. */
const SETTINGS = {
  folder: { skews: [0, 0, -HOUR, HOUR, 300_000], pace: { beat: 50, ttl: 2000 }, part: 0.05 },
  git: { skews: [0, -HOUR, 300_000], pace: { beat: 2000, ttl: 16_000 }, part: 0.02 },
}
/** Of one that is gone, nobody has to wait for long. */
const GONE = { beat: 50, ttl: 2000 }

describe.each(MEETINGS)('$where', ({ meeting, where, surfaces }) => {
  const { skews, pace, part } = SETTINGS[meeting]
  const { contenders, worldOf, ownWorld } = raceSuite(
    skews.map((skew, index) => ({ name: `clock-${index}`, pace, skew, remote: true })),
    meeting,
  )

  test('a holder that lives is not taken over, whatever the clocks say', async () => {
    await eachRound(`${where}: a living holder`, rounds(part), async (n, chance) => {
      const world = worldOf(n)
      const job = runJob(n, 0, chance, surfaces)
      const holder = chance.oneOf(contenders)
      const order = { world, job, gated: true, takes: 0, patient: false }
      const held = await race([{ contender: holder, order }], chance)
      const from = marksOf(world).length
      const claim = (await lockOf(lookAt(world)))?.claim
      const others = contenders.filter((one) => one !== holder)
      const settled = await race(
        others.map((contender) => {
          const kind = chance.oneOf(['resume', 'undo', 'abandon'] as const)
          return { contender, order: { ...order, job: { kind, run: job.id } } }
        }),
        chance,
      )
      for (const one of settled) isRefused(one, ['locked'])
      onlyEffectsOf(world, from, [holder.name])
      expect((await lockOf(lookAt(world)))?.claim).toBe(claim)
      const ends = await finished(held)
      expect(ends.map(({ ended }) => ended.exit).join(), tellAll(ends)).toBe('0')
    })
  })

  test('one that is gone is taken over by one, however fast or slow its clock was', async () => {
    await eachRound(`${where}: an expired lock`, rounds(part), async (n, chance) => {
      const world = ownWorld(n)
      const { plan } = await leaveUnfinished(world, runJob(n, 0, chance, surfaces))
      const renewed = Date.now() + chance.oneOf([-3 * HOUR, -3 * HOUR, 3 * HOUR])
      const process = { pid: 1, started: '1', where: 'a-machine-that-is-gone/0/0' }
      const session = lookAt(world)
      await rewriteLock(session, { state: 'held', process, renewed, ...GONE })
      const from = marksOf(world).length
      const settled = await race(
        contenders.map((contender) => {
          const job = { kind: chance.oneOf(['resume', 'undo'] as const), run: plan.id }
          return { contender, order: { world, job, gated: true, takes: 0, patient: false } }
        }),
        chance,
      )
      // Where the winner is an undo, the run that it takes back is no longer what the lock is for.
      const winner = oneWinner(settled, ['locked', 'owned'])
      onlyEffectsOf(world, from, [winner.contender.name])
      const ends = await finished(settled)
      expect(ends.filter(({ ended }) => ended.exit === 0).length, tellAll(ends)).toBe(1)
      onlyEffectsOf(world, from, [winner.contender.name])
      expect(await lockOf(session)).toBeUndefined()
    })
  })
})
