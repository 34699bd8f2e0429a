import * as z from 'zod/mini'

import type { Series } from '../series.ts'

// The answer of /api/v1/query, as far as it is read.

/** Milliseconds since the epoch, and a value; null where there is none. */
const point = z.tuple([z.number(), z.nullable(z.number())])

const answer = z.object({
  status: z.string(),
  error: z.optional(z.nullable(z.string())),
  series: z.optional(
    z.array(
      z.object({
        scope: z.optional(z.nullable(z.string())),
        pointlist: z.array(point),
      }),
    ),
  ),
})

type Answer = z.output<typeof answer>

export function answerIn(json: unknown): Answer | undefined {
  const parsed = answer.safeParse(json)
  return parsed.success ? parsed.data : undefined
}

export function seriesIn({ series = [] }: Answer): Series[] {
  return series.map(({ scope, pointlist }) => ({
    labels: tagsIn(scope ?? ''),
    samples: pointlist.map(([at, value]) => ({ at, value: value ?? NaN })),
  }))
}

/** `host:a,env:prod` */
function tagsIn(scope: string): Record<string, string> {
  return Object.fromEntries(
    scope.split(',').map((tag) => {
      const [name = '', ...value] = tag.split(':')
      return [name, value.join(':')]
    }),
  )
}
