import { expect, test } from 'vitest'

import { finished, race } from './contenders.ts'
import { oneWinner, onlyEffectsOf, tellAll } from './invariants.ts'
import { eachRound, rounds } from './rounds.ts'
import { lockOf, lookAt, runJob } from './series.ts'
import { marksOf } from './world.ts'
import { raceSuite, USUAL } from './suite.ts'

// The same across machines, which meet on a git remote only.

const { contenders, worldOf } = raceSuite(
  ['ana', 'bo', 'cy'].map((name) => ({ name, ...USUAL, remote: true })),
  'git',
)

test('one gets in, all others are told to wait, and the next round finds it open', async () => {
  await eachRound('two or three machines, one winner', rounds(0.1), async (n, chance) => {
    const world = worldOf(n)
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
    expect(await lockOf(lookAt(world))).toBeUndefined()
  })
})
