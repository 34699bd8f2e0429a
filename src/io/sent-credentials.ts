import type { HttpRequest } from '../core/doors.ts'

// Not every secret is one of the runbook's: a kubeconfig, a docker login, an exec plugin and a token service have some of
// their own. What is sent to prove who we are must not come back in what a service says.

/** Every credential in a request, as it may be echoed. */
export function credentialsIn({ headers = {}, tls }: Pick<HttpRequest, 'headers' | 'tls'>): string[] {
  const sent = Object.entries(headers).flatMap(([name, value]) =>
    /^(?:proxy-)?authorization$/i.test(name) ? schemeless(value) : isKey(name) ? [value] : [],
  )
  return tls?.key === undefined ? sent : [...sent, tls.key]
}

function isKey(name: string): boolean {
  return /^(?:cookie|.*(?:api-?key|token|secret).*)$/i.test(name)
}

/** `Bearer …`, and of `Basic …` the password too. */
function schemeless(value: string): string[] {
  const [scheme = '', ...rest] = value.split(' ')
  const credential = rest.join(' ')
  if (credential === '') return [value]
  if (scheme.toLowerCase() !== 'basic') return [credential]
  const pair = Buffer.from(credential, 'base64').toString()
  return [credential, pair.slice(pair.indexOf(':') + 1)]
}
