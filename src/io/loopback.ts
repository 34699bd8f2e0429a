// Apart from address.ts, because checking a runbook asks this too: it must not load Node's network modules.

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
const LOOPBACK_V4 = new RegExp(`^127(?:\\.${OCTET}){3}$`)

export function isLoopback(hostname: string): boolean {
  const name = bare(hostname).toLowerCase()
  if (name === 'localhost' || name.endsWith('.localhost') || name === '::1') return true
  return LOOPBACK_V4.test(name)
}

/** `[::1]` as URLs write it → `::1`. */
export function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '')
}
