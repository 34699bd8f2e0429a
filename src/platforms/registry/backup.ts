import type { Check, Resolution, Surface, Target } from '../../core/contract.ts'
import type { RepositoryClient } from './client.ts'
import { type RetagOptions, tagsOf } from './options.ts'
import { isTag, shortDigest } from './reference.ts'
import { type State, surfaceOf, tagOfSurface } from './state.ts'

/** How many names are tried for a backup before a person is asked to look. */
const BACKUP_NAMES = 9

type Backup = { check: Check; target?: Target<State> } | Extract<Resolution<State>, { why: string }>

/** A backup never overwrites anything: when the name is taken, the next one is used. */
export async function planBackup(
  options: RetagOptions,
  surface: Surface,
  from: State,
  client: RepositoryClient,
): Promise<Backup | undefined> {
  if (options.backup === undefined) return undefined
  const several = tagsOf(options).length > 1
  const base = several ? `${options.backup}-${tagOfSurface(surface)}` : options.backup
  for (let number = 1; number <= BACKUP_NAMES; number++) {
    const name = number === 1 ? base : `${base}-${number}`
    if (!isTag(name))
      return { kind: 'unknown', why: `the backup's name "${name}" is not a tag`, cure: 'Shorten it' }
    const there = await client.head(name)
    if (there?.digest === from.digest)
      return { check: { what: 'backup', how: 'server', note: `${name} keeps it already` } }
    if (there !== undefined) continue
    return {
      check: { what: 'backup', how: 'server', note: `${name} is free` },
      target: {
        surface: surfaceOf(options, name, 'setting'),
        from: null,
        to: from,
        fromLabel: 'absent',
        toLabel: shortDigest(from.digest),
        onUndo: 'keep',
      },
    }
  }
  return {
    kind: 'unknown',
    why: `${base} and ${BACKUP_NAMES - 1} more names for a backup are taken by other images`,
    cure: "Make the name unique, such as 'prod-rollback-${run.stamp}'",
  }
}
