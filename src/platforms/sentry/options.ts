import * as z from 'zod/mini'

import { address, insecure } from '../http/options.ts'
import { described, period, timeLimit, text } from '../options.ts'

const oneOrMore = <T extends z.ZodMiniType>(one: T) => z.union([one, z.array(one).check(z.minLength(1))])

const slug = () =>
  z.string().check(z.regex(/^[\w-]+$/, 'is no slug: write what stands in the address of its page'))

export const sentryOptions = z
  .strictObject({
    organization: described(slug(), 'its slug: acme in https://acme.sentry.io'),
    token: described(text(), 'a secret; it needs org:read for events, event:read for issues'),
    events: described(
      z.optional(z.string()),
      "count the errors that fit this search: 'level:error release:latest'; '' is all of them",
    ),
    issues: described(
      z.optional(z.string()),
      "count the issues that fit this search, up to 1000: 'is:unresolved firstRelease:latest'",
    ),
    within: described(period(), "so long before now: 5m, or '${window}'"),
    project: described(z.optional(oneOrMore(z.union([slug(), z.int()]))), 'slugs or numbers; default all'),
    environment: z.optional(oneOrMore(text())),
    url: described(z.optional(address()), 'https://de.sentry.io, or of your own; default https://sentry.io'),
    timeout: described(z.optional(timeLimit()), 'default 5s'),
    insecure: insecure(),
  })
  .check(
    z.refine(
      ({ events, issues }) => (events === undefined) !== (issues === undefined),
      'needs one of: a search of events, or a search of issues',
    ),
    z.refine(
      ({ within }) => within >= 1000 && within % 1000 === 0,
      'counts within whole seconds: within: 5m',
    ),
  )

export type SentryOptions = z.output<typeof sentryOptions>
