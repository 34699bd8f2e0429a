import { setTimeout as wait } from 'node:timers/promises'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { Line } from '../../src/core/run/events.ts'
import { withoutSharing } from '../../src/runtime/in-store.ts'
import { poll } from '../helpers/process.ts'
import { type Contender, startContenders } from './contenders.ts'
import type { Care, Ended } from './protocol.ts'
import { eachRound, rounds } from './rounds.ts'
import { lockOf, lookAt, MEETINGS, runJob, worldSeries } from './series.ts'
import { marksOf, sessionIn, versionsIn } from './world.ts'

// A holder is suspended at any moment, for longer than its lock lives; somebody else cares for its run; it wakes up.

/** `run`: about as long as a whole run takes there; `effect`: as the way from one effect to the next. Milliseconds. */
const SETTINGS = {
  folder: { pace: { beat: 20, ttl: 120 }, run: 80, effect: 8, pause: 4 },
  git: { pace: { beat: 1500, ttl: 2500 }, run: 3000, effect: 700, pause: 800 },
}
const CARES = ['resume', 'resume', 'undo', 'abandon'] as const
const TO_TAKE_OVER = ['resume', 'resume', 'abandon'] as const
/** Nobody takes so long to take a lock over; milliseconds. */
const HANG = 60_000

describe.each(MEETINGS)('$where', ({ meeting, where, share, surfaces }) => {
  const { pace, pause, run: aRun, effect: anEffect } = SETTINGS[meeting]
  let holder: Contender
  let rescuer: Contender
  let series: Awaited<ReturnType<typeof worldSeries>>
  /** How often the holder stood where, so that nobody believes in what was never met. */
  const met = { 'before its run': 0, 'between effects': 0, 'within an effect': 0, 'after its run': 0 }
  const woke: Record<string, number> = {}

  beforeAll(async () => {
    series = await worldSeries(meeting)
    const settings = ['holder', 'rescuer'].map((name) => ({ name, pace, pause, skew: 0, remote: false }))
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
    await eachRound(`${where}: a suspended holder`, rounds(share), async (n, chance) => {
      const world = series.worldOf(n)
      const session = lookAt(world)
      const job = runJob(n, 0, chance, surfaces)
      const from = marksOf(world).length
      const marks = () => marksOf(world).slice(from)
      const former = versionsIn(world, surfaces)
      await holder.prepare({ world, job, gated: false, takes: 6, patient: false })
      holder.go(process.hrtime.bigint())
      const nth = chance.below(surfaces.length + 1)
      if (nth > 0) await holder.effect(nth)
      await wait(chance.within(nth === 0 ? aRun : anEffect))
      await holder.suspend()
      const before = marks()
      const open = before.at(-1)?.what === 'begin'
      const ended = await overAt(world, job.id)
      if (ended) met['after its run'] += 1
      else if (open) met['within an effect'] += 1
      else if (before.length > 0) met['between effects'] += 1
      else met['before its run'] += 1

      // The rescuer is still at work when the holder wakes up, or has done, or is just about to begin.
      const moment = chance.oneOf(['at work', 'over', 'taking over'] as const)
      // A late request in the middle of an undo would be waited for until its time is over, as any conflict is.
      const how = chance.oneOf(moment === 'taking over' ? TO_TAKE_OVER : CARES)
      const suspended = await lockOf(session)
      await rescuer.prepare({
        world,
        job: { kind: 'rescue', run: job.id, how, instead: runJob(n, 1, chance, surfaces) },
        gated: moment === 'at work',
        takes: 2,
        patient: true,
      })
      rescuer.go(process.hrtime.bigint())
      if (moment === 'taking over')
        await poll(async () => (await lockOf(session))?.claim !== suspended?.claim, HANG, pause)
      const working = moment === 'at work' && (await rescuer.effect(1)) === 'begun'
      if (moment === 'over') await rescuer.ended()
      const held = await lockOf(session)
      if (working) expect(held).toMatchObject({ state: 'held', owner: { name: 'rescuer' } })

      const atWaking = marks()
      holder.wake()
      const late = await holder.ended()
      woke[late.result] = (woke[late.result] ?? 0) + 1
      // It leaves the lock of the other one alone.
      if (working) expect((await lockOf(session))?.claim).toBe(held?.claim)
      rescuer.finish()
      const done = await rescuer.ended()
      const sinceWaking = marks()
        .slice(atWaking.length)
        .filter(({ who }) => who === 'holder')
      // The one request that was under way may arrive in the middle of an undo, which leaves such a conflict to a person.
      const disturbed = how === 'undo' && sinceWaking.length > 0
      expect(disturbed ? [0, 22] : [0], done.words).toContain(done.exit)

      const begun = sinceWaking.filter(({ what }) => what === 'begin')
      expect(begun.length, 'effects begun after it woke up').toBeLessThanOrEqual(open ? 0 : 1)
      const cared = await requireOneStory(world, job.id, ended, how, late)
      expect(await lockOf(session)).toBeUndefined()
      const proven = (await session.store.list()).find(({ lines }) => resultOf(lines) === 'proven')
      if (cared === undefined || cared === 'resume')
        expect(versionsIn(world, surfaces)).toEqual(surfaces.map(() => proven?.plan.target.given))
      if (cared === 'undo' && !disturbed) expect(versionsIn(world, surfaces)).toEqual(former)
    })
    process.stdout.write(`${where}: it was suspended ${told(met)}; it ended with ${told(woke)}\n`)
  })
})

