/**
 * What the machines of a team share about one service and environment: a few named texts under one version. Whoever
 * writes says which version was read; when somebody was faster, nothing is written. Locks and the ledger of versions are
 * made of nothing else, so that they mean the same in a folder and on a git remote.
 */
export interface Board {
  /** For people: where it is. */
  place: string
  /** Throws a Problem with code `store-unreachable` when it cannot be read. */
  read(): Promise<Snapshot>
  /**
   * Writes these files (null: removes them) where nothing has changed since `former`; undefined when something has.
   * Throws a Problem with code `store-unreachable` when it is not known whether it was written.
   */
  write(former: Snapshot, changes: Changes, why: string): Promise<Snapshot | undefined>
}

export interface Snapshot {
  /** Different after every write; empty before the first. */
  version: string
  files: Readonly<Record<string, string>>
}

/** By name: `lock.json`, `versions.json`, `runs/<id>/events.jsonl`. */
export type Changes = Readonly<Record<string, string | null>>

/** The files after these changes; null removes. */
export function changed(files: Snapshot['files'], changes: Changes): Record<string, string> {
  const all = Object.entries({ ...files, ...changes })
  return Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== null))
}
