import * as z from 'zod/mini'

import type { HttpResponse, ReadDoor } from '../../core/doors.ts'
import { printable } from '../../core/printable.ts'
import { askJson, otherAnswer, refusal } from '../http/ask-json.ts'
import { isOk } from '../http/outcome.ts'
import type { SentryOptions } from './options.ts'

const SITE = 'https://sentry.io'

export const NOT_ITS_OWN = 'none of Sentry'

/** What it says with every status but 2xx. */
const refused = z.object({ detail: z.union([z.string(), z.object({ message: z.string() })]) })

/** What is counted where, from when until when; both endpoints understand it. */
export function scopeOf(
  { project, environment }: SentryOptions,
  from: number,
  to: number,
): [string, string][] {
  const several = (name: string, values: SentryOptions['project' | 'environment']): [string, string][] =>
    values === undefined ? [] : [values].flat().map((value) => [name, String(value)])
  return [
    ...several('project', project),
    ...several('environment', environment),
    ['start', timeOf(from)],
    ['end', timeOf(to)],
  ]
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z')
}

/** The JSON of a good answer; or why there is none, in words. */
export async function askSentry(
  options: SentryOptions,
  endpoint: 'events' | 'events-timeseries' | 'issues',
  query: [string, string][],
  read: ReadDoor,
): Promise<{ json: unknown; response: HttpResponse } | { why: string }> {
  const { organization, token, url = SITE, timeout, insecure } = options
  const path = `/api/0/organizations/${organization}/${endpoint}/?${new URLSearchParams(query).toString()}`
  const api = { url, headers: { authorization: `Bearer ${token}` }, timeout, insecure }
  const asked = await askJson(api, path, read)
  if ('why' in asked || isOk(asked.response.status)) return asked
  const { response, json } = asked
  const found = refused.safeParse(json)
  if (!found.success && response.status !== 429) return { why: otherAnswer(response, NOT_ITS_OWN) }
  return { why: refusal(response, meaning(response, read.now()), found.success ? wordsOf(found.data) : '') }
}

function wordsOf({ detail }: z.output<typeof refused>): string {
  return printable(typeof detail === 'string' ? detail : detail.message, 300)
}

function meaning({ status, headers }: HttpResponse, now: number): string {
  if (status === 401) return 'it refuses the token'
  if (status === 403) return 'the token may not read this; it needs org:read and event:read'
  if (status === 404) return 'no such organization or project, or not for this token'
  if (status !== 429) return ''
  // A moment in seconds since the epoch, unlike the Retry-After of others.
  const seconds = Math.ceil(Number(headers['x-sentry-rate-limit-reset']) - now / 1000)
  return seconds > 0 && seconds < 86_400 ? `asked too often; again in ${seconds} s` : 'asked too often'
}
