import type { Change, Receipt, Surface } from '../../core/contract.ts'
import type { WriteDoor } from '../../core/doors.ts'
import { EXIT } from '../../core/exit.ts'
import { EffectFailure } from '../../core/problem.ts'
import type { Described } from './answers.ts'
import { openForWriting, type RepositoryClient } from './client.ts'
import { effectFailure } from './errors.ts'
import { repositoryOf, type RetagOptions } from './options.ts'
import { shortDigest } from './reference.ts'
import { type State, tagOfSurface } from './state.ts'

// The write, between a last look before it and one after it.

export async function apply(
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
    cure: 'Look whether somebody else pushes to this tag right now (a CI job), stop that, then run it again: what is done stays done',
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
