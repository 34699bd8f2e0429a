import type { HttpResponse } from '../core/doors.ts'

/** The server's wish: seconds, or a date (RFC 9110, 10.2.3). In milliseconds from now; never negative. */
export function retryAfter({ headers }: Pick<HttpResponse, 'headers'>, now: number): number | undefined {
  const text = headers['retry-after']?.trim()
  if (text === undefined || text === '') return undefined
  const milliseconds = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : undefined
}
