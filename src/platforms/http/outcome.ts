import type { HttpRequest, HttpResponse, WriteDoor } from '../../core/contract.ts'
import { EffectFailure, Problem } from '../../core/problem.ts'
import { NetworkError } from '../../io/network-error.ts'
import { printable } from '../../core/printable.ts'
import { retryAfter } from '../../io/retry-after.ts'

// A request that changes something: what its answer, or the lack of one, says about whether it did.

export interface Sent {
  /** `the deploy hook`: for messages, since the URL may be a secret. */
  what: string
  /** Accepted as success; default every 2xx. */
  accepts?: ((status: number) => boolean) | undefined
  /** What to do about a 4xx. */
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
  const said = printable(new TextDecoder().decode(response.body.subarray(0, 4096)))
  throw new EffectFailure({
    code: status === 429 ? 'http-rate-limited' : 'http-refused',
    message: `${what} answered ${status}`,
    found: said === '' ? undefined : said,
    cure: status === 429 ? 'Wait, and try again' : status < 500 ? cure : undefined,
    // A server that fails, or says yes in a way that was not expected, may have done it.
    applied: status >= 500 || isOk(status) ? 'unknown' : 'no',
    retryable: status === 429 || status >= 500,
    retryAfter: retryAfter(response, write.now()),
  })
}

async function answered(write: WriteDoor, request: HttpRequest, what: string): Promise<HttpResponse> {
  try {
    return await write.send(request)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const lost = error instanceof NetworkError && error.sent
    throw new EffectFailure({
      code: error.code,
      message: `${what}: ${error.message}`,
      found: error.found,
      cure: error.cure,
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
