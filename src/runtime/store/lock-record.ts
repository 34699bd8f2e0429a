import * as z from 'zod/mini'

import { EXIT } from '../../core/exit.ts'
import { parseJson } from '../../core/parse-json.ts'
import { Problem } from '../../core/problem.ts'
import { who } from './who-schema.ts'

// Who may change a service and environment, as it stands on the board. A run that was left unfinished keeps its record,
// without a holder: it owns its surfaces until somebody resumes it, takes it back, or gives it up.

export const LOCK = 'lock.json'
const FORMAT = 1

const lockRecord = z.object({
  format: z.literal(FORMAT),
  /** `held`: a process works on it; `left`: an unfinished run without one. */
  state: z.enum(['held', 'left']),
  /** Different each time it is taken. */
  claim: z.string(),
  service: z.string(),
  environment: z.string(),
  /** The run that it is for. */
  run: z.string(),
  /** What the run changes: nobody else may, whatever service it belongs to. */
  surfaces: z.array(z.string()),
  owner: who,
  reason: z.optional(z.string()),
  /** The process, and where it can be looked at; see where.ts. */
  process: z.object({ pid: z.int(), started: z.string(), where: z.string() }),
  /** ISO 8601, UTC. */
  since: z.string(),
  /** Its last sign of life, by the clock of its holder; milliseconds since the epoch. */
  renewed: z.number(),
  /** Milliseconds between two of them. */
  beat: z.number(),
  /** Without one for so many milliseconds it is expired. */
  ttl: z.number(),
})

export type LockRecord = z.output<typeof lockRecord>

/** undefined: free. What cannot be read blocks: nobody knows whose it is. */
export function lockIn(files: Readonly<Record<string, string>>, place: string): LockRecord | undefined {
  const text = files[LOCK]
  if (text === undefined) return undefined
  const read = lockRecord.safeParse(parseJson(text))
  if (read.success) return read.data
  throw new Problem({
    code: 'lock-unreadable',
    message: `the lock in ${place} cannot be read, and nobody knows whose it is`,
    found: read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
    cure: 'use the version of the tool that wrote it; rollback status shows the runs',
    exit: EXIT.locked,
  })
}

export function lockText(record: Omit<LockRecord, 'format'>): string {
  return `${JSON.stringify({ format: FORMAT, ...record }, undefined, 2)}\n`
}
