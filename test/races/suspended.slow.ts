import { setTimeout as wait } from 'node:timers/promises'

import { afterAll, beforeAll, expect, test } from 'vitest'

import type { Line } from '../../src/core/run/events.ts'
import { type Contender, startContenders } from './contenders.ts'
import type { Ended } from './protocol.ts'
import { eachRound, rounds } from './rounds.ts'
import { lockOf, lookAt, runJob, SURFACES, worldSeries } from './series.ts'
import { marksOf, versionsIn } from './world.ts'

// A holder is suspended at any moment, for longer than its lock lives; somebody else goes on with its run; it wakes up.

const PACE = { beat: 20, ttl: 120 }
/** About as long as a whole run takes here, in milliseconds. */
const A_RUN = 80

let holder: Contender
let rescuer: Contender
let series: Awaited<ReturnType<typeof worldSeries>>
/** How often the holder stood where, so that nobody believes in what was never met. */
const met = { 'before its run': 0, 'between effects': 0, 'within an effect': 0, 'after its run': 0 }
const woke: Record<string, number> = {}

beforeAll(async () => {
  series = await worldSeries()
  const settings = ['holder', 'rescuer'].map((name) => ({ name, pace: PACE, skew: 0, remote: false }))
  const [first, second] = await startContenders(settings)
  if (first === undefined || second === undefined) throw new Error('two were started')
  holder = first
  rescuer = second
})

afterAll(async () => {
  await Promise.all([holder.stop(), rescuer.stop()])
  await series.stop()
})

test('it finishes at most the one request that was under way, and learns that the run is no longer its own', async () => {
  await eachRound('a suspended holder', rounds(), async (n, chance) => {
    const world = series.worldOf(n)
    const session = lookAt(world)
    const job = runJob(n, 0, chance)
    const from = marksOf(world).length
    const marks = () => marksOf(world).slice(from)
    await holder.prepare({ world, job, gated: false, takes: 6, patient: false })
    holder.go(process.hrtime.bigint())
    const nth = chance.below(4)
    if (nth > 0) await holder.effect(nth)
    await wait(chance.within(nth === 0 ? A_RUN : 8))
    await holder.suspend()
    const before = marks()
    const open = before.at(-1)?.what === 'begin'
    const ended = await overAt(session, job.id)
    if (ended) met['after its run'] += 1
    else if (open) met['within an effect'] += 1
    else if (before.length > 0) met['between effects'] += 1
    else met['before its run'] += 1

    // In every other round the rescuer is still at work when the holder wakes up.
    const gated = chance.below(2) === 0
    const instead = runJob(n, 1, chance)
    await rescuer.prepare({
      world,
      job: { kind: 'rescue', run: job.id, instead },
      gated,
      takes: 2,
      patient: true,
    })
    rescuer.go(process.hrtime.bigint())
    const working = gated && (await rescuer.effect(1)) === 'begun'
    const rescued = working ? undefined : await rescuer.ended()
    const held = await lockOf(session)
    if (working) expect(held).toMatchObject({ state: 'held', owner: { name: 'rescuer' } })

    const atWaking = marks()
    holder.wake()
    const late = await holder.ended()
    woke[late.result] = (woke[late.result] ?? 0) + 1
    // It leaves the lock of the other one alone.
    if (working) expect((await lockOf(session))?.claim).toBe(held?.claim)
    rescuer.finish()
    const done = rescued ?? (await rescuer.ended())
    expect(done, done.words).toMatchObject({ exit: 0 })

    const begun = marks()
      .slice(atWaking.length)
      .filter(({ who, what }) => who === 'holder' && what === 'begin')
    expect(begun.length, 'effects begun after it woke up').toBeLessThanOrEqual(open ? 0 : 1)
    await requireOneStory(world, job.id, ended, late)
    expect(await lockOf(session)).toBeUndefined()
    const proven = (await session.store.list()).find(({ lines }) => resultOf(lines) === 'proven')
    expect(versionsIn(world, SURFACES)).toEqual(SURFACES.map(() => proven?.plan.target.given))
  })
  process.stdout.write(`it was suspended ${told(met)}; it ended with ${told(woke)}\n`)
})

function resultOf(lines: readonly Line[]): string | undefined {
  const last = lines.at(-1)?.event
  return last?.type === 'run-ended' ? last.result : undefined
}

async function overAt(session: ReturnType<typeof lookAt>, run: string): Promise<boolean> {
  try {
    const { lines } = await session.store.find(run)
    return lines.some(({ event }) => event.type === 'run-ended')
  } catch {
    // Not stored yet, or half of it: then it has done nothing.
    return false
  }
}

/** The run has one end, and what the holder has written too late is no part of it. */
async function requireOneStory(world: string, run: string, ended: boolean, late: Ended): Promise<void> {
  if (ended) {
    // Its end is on record and counts; whether it could still be sure of that when it woke up is another question.
    expect(['proven', 'lock-lost'], late.words).toContain(late.result)
    return
  }
  const stored = (await lookAt(world).store.list((id, error) => expect.fail(`${id}: ${String(error)}`))).find(
    ({ plan }) => plan.id === run,
  )
  if (stored === undefined) {
    // It had not begun: it finds the lock taken, or that its plan is no longer true.
    expect(['locked', 'owned', 'stale', 'lock-lost'], late.words).toContain(late.result)
    return
  }
  expect(late, late.words).toMatchObject({ exit: 25 })
  expect(stored.lines.filter(({ event }) => event.type === 'run-ended')).toHaveLength(1)
  const resumed = stored.lines.filter(({ event }) => event.type === 'run-resumed')
  const first = stored.lines[0]?.event
  const begunByOther = first?.type === 'run-started' && first.by.name === 'rescuer'
  // Suspended before its first line: the other one began it, or nobody knew of it, and it says itself that it is over.
  const last = resumed.length === 0 && !begunByOther ? { result: 'failed', stands: [] } : { result: 'proven' }
  expect(stored.lines.at(-1)?.event).toMatchObject({ type: 'run-ended', ...last })
  if (resumed.length > 0) expect(resumed).toMatchObject([{ event: { by: { name: 'rescuer' } } }])
}

function told(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([what, count]) => `${what} ${count}×`)
    .join(', ')
}
