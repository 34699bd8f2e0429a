import * as z from 'zod/mini'

import type { ReadDoor } from '../../core/doors.ts'
import type { Measurement } from '../../core/source.ts'
import { otherAnswer } from '../http/ask-json.ts'
import { askSentry, NOT_ITS_OWN, scopeOf } from './ask.ts'
import type { SentryOptions } from './options.ts'

const PAGE = 100
const MOST_PAGES = 10

/** Only how many there are is wanted; an issue is long. */
const WITHOUT = ['stats', 'lifetime', 'filtered', 'unhandled']

const page = z.array(z.object({ id: z.string() }))

/** How many issues fit the search, and had an event in the time before now. */
export async function issuesNow(options: SentryOptions, end: number, read: ReadDoor): Promise<Measurement> {
  const query: [string, string][] = [
    ['query', options.issues ?? ''],
    ['limit', String(PAGE)],
    ...WITHOUT.map((field): [string, string] => ['collapse', field]),
    ...scopeOf(options, end - options.within, end),
  ]
  // Pages move while they are read: an issue that is seen twice is one.
  const seen = new Set<string>()
  let cursor: string | undefined
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const next: [string, string][] = cursor === undefined ? query : [...query, ['cursor', cursor]]
    const asked = await askSentry(options, 'issues', next, read)
    if ('why' in asked) return { kind: 'unreachable', why: asked.why }
    const found = page.safeParse(asked.json)
    if (!found.success) return { kind: 'unreachable', why: otherAnswer(asked.response, NOT_ITS_OWN) }
    for (const { id } of found.data) seen.add(id)
    cursor = nextCursor(asked.response.headers['link'] ?? '')
    if (cursor === undefined) break
  }
  return { kind: 'samples', samples: [{ at: end, value: seen.size }] }
}

/** There is always a next page; `results` says whether anything is on it. */
function nextCursor(link: string): string | undefined {
  const next = link.split(/,\s*(?=<)/).find((one) => one.includes('rel="next"'))
  if (next === undefined || !next.includes('results="true"')) return undefined
  return /;\s*cursor="([^"]+)"/.exec(next)?.[1]
}
