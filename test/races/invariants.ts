import { expect } from 'vitest'

import type { Finished, Settled } from './contenders.ts'
import type { Ended, Mark } from './protocol.ts'
import { marksOf } from './world.ts'

/** The only one that works, or has ended well; every other one was refused with one of these. */
export function oneWinner(all: readonly Settled[], refusals: readonly string[]): Settled {
  const won = all.filter(({ ended }) => ended === undefined || ended.exit === 0)
  const [winner, ...others] = won
  if (winner === undefined || others.length > 0)
    throw new Error(`${won.length} winners instead of one: ${tellAll(all)}`)
  for (const loser of all) if (loser !== winner) isRefused(loser, refusals)
  return winner
}

export function isRefused({ contender, ended }: Settled, refusals: readonly string[]): void {
  const words = ended === undefined ? 'it works' : `${ended.exit} ${ended.result}: ${ended.words}`
  expect(refusals, `${contender.name}: ${words}`).toContain(ended?.result)
  expect(ended?.exit, words).toBe(EXITS[ended?.result ?? ''])
}

const EXITS: Record<string, number> = { locked: 25, owned: 25, 'lock-lost': 25, stale: 20, 'run-ended': 2 }

/** What the effects wrote down from line `from` on was done by these workers only, and by one at a time. */
export function onlyEffectsOf(world: string, from: number, names: readonly string[]): void {
  const marks = marksOf(world).slice(from)
  for (const { who, effect } of marks) expect(names, `${who} has begun ${effect}`).toContain(who)
  oneAtATime(marks)
}

/** Nobody begins between the first and the last effect of another one's run. */
export function oneAtATime(marks: readonly Mark[]): void {
  const turns: string[] = []
  let open: Mark | undefined
  for (const mark of marks) {
    const turn = `${mark.who} ${mark.run}`
    if (turns.at(-1) !== turn) {
      if (open !== undefined)
        throw new Error(`${turn} has begun ${mark.effect} within ${open.effect} of ${open.who}`)
      expect(turns, `${turn} goes on after somebody else: ${JSON.stringify(marks)}`).not.toContain(turn)
      turns.push(turn)
    }
    open = mark.what === 'begin' ? mark : undefined
  }
}

/** From the first to the last line of a run its lock was held: no two of these times overlap. */
export function neverTwoAtOnce(all: readonly Finished[]): void {
  const times = all.flatMap(({ contender, ended }) => timeOf(contender.name, ended) ?? [])
  times.sort((a, b) => Number(a.first - b.first))
  for (const [index, time] of times.entries()) {
    const next = times[index + 1]
    if (next !== undefined && next.first < time.last)
      throw new Error(`${next.name} held the lock while ${time.name} held it`)
  }
}

function timeOf(name: string, { first, last }: Ended) {
  if (first === undefined || last === undefined) return undefined
  return { name, first: BigInt(first), last: BigInt(last) }
}

export function tellAll(all: readonly Settled[]): string {
  return all
    .map(({ contender: { name }, ended }) =>
      ended === undefined ? `${name} works` : `${name} ${ended.exit} ${ended.result} (${ended.words})`,
    )
    .join('; ')
}