/** What was waiting for the remote has waited for too long when it wakes up. */
const NO_ANSWER = ['not-ready', 'store-unreachable', 'run-broken-off']

function resultOf(lines: readonly Line[]): string | undefined {
  const last = lines.at(-1)?.event
  return last?.type === 'run-ended' ? last.result : undefined
}

/** As the holder itself has it on record, whether or not others have been told. */
async function overAt(world: string, run: string): Promise<boolean> {
  try {
    const { lines } = await withoutSharing(sessionIn(world, 'holder')).store.find(run)
    return lines.some(({ event }) => event.type === 'run-ended')
  } catch {
    // Not stored yet, or half of it: then it has done nothing.
    return false
  }
}

/**
 * The run has one end, and what the holder has written too late is no part of it. Gives how the rescuer has cared for it;
 * undefined where there was nothing to care for.
 */
async function requireOneStory(
  world: string,
  run: string,
  ended: boolean,
  how: Care,
  late: Ended,
): Promise<Care | undefined> {
  const all = await lookAt(world).store.list((id, error) => expect.fail(`${id}: ${String(error)}`))
  const stored = all.find(({ plan }) => plan.id === run)
  // Its end is on record and counts; whether it could still be sure of that when it woke up is another question.
  if (ended) expect(['proven', 'lock-lost'], late.words).toContain(late.result)
  // It had not begun: it finds the lock taken, or that its plan is no longer true.
  else if (stored === undefined)
    expect(['locked', 'owned', 'stale', 'lock-lost', ...NO_ANSWER], late.words).toContain(late.result)
  else if (late.exit !== 25) expect(NO_ANSWER, late.words).toContain(late.result)
  if (stored === undefined) return undefined

  const events = stored.lines.map(({ event }) => event)
  const end = events.at(-1)
  const resumed = events.filter(({ type }) => type === 'run-resumed')
  const first = events[0]
  const begunByOther = first?.type === 'run-started' && first.by.name === 'rescuer'
  expect(events.filter(({ type }) => type === 'run-ended')).toHaveLength(1)
  if (end?.type === 'run-ended' && end.result === 'abandoned') {
    expect(end.by).toMatchObject({ name: 'rescuer' })
    expect(how).not.toBe('resume')
    return how
  }
  if (resumed.length > 0 || begunByOther) {
    // Suspended before its first line, it may have been begun by the other one.
    if (resumed.length > 0) expect(resumed).toMatchObject([{ by: { name: 'rescuer' } }])
    expect(end).toMatchObject({ type: 'run-ended', result: 'proven' })
    return 'resume'
  }
  // Nobody knew of it, and it says itself that it is over.
  expect(end).toMatchObject(
    ended ? { type: 'run-ended', result: 'proven' } : { type: 'run-ended', result: 'failed', stands: [] },
  )
  return undefined
}

function told(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([what, count]) => `${what} ${count}×`)
    .join(', ')
}
