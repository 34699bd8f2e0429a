import type { HttpRequest, ReadClaim } from '../core/doors.ts'
import { Problem } from '../core/problem.ts'

/** What each claim has to look like to be believed. */
const CLAIMS: Record<ReadClaim, (request: HttpRequest, url: URL) => boolean> = {
  'token-exchange': (request) =>
    request.method === 'POST' &&
    contentType(request).startsWith('application/x-www-form-urlencoded') &&
    new URLSearchParams(text(request)).has('grant_type'),
  'access-review': (request, url) =>
    request.method === 'POST' && /\/selfsubject(?:access|rules)reviews$/.test(url.pathname),
  'server-dry-run': (_request, url) => {
    const values = url.searchParams.getAll('dryRun')
    return values.length === 1 && values[0] === 'All'
  },
  // A POST that the runbook itself declares as a measurement, as a GraphQL or JSON-RPC health check needs.
  probe: (request) => request.method === 'POST',
}

/** Throws for a request that could change something: a mistake of a platform's code, not of a person. */
export function assertReadOnly(request: HttpRequest): void {
  if (request.method === 'GET' || request.method === 'HEAD') return
  if (request.reads !== undefined && URL.canParse(request.url)) {
    if (CLAIMS[request.reads](request, new URL(request.url))) return
  }
  throw new Problem({
    code: 'not-read-only',
    message: 'A request that may change something was kept from being sent while only looking is allowed',
    found: `${request.method} (declared: ${request.reads ?? 'nothing'})`,
    cure: 'This is a mistake in the platform that sent it: please report it',
  })
}

function contentType(request: HttpRequest): string {
  const entry = Object.entries(request.headers ?? {}).find(([name]) => name.toLowerCase() === 'content-type')
  return entry?.[1] ?? ''
}

function text({ body }: HttpRequest): string {
  return typeof body === 'string' ? body : new TextDecoder().decode(body)
}
