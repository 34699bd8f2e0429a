import { z } from 'zod'

import type { HttpResponse } from '../../core/doors.ts'
import { printable } from '../../core/printable.ts'
import { jsonOf } from './json.ts'

// What an answer says. Only errors in the form of the specification are the registry's own: a page is a proxy's,
// and what stands in it means nothing.

export interface Said {
  /** Empty where it is not the registry that speaks. */
  code: string
  message: string
  /** For people, whoever has written it. */
  text: string
}

const answer = z.object({
  errors: z.tuple(
    [z.object({ code: z.string(), message: z.string().optional().catch(undefined) })],
    z.unknown(),
  ),
})

const ABSENT = /^(?:(?:MANIFEST|NAME|TAG|REPOSITORY)_UNKNOWN|.*NOT_?FOUND.*|TAG_EXPIRED)$/i

export function saidBy({ body }: HttpResponse): Said {
  const text = new TextDecoder().decode(body.subarray(0, 16 * 1024))
  const [first] = answer.safeParse(jsonOf(text)).data?.errors ?? []
  if (first === undefined) return { code: '', message: '', text: printable(text) }
  const code = printable(first.code, 60)
  const message = first.message ?? ''
  return { code, message, text: printable(message === '' ? code : `${code}: ${message}`) }
}

/** The registry itself says that it has no such thing: not a proxy that knows no such page. */
export function isAbsent(response: HttpResponse): boolean {
  return response.status === 404 && ABSENT.test(saidBy(response).code)
}

/** ECR's word for a tag that already has this very manifest: what was wanted. */
export function isAlreadyThere(response: HttpResponse): boolean {
  return isClear(response.status) && names(saidBy(response), /ImageAlreadyExistsException/)
}

export function isImmutable(status: number, said: Said): boolean {
  return isClear(status) && names(said, /ImageTagAlreadyExists|immutab/i)
}

/** A no to a write is clear when nothing can have happened: 408 and 499 only say that the time was over. */
export function isClear(status: number): boolean {
  return status >= 400 && status <= 499 && status !== 408 && status !== 499
}

function names({ code, message }: Said, pattern: RegExp): boolean {
  return code !== '' && (pattern.test(code) || pattern.test(message))
}
