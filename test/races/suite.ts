import { afterAll, beforeAll } from 'vitest'

import { type Contender, startContenders } from './contenders.ts'
import type { Setting } from './protocol.ts'
import { worldSeries } from './series.ts'
import type { Meeting } from './world.ts'

/** As users have it. */
export const USUAL = { pace: { beat: 5000, ttl: 30_000 }, skew: 0 } as const

/** The contenders of a suite, who live over all its rounds, and its worlds. Both are there once its tests run. */
export function raceSuite(settings: readonly Setting[], meeting?: Meeting) {
  const contenders: Contender[] = []
  let series: Awaited<ReturnType<typeof worldSeries>>

  beforeAll(async () => {
    series = await worldSeries(meeting)
    contenders.push(...(await startContenders([...settings])))
  })

  afterAll(async () => {
    await Promise.all(contenders.map((one) => one.stop()))
    await series.stop()
  })

  return {
    contenders,
    worldOf: (n: number) => series.worldOf(n),
    ownWorld: (n: number) => series.ownWorld(n),
  }
}
