import { expect, test } from 'vitest'

import { finished, race } from './contenders.ts'
import { neverTwoAtOnce, oneAtATime, oneWinner, onlyEffectsOf, tellAll } from './invariants.ts'
import type { Order } from './protocol.ts'
import { eachRound, type Luck, rounds } from './rounds.ts'
import { lockOf, lookAt, runJob, SURFACES } from './series.ts'
import { marksOf, versionsIn } from './world.ts'
import { raceSuite, USUAL } from './suite.ts'

// Several processes of one machine want to roll the same service back at the same moment.

const { contenders, worldOf } = raceSuite(
  ['ana', 'bo', 'cy', 'di', 'ed'].map((name) => ({ name, ...USUAL, remote: false })),
)

function entries(n: number, chance: Luck, own: Partial<Order> = {}) {
  const world = worldOf(n)
  return contenders.slice(0, 2 + chance.below(4)).map((contender, index) => {
    const job = runJob(n, index, chance)
    return { contender, job, order: { world, job, gated: false, takes: 2, patient: false, ...own } }
  })
}

test('one gets in, all others are told to wait, and the next round finds it open', async () => {
  await eachRound('two to five processes, one winner', rounds(), async (n, chance) => {
    const gated = chance.below(2) === 0
    const all = entries(n, chance, { gated })
    const world = worldOf(n)
    const from = marksOf(world).length
    const settled = await race(all, chance)
    // Where nobody holds the winner up, whoever comes after it finds that its plan is no longer true.
    const winner = oneWinner(settled, gated ? ['locked'] : ['locked', 'stale'])
    onlyEffectsOf(world, from, [winner.contender.name])
    const ends = await finished(settled)
    expect(ends.filter(({ ended }) => ended.exit === 0).length, tellAll(ends)).toBe(1)
    onlyEffectsOf(world, from, [winner.contender.name])
    const won = all.find(({ contender }) => contender === winner.contender)?.job.target
    expect(versionsIn(world, SURFACES)).toEqual([won, won, won])
    expect(await lockOf(lookAt(world))).toBeUndefined()
  })
})

test('each has its turn, one after the other', async () => {
  await eachRound('all try until it was their turn', rounds(0.1), async (n, chance) => {
    const world = worldOf(n)
    const from = marksOf(world).length
    const ends = await finished(await race(entries(n + 500_000, chance, { world, patient: true }), chance))
    expect(ends.filter(({ ended }) => ended.exit !== 0).length, tellAll(ends)).toBe(0)
    neverTwoAtOnce(ends)
    const marks = marksOf(world).slice(from)
    oneAtATime(marks)
    expect(marks).toHaveLength(ends.length * SURFACES.length * 2)
  })
})
