import type { Check, Reading, Resolution, Surface, Wanted } from '../../core/contract.ts'
import type { ReadDoor } from '../../core/doors.ts'
import { Problem } from '../../core/problem.ts'
import { type Release, releaseName } from '../../core/release.ts'
import { planBackup } from './backup.ts'
import { isOurs, nearestTags, onlyFirst, tagsFor } from './candidates.ts'
import { openRepository, type RepositoryClient, type Tags } from './client.ts'
import { repositoryOf, type RetagOptions } from './options.ts'
import { isTag, shortDigest } from './reference.ts'
import { type State, stateOf } from './state.ts'

// What it takes to get there: the target's image, the right to write, a backup of what is live.

/** How many of the nearest tags are asked what they are. */
const SUGGESTED = 3

export async function resolution(
  options: RetagOptions,
  { surface, seen }: Reading<State>,
  wanted: Wanted<State>,
  read: ReadDoor,
): Promise<Resolution<State>> {
  if (seen.status === 'denied' || seen.status === 'unknown')
    return { kind: seen.status, why: seen.why, cure: seen.cure }
  const from = seen.status === 'present' ? seen.state : null
  const client = openRepository(repositoryOf(options), options, read)
  if ('state' in wanted) return restored(options, surface, from, wanted.state, client)

  const found = await findTarget(options, wanted.release, client)
  if (found === undefined) return missing(options, wanted.release, from, client)
  const to = stateOf(found.image)
  const target: Check = {
    what: 'target image exists',
    how: 'server',
    note: found.name === to.digest ? undefined : `${found.name} is ${shortDigest(to.digest)}`,
  }
  if (to.digest === from?.digest) return { kind: 'already', checks: [target] }

  const [write, backup] = await Promise.all([
    writeCheck(options, client),
    from === null ? undefined : planBackup(options, surface, from, client),
  ])
  if ('kind' in write) return write
  if (backup !== undefined && 'kind' in backup) return backup
  return {
    kind: 'change',
    to,
    toLabel: found.name === to.digest ? shortDigest(to.digest) : `${found.name} (${shortDigest(to.digest)})`,
    prepare: backup?.target === undefined ? [] : [backup.target],
    reversible: from === null ? notReversible(surface) : true,
    checks: [target, write, ...(backup === undefined ? [] : [backup.check])],
  }
}

/** Back to what a run has recorded: by digest, whatever the tags say by now. */
async function restored(
  options: RetagOptions,
  surface: Surface,
  from: State | null,
  to: State | null,
  client: RepositoryClient,
): Promise<Resolution<State>> {
  if (to === null) {
    if (from === null) return { kind: 'already', checks: [] }
    return {
      kind: 'unknown',
      why: `${surface.id} did not exist before, and registries have no common way to take one tag away`,
      cure: 'Delete the tag in the registry by hand, or leave it and go on without this step',
    }
  }
  if (to.digest === from?.digest) return { kind: 'already', checks: [] }
  if ((await client.head(to.digest)) === undefined)
    return {
      kind: 'missing',
      why: `${shortDigest(to.digest)} is no longer in ${repositoryOf(options).display}: its clean-up has deleted it`,
      cure: 'Build and push that version again, or choose another one',
    }
  const write = await writeCheck(options, client)
  if ('kind' in write) return write
  return {
    kind: 'change',
    to,
    toLabel: shortDigest(to.digest),
    reversible: from === null ? notReversible(surface) : true,
    checks: [{ what: 'former image exists', how: 'server' }, write],
  }
}

function notReversible({ id }: Surface): { no: string } {
  return { no: `${id} does not exist yet, and registries have no common way to take one tag away again` }
}

async function findTarget(options: RetagOptions, release: Release, client: RepositoryClient) {
  const names = options.to === undefined ? tagsFor(release).filter(isTag) : [options.to]
  for (const name of names) {
    const image = await client.get(name)
    if (image !== undefined) return { name, image }
  }
  return undefined
}

async function missing(
  options: RetagOptions,
  release: Release,
  from: State | null,
  client: RepositoryClient,
): Promise<Resolution<State>> {
  const { display } = repositoryOf(options)
  const names = options.to === undefined ? tagsFor(release).filter(isTag) : [options.to]
  const { tags, complete } = await tagsOrNone(client)
  const near = nearestTags(names[0] ?? release.given, tags, isOurs(options))
  const other = await firstNotLive(near, from, client)
  const looked =
    names.length < 2 ? `no image ${names[0] ?? releaseName(release)}` : `none of ${names.join(', ')}`
  const there = near.length === 0 ? '' : `; there are ${near.join(', ')}`
  return {
    kind: 'missing',
    why: `${display} has ${looked}${there}${complete ? '' : ` (${onlyFirst(tags)})`}`,
    cure:
      other === undefined
        ? 'Build and push this version again, or look at the tags of the repository'
        : `Choose a version that is still there, such as ${other}`,
  }
}

/** That the target is missing is known by now; the tags only help to choose another one. */
async function tagsOrNone(client: RepositoryClient): Promise<Tags> {
  try {
    return await client.tags()
  } catch (error) {
    if (error instanceof Problem) return { tags: [], complete: true }
    throw error
  }
}

/** A tag of the very image that is live is no way back. */
async function firstNotLive(
  tags: readonly string[],
  live: State | null,
  client: RepositoryClient,
): Promise<string | undefined> {
  if (live === null) return tags[0]
  const suggested = tags.slice(0, SUGGESTED)
  const seen = await Promise.allSettled(suggested.map((tag) => client.head(tag)))
  return suggested.find((_tag, at) => {
    const found = seen[at]
    return found?.status === 'fulfilled' && found.value !== undefined && found.value.digest !== live.digest
  })
}

/** An upload would tell, but it is a write. A token that can be read tells as well. */
async function writeCheck(
  options: RetagOptions,
  client: RepositoryClient,
): Promise<Check | Extract<Resolution<State>, { why: string }>> {
  const may = await client.mayPush()
  if (may === true) return { what: 'write permission', how: 'server', note: 'the token grants push' }
  if (may === undefined)
    return {
      what: 'write permission',
      how: 'cannot-be-known',
      note: 'a registry tells only when something is written',
    }
  const { display, host } = repositoryOf(options)
  return {
    kind: 'denied',
    why: `the account may not write to ${display}: the registry grants no push`,
    cure: `Give the account the right, or log in with another one: docker login ${host}`,
  }
}
