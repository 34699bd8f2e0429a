import { setTimeout as wait } from 'node:timers/promises'

import { EXIT } from '../../core/exit.ts'
import { Problem } from '../../core/problem.ts'
import type { Board, Changes, Snapshot } from './board.ts'

const TRIES = 30
/** Milliseconds; doubles, with jitter, up to a second. */
const FIRST_WAIT = 10
const LONGEST_WAIT = 1000

/**
 * Reads and writes until nobody else was faster. `change` is asked anew each time, and may be asked once more after it
 * was written already: it gives undefined where nothing has to be changed (any more).
 */
export async function update(
  board: Board,
  why: string,
  change: (now: Snapshot) => Changes | undefined,
): Promise<Snapshot> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    if (attempt > 0) {
      const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** attempt)
      await wait(longest / 2 + (Math.random() * longest) / 2)
    }
    const now = await board.read()
    const changes = change(now)
    if (changes === undefined) return now
    const written = await board.write(now, changes, why)
    if (written !== undefined) return written
  }
  throw new Problem({
    code: 'store-busy',
    message: `the store ${board.place} is written by others without a pause`,
    cure: 'try again in a moment',
    exit: EXIT.locked,
  })
}
