import { z } from 'zod'

import type {
  Change,
  Check,
  Progress,
  ReadDoor,
  Reading,
  Receipt,
  Resolution,
  Seen,
  SetAction,
  Surface,
  Target,
  Wanted,
  WriteDoor,
} from '../../core/contract.ts'
import { EXIT } from '../../core/exit.ts'
import { EffectFailure } from '../../core/problem.ts'
import { type Release, releaseName } from '../../core/release.ts'
import { shellLine } from '../../core/shell.ts'
import { backupPattern, candidatesAmong, nearestTags, tagsFor } from './candidates.ts'
import { type Described, openForWriting, openRepository, type RepositoryClient } from './client.ts'
import { effectFailure, refusalOf } from './errors.ts'
import { repositoryOf, retagOptions, type RetagOptions, tagsOf } from './options.ts'
import { isDigest, isPlain, isTag, shortDigest } from './reference.ts'

// Moves a tag to another image by copying its manifest, byte for byte: no layer is ever pulled, the digest stays,
// and with it signatures and attestations. The manifest of a multi-arch image is its index.

const stateSchema = z.strictObject({
  digest: z.string().refine(isDigest, 'is not a digest'),
  mediaType: z.string(),
  /** Of the manifest, in bytes. */
  size: z.int().nonnegative(),
})

type State = z.output<typeof stateSchema>

const TYPE = 'image tag'
/** How many names are tried for a backup before a person is asked to look. */
const BACKUP_NAMES = 9

export const retag: SetAction<RetagOptions, State> = {
  kind: 'set',
  summary: 'Point an image tag at another image of the repository, by copying its manifest',
  options: retagOptions,
  state: stateSchema,
  facts: {
    compareAndSet: false,
    window:
      'registries cannot move a tag on a condition: the tag is read again right before the write, and somebody who writes between the two (some milliseconds) is overwritten',
    repeat: 'harmless',
  },

  surfaces(options, read) {
    const client = openRepository(repositoryOf(options), options, read)
    return Promise.all(
      tagsOf(options).map(async (tag): Promise<Reading<State>> => ({
        surface: surfaceOf(options, tag, 'version'),
        // With a backup its bytes are needed, and getting them at once saves asking again.
        seen: await look(() => (options.backup === undefined ? client.head(tag) : client.get(tag))),
      })),
    )
  },

  async versions(options, _surface, read) {
    const tags = await openRepository(repositoryOf(options), options, read).tags()
    return candidatesAmong(tags, isOurs(options))
  },

  async resolve(options, reading, wanted, read): Promise<Resolution<State>> {
    try {
      return await resolution(options, reading, wanted, read)
    } catch (error) {
      return refusalOf(error)
    }
  },

  apply,

  observe(options, surface, read) {
    const client = openRepository(repositoryOf(options), options, read)
    return look(() => client.head(tagOfSurface(surface)))
  },

  progress,

  manual(options, { surface, to }) {
    if (to === null) return []
    const repository = repositoryOf(options)
    const creds = options.credentials
    const pair = creds === undefined ? undefined : `${creds.username}:${creds.password}`
    return [
      shellLine([
        'skopeo',
        'copy',
        '--all',
        '--preserve-digests',
        ...(isPlain(repository, options.insecure)
          ? ['--src-tls-verify=false', '--dest-tls-verify=false']
          : []),
        ...(pair === undefined ? [] : ['--src-creds', pair, '--dest-creds', pair]),
        `docker://${repository.display}@${to.digest}`,
        `docker://${surface.id}`,
      ]),
    ]
  },
}

// ---------------------------------------------------------------- looking

function surfaceOf(options: RetagOptions, tag: string, kind: Surface['kind']): Surface {
  return { id: `${repositoryOf(options).display}:${tag}`, kind, type: TYPE }
}

function tagOfSurface({ id }: Surface): string {
  return id.slice(id.lastIndexOf(':') + 1)
}

async function look(ask: () => Promise<Described | undefined>): Promise<Seen<State>> {
  try {
    const found = await ask()
    if (found === undefined) return { status: 'absent' }
    return { status: 'present', state: stateOf(found), label: shortDigest(found.digest) }
  } catch (error) {
    const { kind, why, cure } = refusalOf(error)
    return { status: kind === 'denied' ? 'denied' : 'unknown', why, cure }
  }
}

function stateOf({ digest, mediaType, size }: Described): State {
  return { digest, mediaType, size }
}

/** Tags that this step itself writes are no versions to return to. */
function isOurs(options: RetagOptions): (tag: string) => boolean {
  const managed = new Set(tagsOf(options))
  const backups = options.backup === undefined ? undefined : backupPattern(options.backup)
  return (tag) => managed.has(tag) || backups?.test(tag) === true
}

