import type { Progress, Reading, Receipt, Resolution, Seen, SetAction } from '../../core/contract.ts'
import { shellLine } from '../../core/shell.ts'
import { apply } from './apply.ts'
import { candidatesAmong, isOurs, onlyFirst } from './candidates.ts'
import type { Described } from './answers.ts'
import { openRepository } from './client.ts'
import { refusalOf } from './errors.ts'
import { repositoryOf, retagOptions, type RetagOptions, tagsOf } from './options.ts'
import { isPlain, shortDigest } from './reference.ts'
import { resolution } from './resolve.ts'
import { type State, stateOf, stateSchema, surfaceOf, tagOfSurface } from './state.ts'

// Moves a tag to another image by copying its manifest, byte for byte: no layer is ever pulled, the digest stays,
// and with it signatures and attestations. The manifest of a multi-arch image is its index.

export const retag: SetAction<RetagOptions, State> = {
  kind: 'set',
  summary: 'Point an image tag at another image of the repository, by copying its manifest',
  options: retagOptions,
  state: stateSchema,
  facts: {
    compareAndSet: false,
    window:
      'registries cannot move a tag on a condition: the tag is read again right before the write, and somebody who writes between the two (some milliseconds) is overwritten',
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
    const { tags, complete } = await openRepository(repositoryOf(options), options, read).tags()
    const candidates = candidatesAmong(tags, isOurs(options))
    return complete
      ? candidates
      : candidates.map((one) => ({ ...one, why: `${one.why}, ${onlyFirst(tags)}` }))
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

  digests: ({ digest }) => [digest],

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
