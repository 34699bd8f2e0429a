import * as z from 'zod/mini'

import { described, url } from '../options.ts'
import { parseJsonPath } from './json-path.ts'

// Pieces of the options of everything that speaks HTTP.

export const headers = () =>
  z.record(
    z.string().check(z.regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'is not the name of a header')),
    z.string().check(z.refine((text) => !/[\r\n\0]/.test(text), 'holds a line break')),
  )

export const body = () =>
  described(
    z.union([z.string(), z.record(z.string(), z.json()), z.array(z.json())]),
    'text as it is, or an object or list that is sent as JSON',
  )

const status = () => z.int().check(z.minimum(100), z.maximum(599))

export const statuses = () => z.union([status(), z.array(status()).check(z.minLength(1))])

export const jsonPath = () =>
  described(
    z.string().check(
      z.superRefine((text, context) => {
        const parsed = parseJsonPath(text)
        if (typeof parsed === 'string') context.addIssue(parsed)
      }),
    ),
    'a path such as $.commit, $.deploys[0].id or $["odd name"]',
  )

export const scalar = () => z.union([z.string(), z.number(), z.boolean(), z.null()])

export const insecure = () =>
  described(z.optional(z.boolean()), 'allow http:// to an address that is not on this machine')

export const address = () => described(url(), 'an absolute https (or http) URL')

export type Body = z.output<ReturnType<typeof body>>

/** The body as it is sent, and the type it has by itself. */
export function encodeBody(body: Body | undefined): { body?: string; type?: string } {
  if (body === undefined) return {}
  if (typeof body === 'string') return { body }
  return { body: JSON.stringify(body), type: 'application/json' }
}
