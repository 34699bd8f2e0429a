import type { HttpRequest } from '../core/doors.ts'
import { Problem } from '../core/problem.ts'
import { isMetadataAddress } from './address.ts'
import { bare, isLoopback } from './loopback.ts'
import { NetworkError } from './network-error.ts'

/** Where a request may go, as far as its URL tells; throws a Problem. Names are looked at once more when they are resolved. */
export function allowedUrl(request: Pick<HttpRequest, 'url' | 'insecure'>): URL {
  if (!URL.canParse(request.url))
    throw new Problem({
      code: 'bad-url',
      message: 'The URL of a request is not valid',
      cure: 'Write it with https:// and a host (it is not shown here because it may be a secret)',
    })
  const url = new URL(request.url)
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new Problem({ code: 'bad-url', message: 'A request goes to http or https', found: url.protocol })
  if (isMetadataAddress(bare(url.hostname))) throw forbiddenAddress(url.host)
  if (url.protocol === 'http:' && request.insecure !== true && !isLoopback(url.hostname))
    throw new Problem({
      code: 'insecure-http',
      message: `${url.host} is asked over plain http: anybody on the way could read and change it`,
      cure: 'Use https://, or say `insecure: true` where this is a network you trust',
    })
  return url
}

export function forbiddenAddress(host: string): NetworkError {
  return new NetworkError({
    code: 'forbidden-address',
    message: `${host} is a link-local or cloud metadata address, which is never asked`,
    cure: 'Use the address of the service itself',
    sent: false,
  })
}
