import type { Snapshot } from './board.ts'

// How runs stand on a board: `runs/<id>/plan.json` and `runs/<id>/events.jsonl`.

const FILE = /^runs\/(\d{8}-\d{6}-[0-9a-f]{4})\/(?:plan\.json|events\.jsonl)$/
/** Ended runs that stay; older ones are in the board's history. */
const KEPT = 20

export const planFile = (id: string): string => `runs/${id}/plan.json`
export const eventsFile = (id: string): string => `runs/${id}/events.jsonl`

/** Ids of the runs on a board, newest first. Other names are not ours. */
export function runsIn({ files }: Pick<Snapshot, 'files'>): string[] {
  const ids = Object.keys(files).flatMap((name) => FILE.exec(name)?.[1] ?? [])
  return [...new Set(ids)].sort().reverse()
}

/** The files of ended runs that are old enough to leave the board, to be removed. */
export function oldRuns(seen: Pick<Snapshot, 'files'>): Record<string, null> {
  const ended = runsIn(seen).filter((id) => seen.files[eventsFile(id)]?.includes('"type":"run-ended"'))
  const names = ended.slice(KEPT).flatMap((id) => [planFile(id), eventsFile(id)])
  return Object.fromEntries(names.map((name) => [name, null]))
}