// ---------------------------------------------------------------- resolving

async function resolution(
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
  if (found === undefined) return missing(options, wanted.release, client)
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
  client: RepositoryClient,
): Promise<Resolution<State>> {
  const { display } = repositoryOf(options)
  const names = options.to === undefined ? tagsFor(release).filter(isTag) : [options.to]
  const near = nearestTags(names[0] ?? release.given, await client.tags(), isOurs(options))
  const looked = names.length < 2 ? (names[0] ?? releaseName(release)) : `none of ${names.join(', ')}`
  return {
    kind: 'missing',
    why: `${display} has ${names.length < 2 ? `no image ${looked}` : looked}${near.length === 0 ? '' : `; there are ${near.join(', ')}`}`,
    cure:
      near.length === 0
        ? 'Build and push this version again, or look at the tags of the repository'
        : `Choose a version that is still there, such as ${near[0]}`,
  }
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

type Backup = { check: Check; target?: Target<State> } | Extract<Resolution<State>, { why: string }>

/** A backup never overwrites anything: when the name is taken, the next one is used. */
async function planBackup(
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

// ---------------------------------------------------------------- writing

async function apply(
  options: RetagOptions,
  { surface, from, to }: Change<State>,
  write: WriteDoor,
): Promise<Receipt> {
  if (to === null) throw cannotDelete(surface)
  const tag = tagOfSurface(surface)
  const client = openForWriting(repositoryOf(options), options, write)
  const [manifest, live] = await before(() => Promise.all([client.bytesOf(to.digest), client.head(tag)]))
  if (live?.digest === to.digest) return { digest: to.digest, tag, already: true }
  if (live?.digest !== from?.digest) throw stale(surface, from, live)
  if (manifest === undefined) throw gone(surface, to)
  try {
    await client.put(tag, manifest)
  } catch (error) {
    throw effectFailure(error, 'writing')
  }
  await confirm(client, surface, to)
  return { digest: to.digest, tag }
}

async function before<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    throw effectFailure(error, 'before')
  }
}

/** What the registry took is not what it says it took, until it gives it back. */
async function confirm(client: RepositoryClient, surface: Surface, to: State): Promise<void> {
  let live: Described | undefined
  try {
    live = await client.head(tagOfSurface(surface))
  } catch (error) {
    throw effectFailure(error, 'after')
  }
  if (live?.digest === to.digest) return
  throw new EffectFailure({
    code: 'registry-contradicts',
    message: `the registry took the new image of ${surface.id}, and yet answers with another`,
    found: live === undefined ? 'no image' : shortDigest(live.digest),
    cure: 'Look whether somebody else pushes to this tag right now (a CI job), stop that, then go on with resume',
    applied: 'unknown',
    retryable: false,
  })
}

function stale({ id }: Surface, from: State | null, live: Described | undefined): EffectFailure {
  const name = (state: { digest: string } | null | undefined) =>
    state ? shortDigest(state.digest) : 'absent'
  return new EffectFailure({
    code: 'stale',
    message: `${id} has changed since the plan was made`,
    found: `${name(live)} instead of ${name(from)}`,
    cure: 'Somebody else has moved it: find out who, then plan again',
    exit: EXIT.refused,
    applied: 'no',
    retryable: false,
  })
}

function gone({ id }: Surface, to: State): EffectFailure {
  return new EffectFailure({
    code: 'registry-target-gone',
    message: `the image for ${id} is no longer in the registry`,
    found: shortDigest(to.digest),
    cure: 'It was deleted since the plan was made: choose another version',
    applied: 'no',
    retryable: false,
  })
}

function cannotDelete({ id }: Surface): EffectFailure {
  return new EffectFailure({
    code: 'registry-cannot-delete',
    message: `registries have no common way to take the tag ${id} away`,
    applied: 'no',
    retryable: false,
  })
}

function progress(seen: Seen<State>, to: State | null, receipt?: Receipt): Progress {
  if (seen.status === 'denied' || seen.status === 'unknown') return { state: 'moving', words: seen.why }
  const live = seen.status === 'present' ? seen : undefined
  if (live?.state.digest === to?.digest)
    return { state: 'reached', words: live ? `is ${live.label}` : 'absent' }
  const words = `is ${live?.label ?? 'absent'}, not ${to === null ? 'absent' : shortDigest(to.digest)}`
  return unreached(words, receipt)
}

/** A tag moves at once: when it is elsewhere after it was written, somebody has moved it again. */
function unreached(words: string, receipt: Receipt | undefined): Progress {
  return receipt === undefined ? { state: 'moving', words } : { state: 'failed', words }
}
