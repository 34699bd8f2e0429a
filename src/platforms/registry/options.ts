import * as z from 'zod/mini'

import { EXIT } from '../../core/exit.ts'
import { Problem } from '../../core/problem.ts'
import { hasSecretMarker } from '../../core/shell.ts'
import { referencesIn } from '../../core/template.ts'
import { described, text } from '../options.ts'
import { isDigest, isTag, parseRepository, type Repository } from './reference.ts'

/** What is bound late cannot be judged yet. */
function isLate(text: string): boolean {
  return referencesIn(text).length > 0 || hasSecretMarker(text)
}

const repository = () =>
  described(
    z.string().check(
      z.superRefine((text, context) => {
        if (isLate(text)) return
        const parsed = parseRepository(text)
        if (typeof parsed === 'string') context.addIssue(parsed)
      }),
    ),
    'host/name, such as ghcr.io/acme/api; without a host it is Docker Hub',
  )

const tag = () =>
  z
    .string()
    .check(z.refine((text) => isLate(text) || isTag(text), 'is not a tag: letters, digits, "_", "-" and "."'))

const tagOrDigest = () =>
  z
    .string()
    .check(
      z.refine(
        (text) => isLate(text) || isTag(text) || isDigest(text),
        'is neither a tag nor a digest (sha256:…)',
      ),
    )

export const retagOptions = z.strictObject({
  repository: repository(),
  tag: described(
    z.union([tag(), z.array(tag()).check(z.minLength(1))]),
    'the tag that is deployed, or several: each is a surface of its own',
  ),
  to: described(
    z.optional(tagOrDigest()),
    'the tag or digest of the image to return to; default the release: its SHA, short SHA, sha-<short> or tag, whichever exists',
  ),
  backup: described(
    z.optional(tag()),
    "a tag that keeps what is replaced, such as 'prod-rollback-${run.stamp}'; with several tags -<tag> is added",
  ),
  insecure: described(
    z.optional(z.boolean()),
    'ask over plain http; default only a registry on this machine',
  ),
  credentials: described(
    z.optional(z.strictObject({ username: text(), password: text() })),
    'default: what docker login or podman login stored',
  ),
})

export type RetagOptions = z.output<typeof retagOptions>

export function repositoryOf(options: RetagOptions): Repository {
  const parsed = parseRepository(options.repository)
  if (typeof parsed === 'string')
    throw new Problem({
      code: 'repository-invalid',
      message: `"${options.repository}" ${parsed}`,
      cure: 'look at what stands for it in the runbook; a variable is put in with ${vars.name}, a secret with ${secrets.name}',
      exit: EXIT.refused,
    })
  return parsed
}

export function tagsOf({ tag }: RetagOptions): string[] {
  return [...new Set([tag].flat())]
}
