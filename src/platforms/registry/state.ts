import { z } from 'zod'

import type { Surface } from '../../core/contract.ts'
import type { Described } from './answers.ts'
import { repositoryOf, type RetagOptions } from './options.ts'
import { isDigest } from './reference.ts'

// A tag as a surface, and the image behind it as its state.

export const stateSchema = z.strictObject({
  digest: z.string().refine(isDigest, 'is not a digest'),
  mediaType: z.string(),
  /** Of the manifest, in bytes. */
  size: z.int().nonnegative(),
})

export type State = z.output<typeof stateSchema>

const TYPE = 'image tag'

export function surfaceOf(options: RetagOptions, tag: string, kind: Surface['kind']): Surface {
  return { id: `${repositoryOf(options).display}:${tag}`, kind, type: TYPE }
}

export function tagOfSurface({ id }: Surface): string {
  return id.slice(id.lastIndexOf(':') + 1)
}

export function stateOf({ digest, mediaType, size }: Described): State {
  return { digest, mediaType, size }
}
