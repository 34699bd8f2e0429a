import type { HttpRequest, HttpResponse, ReadDoor } from '../../core/doors.ts'
import { parseJson } from '../../core/parse-json.ts'
import { printable } from '../../core/printable.ts'
import { Problem, sentenceOf } from '../../core/problem.ts'

const TIMEOUT = 5000

/** Where an API of a measuring system is, and how it is asked. */
export interface Api {
  url: string
  headers?: Record<string, string> | undefined
  timeout?: number | undefined
  insecure?: boolean | undefined
}

/** The JSON of its answer, undefined where it is none; or why there is no answer, in words. */
export async function askJson(
  { url, headers, timeout = TIMEOUT, insecure }: Api,
  path: string,
  read: ReadDoor,
  { limit }: Pick<HttpRequest, 'limit'> = {},
): Promise<{ response: HttpResponse; json: unknown } | { why: string }> {
  try {
    const response = await read.http({
      method: 'GET',
      url: `${url.replace(/\/+$/, '')}${path}`,
      headers: { accept: 'application/json', ...headers },
      timeout,
      limit,
      insecure,
    })
    return { response, json: parseJson(new TextDecoder().decode(response.body)) }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return { why: sentenceOf(error) }
  }
}

/** `HTTP 200, and its answer is none of Prometheus: <html>`. */
export function otherAnswer({ status, body }: HttpResponse, wanted: string): string {
  const found = printable(new TextDecoder().decode(body.subarray(0, 400)), 100)
  return `HTTP ${status}, and its answer is ${wanted}: ${found === '' ? 'it is empty' : found}`
}

/** `HTTP 403: what that means: what it says`; words that are empty are left out. */
export function refusal({ status }: HttpResponse, ...words: string[]): string {
  return [`HTTP ${status}`, ...words].filter((one) => one !== '').join(': ')
}
