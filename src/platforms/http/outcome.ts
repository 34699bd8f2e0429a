import type { HttpRequest, HttpResponse, WriteDoor } from '../../core/doors.ts'
import { EffectFailure, Problem } from '../../core/problem.ts'
import { NetworkError } from '../../io/network-error.ts'
import { printable } from '../../core/printable.ts'
import { retryAfter } from '../../io/retry-after.ts'
import { mayHoldSecret } from '../../io/secret-url.ts'

// A request that changes something: what its answer, or the lack of one, says about whether it did.

const MAY_HAVE_HAPPENED = 'It may have been carried out all the same: look there before it is sent again'

export interface Sent {
  /** `the deploy hook`: for messages, since the URL may be a secret. */
  what: string
  /** Accepted as success; default every 2xx. */
  accepts?: ((status: number) => boolean) | undefined
  /** What to do about a clear no. */
  cure?: string | undefined
}

export async function sendOnce(
  write: WriteDoor,
  request: HttpRequest,
  { what, accepts = isOk, cure }: Sent,
): Promise<HttpResponse> {
  const response = await answered(write, request, what)
  if (accepts(response.status)) return response
  const { status } = response
  throw new EffectFailure({
    code: status === 429 ? 'http-rate-limited' : 'http-refused',
    message: `${what} answered ${status}`,
    found: found(request, response),
    cure: cureFor(status, cure),
    applied: mayHaveHappened(status) ? 'unknown' : 'no',
    retryable: status === 429 || status === 408 || status >= 500,
    retryAfter: retryAfter(response, write.now()),
  })
}

function cureFor(status: number, cure: string | undefined): string {
  if (status === 429) return 'Wait, and try again'
  if (mayHaveHappened(status)) return MAY_HAVE_HAPPENED
  if (cure !== undefined) return cure
  return status === 401 || status === 403
    ? 'Check the credentials that it is sent with, and what they allow'
    : 'Check in the runbook where it goes, and what is sent'
}

/** Servers repeat what they were asked, whole or in part: no part of a secret address may be shown that way. */
function found({ url }: HttpRequest, { body }: HttpResponse): string | undefined {
  if (mayHoldSecret(url)) return `${hostOf(url)}; its words are not shown, they may repeat a secret`
  const said = printable(new TextDecoder().decode(body.subarray(0, 4096)))
  return said === '' ? undefined : said
}

/** Only a 4xx is a clear no, and not one that says that the time was over (408, 499). */
function mayHaveHappened(status: number): boolean {
  return status < 400 || status >= 500 || status === 408 || status === 499
}

async function answered(write: WriteDoor, request: HttpRequest, what: string): Promise<HttpResponse> {
  try {
    return await write.send(request)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const lost = error instanceof NetworkError && error.sent
    const cure = error.cure ?? (lost ? MAY_HAVE_HAPPENED : undefined)
    throw new EffectFailure({
      code: error.code,
      message: `${what}: ${error.message}`,
      found: error.found,
      cure,
      cause: error,
      applied: lost ? 'unknown' : 'no',
      retryable: error instanceof NetworkError && error.code !== 'forbidden-address',
    })
  }
}

export function isOk(status: number): boolean {
  return status >= 200 && status <= 299
}

/** For messages: all of a URL that is not a secret. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'an address that is not known yet'
}
