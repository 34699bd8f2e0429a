import * as z from 'zod/mini'

import type { HttpResponse, ReadDoor } from '../../core/doors.ts'
import { printable } from '../../core/printable.ts'
import { askJson, otherAnswer, refusal } from '../http/ask-json.ts'
import { isOk } from '../http/outcome.ts'
import type { DatadogOptions } from './options.ts'

const SITE = 'datadoghq.com'

/** What it says with every status but 2xx. */
const refused = z.object({ errors: z.array(z.string()) })

/** The JSON of a good answer; or why there is none, in words. */
export async function askDatadog(
  options: DatadogOptions,
  path: string,
  read: ReadDoor,
): Promise<{ json: unknown; response: HttpResponse } | { why: string }> {
  const { url = `https://api.${options.site ?? SITE}`, api_key, app_key, timeout, insecure } = options
  const headers = { 'DD-API-KEY': api_key, 'DD-APPLICATION-KEY': app_key }
  const asked = await askJson({ url, headers, timeout, insecure }, path, read)
  if ('why' in asked || isOk(asked.response.status)) return asked
  const { response, json } = asked
  const found = refused.safeParse(json)
  if (!found.success && response.status !== 429) return { why: otherAnswer(response, NOT_ITS_OWN) }
  const said = found.success ? printable(found.data.errors.join('; '), 300) : ''
  return { why: refusal(response, meaning(response), said) }
}

export const NOT_ITS_OWN = 'none of Datadog'

function meaning({ status, headers }: HttpResponse): string {
  if (status === 401 || status === 403)
    return 'it refuses the keys; check the site, the keys, and what the application key may do'
  if (status !== 429) return ''
  const seconds = headers['x-ratelimit-reset'] ?? ''
  return /^\d{1,6}$/.test(seconds) ? `asked too often; again in ${seconds} s` : 'asked too often'
}
