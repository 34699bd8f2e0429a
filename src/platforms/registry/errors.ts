import type { HttpResponse } from '../../core/doors.ts'
import { EffectFailure, Problem, sentenceOf } from '../../core/problem.ts'
import { NetworkError } from '../../io/network-error.ts'
import { retryAfter } from '../../io/retry-after.ts'
import type { Repository } from './reference.ts'
import { isClear, isImmutable, type Said, saidBy } from './said.ts'

// What a registry's no means, in words, and what to do about it.

const DOWN = 'Check the address and the VPN, and whether the registry is up; asking has changed nothing'
const LOST = 'It may have been written all the same: look at the tag before it is written again'

export class RegistryError extends Problem {
  readonly refusal: 'missing' | 'denied' | 'unknown'
  /** Whether the registry may have carried it out all the same: everything but a clear 4xx. */
  readonly lost: boolean
  readonly retryable: boolean
  readonly retryAfter: number | undefined

  constructor(details: {
    code: string
    message: string
    found: string | undefined
    cure?: string | undefined
    refusal: 'missing' | 'denied' | 'unknown'
    lost?: boolean
    retryable?: boolean
    retryAfter?: number | undefined
  }) {
    super(details)
    this.name = 'RegistryError'
    this.refusal = details.refusal
    this.lost = details.lost ?? false
    this.retryable = details.retryable ?? false
    this.retryAfter = details.retryAfter
  }
}

export interface Asked {
  repository: Repository
  what: 'read' | 'write'
  /** Somebody was named: a denial then is about rights, not about logging in. */
  named: boolean
  now: number
}

/** The error behind a status that was not expected. */
export function registryError(response: HttpResponse, asked: Asked): RegistryError {
  const { status } = response
  const { repository, what } = asked
  const said = saidBy(response)
  const found = said.text === '' ? `HTTP ${status}` : `HTTP ${status}, ${said.text}`
  if (what === 'write' && isImmutable(status, said)) return immutable(repository, found)
  if (status === 401 || status === 403) return denied(asked, said, found)
  if (isClear(status) && /^(?:MANIFEST_)?BLOB_UNKNOWN$/.test(said.code))
    return new RegistryError({
      code: 'registry-blobs-gone',
      message: `parts of the image are no longer in ${repository.display}`,
      found,
      cure: 'The registry has deleted them: build and push this version again',
      refusal: 'missing',
    })
  if (status === 404 && said.code === '') return notTheRegistry(repository, found)
  if (status === 404)
    return new RegistryError({
      code: 'registry-not-found',
      message: `${repository.display} is not in the registry, or may not be seen`,
      found,
      cure: 'Check the name of the repository, and whether the account may see it',
      refusal: 'missing',
    })
  if (status === 429)
    return new RegistryError({
      code: 'registry-rate-limited',
      message: `${repository.host} asks to slow down`,
      found,
      cure: 'Wait, or log in: most registries allow more to those they know',
      refusal: 'unknown',
      retryable: true,
      retryAfter: retryAfter(response, asked.now),
    })
  if (status >= 500)
    return new RegistryError({
      code: 'registry-failing',
      message: `${repository.host} is failing`,
      found,
      cure: DOWN,
      refusal: 'unknown',
      lost: true,
      retryable: true,
      retryAfter: retryAfter(response, asked.now),
    })
  return new RegistryError({
    code: 'registry-answer',
    message: `${repository.host} gave an answer that was not expected`,
    found: status >= 300 && status < 400 ? `${found}, a redirect, which is not followed` : found,
    cure: 'Check the address, and what stands between here and the registry',
    refusal: 'unknown',
    lost: !isClear(status),
  })
}

/** For `surfaces` and `resolve`, which answer and do not throw. Anything but a known problem is a mistake of ours. */
export function refusalOf(error: unknown): {
  kind: 'missing' | 'denied' | 'unknown'
  why: string
  cure?: string | undefined
} {
  if (!(error instanceof Problem)) throw error
  const kind = error instanceof RegistryError ? error.refusal : 'unknown'
  const down = error instanceof NetworkError && error.code.startsWith('network-')
  return { kind, why: sentenceOf(error), cure: error.cure ?? (down ? DOWN : undefined) }
}

/** For `apply`. Before the write nothing can have happened; after it, everything may have. */
export function effectFailure(error: unknown, moment: 'before' | 'writing' | 'after'): EffectFailure {
  if (error instanceof EffectFailure) return error
  if (!(error instanceof Problem)) throw error
  const lost = error instanceof NetworkError ? error.sent : error instanceof RegistryError && error.lost
  const applied = moment === 'after' || (moment === 'writing' && lost) ? 'unknown' : 'no'
  const retryable = error instanceof NetworkError || (error instanceof RegistryError && error.retryable)
  return new EffectFailure({
    code: error.code,
    message: error.message,
    found: error.found,
    cure: error.cure ?? (applied === 'no' ? DOWN : LOST),
    exit: error.exit,
    cause: error,
    applied,
    retryable,
    retryAfter: error instanceof RegistryError ? error.retryAfter : undefined,
  })
}

function notTheRegistry({ host }: Repository, found: string): RegistryError {
  return new RegistryError({
    code: 'registry-page',
    message: `${host} answers 404, but not as a registry does: it cannot be known what is there`,
    found,
    cure: 'Check the address, and whether a proxy or a login page stands before the registry',
    refusal: 'unknown',
  })
}

function immutable({ display }: Repository, found: string): RegistryError {
  return new RegistryError({
    code: 'registry-immutable-tag',
    message: `the registry does not let tags of ${display} be moved`,
    found,
    cure: 'Exempt this tag from the tag immutability rule, or point the deployment at a digest instead of a tag',
    refusal: 'denied',
  })
}

function denied({ repository, what, named }: Asked, said: Said, found: string): RegistryError {
  const { display, host } = repository
  const doing = what === 'write' ? 'write to' : 'read'
  return new RegistryError({
    code: named ? 'registry-denied' : 'registry-unauthorized',
    message: named
      ? `the account may not ${doing} ${display}`
      : `${display} needs a login, and there is none for ${host}`,
    found,
    cure: cureFor(said, host, named),
    refusal: 'denied',
  })
}

function cureFor({ text }: Said, host: string, named: boolean): string {
  if (text.includes('write_package') || (named && host === 'ghcr.io'))
    return 'Use a classic token with write:packages; in GitHub Actions `permissions: packages: write`, and give the repository access under "Manage Actions access" of the package'
  const login = host === 'registry-1.docker.io' ? 'docker login' : `docker login ${host}`
  return named
    ? `Give the account the right, or log in with another one: ${login}`
    : `${login}, or give the step credentials: { username, password }`
}
