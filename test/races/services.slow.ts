import { expect, test } from 'vitest'

import { finished, race } from './contenders.ts'
import { isRefused, onlyEffectsOf, tellAll } from './invariants.ts'
import { eachRound, rounds } from './rounds.ts'
import { leaveUnfinished, lockOf, lookAt, runJob } from './series.ts'
import { marksOf } from './world.ts'
import { raceSuite, USUAL } from './suite.ts'

// Every service has a lock of its own, and a surface may belong to several: never two that change it at once.

const SHARED = 'a'
const SERVICES = ['api', 'web', 'jobs']

const { contenders, worldOf, ownWorld } = raceSuite(
  SERVICES.map((name) => ({ name, ...USUAL, remote: false })),
)

test('of services that share a surface at most one gets in', async () => {
  let nobody = 0
  await eachRound('two or three services, one surface', rounds(0.5), async (n, chance) => {
    const world = worldOf(n)
    const from = marksOf(world).length
    const gated = chance.below(2) === 0
    const settled = await race(
      contenders.slice(0, 2 + chance.below(2)).map((contender, index) => {
        const job = runJob(n, index, chance, [SHARED], contender.name)
        return { contender, order: { world, job, gated, takes: 2, patient: false } }
      }),
      chance,
    )
    const won = settled.filter(({ ended }) => ended === undefined || ended.exit === 0)
    expect(won.length, tellAll(settled)).toBeLessThanOrEqual(1)
    // Two who see one another step back both: that is safe, and they are told to wait.
    if (won.length === 0) nobody += 1
    for (const one of settled)
      if (!won.includes(one)) isRefused(one, gated ? ['locked'] : ['locked', 'stale'])
    onlyEffectsOf(
      world,
      from,
      won.map(({ contender }) => contender.name),
    )
    await finished(settled)
    for (const service of SERVICES) expect(await lockOf(lookAt(world), service)).toBeUndefined()
  })
  process.stdout.write(`in ${nobody} of them all stepped back\n`)
})

test('an unfinished run owns it against the other services, also while somebody goes on with it', async () => {
  await eachRound('an unfinished run and another service', rounds(0.1), async (n, chance) => {
    const world = ownWorld(n)
    const { plan } = await leaveUnfinished(world, runJob(n, 0, chance))
    const from = marksOf(world).length
    const [api, ...others] = contenders
    if (api === undefined) throw new Error('three were started')
    const kind = chance.oneOf(['resume', 'undo'] as const)
    const order = { world, gated: true, takes: 2, patient: false }
    const settled = await race(
      [
        ...others.map((contender, index) => ({
          contender,
          order: { ...order, job: runJob(n, index + 1, chance, [SHARED], contender.name) },
        })),
        { contender: api, order: { ...order, job: { kind, run: plan.id } } },
      ],
      chance,
    )
    for (const one of settled) if (one.contender !== api) isRefused(one, ['locked', 'owned'])
    onlyEffectsOf(world, from, [api.name])
    const ends = await finished(settled)
    const end = ends.find(({ contender }) => contender === api)?.ended
    // A neighbour that has just taken its own lock, and is about to be refused, is a reason to step back.
    if (end?.exit !== 0) expect(end).toMatchObject({ result: 'locked' })
    onlyEffectsOf(world, from, [api.name])
    // Refused or not: what was not gone on with is still its own.
    const left = await lockOf(lookAt(world))
    expect(left?.run).toBe(end?.exit === 0 ? undefined : plan.id)
  })
})
