import type { FaultProxy, SeenRequest } from '../helpers/fault-proxy.ts'

// The ways in which every platform is broken. A world says for each of them what must then be said.

export const FAULTS = [
  /** Nobody listens; the program is not there. */
  'refused',
  /** The connection ends, or the program is killed, before anything was answered and anything was done. */
  'cut',
  /** The platform's own no, in its own form: 401, 403, 404, 500. */
  'unauthorized',
  'forbidden',
  'missing',
  'failing',
  /** 408: somebody on the way was tired of waiting. */
  'timed-out',
  /** The 404 and the 200 of something that is not the platform: a proxy, a login page. */
  'foreign-404',
  'page',
  /** An answer that was cut off in the middle, as a success and as an error. */
  'garbage',
  'failing-garbage',
] as const

export type Fault = (typeof FAULTS)[number]

/** `lost`: it was carried out, and only the answer is lost. */
export const EFFECT_FAULTS = [...FAULTS, 'lost'] as const

export type EffectFault = (typeof EFFECT_FAULTS)[number]

/** How the platform puts a status of its own. */
export type Speech = (status: 401 | 403 | 404 | 500) => { headers?: Record<string, string>; body: string }

const PAGE =
  '<!DOCTYPE html>\n<html><head><title>Log in</title></head><body><h1>Log in to go on</h1></body></html>'
const HTML = { 'content-type': 'text/html' }
const JSON_TYPE = { 'content-type': 'application/json' }
const CUT_JSON = '{"status":{"mess'

/** Breaks everything that `when` lets through. */
export async function breakProxy(
  proxy: FaultProxy,
  fault: EffectFault,
  speech: Speech,
  when: (request: SeenRequest) => boolean = () => true,
): Promise<void> {
  if (fault === 'refused') await proxy.goDown()
  else proxy.fail({ when, how: answerOf(fault, speech) })
}

export async function mendProxy(proxy: FaultProxy, fault: EffectFault): Promise<void> {
  if (fault === 'refused') await proxy.comeBack()
  proxy.clearFaults()
}

export function isChange({ method, path }: SeenRequest): boolean {
  return (
    method !== 'GET' && method !== 'HEAD' && !path.includes('dryRun=All') && !path.includes('accessreview')
  )
}

function answerOf(
  fault: Exclude<EffectFault, 'refused'>,
  speech: Speech,
): Parameters<FaultProxy['fail']>[0]['how'] {
  switch (fault) {
    case 'cut':
      return 'refuse'
    case 'lost':
      return 'drop-after-request'
    case 'unauthorized':
      return { status: 401, ...speech(401) }
    case 'forbidden':
      return { status: 403, ...speech(403) }
    case 'missing':
      return { status: 404, ...speech(404) }
    case 'failing':
      return { status: 500, ...speech(500) }
    case 'timed-out':
      return { status: 408, body: 'Request Timeout' }
    case 'foreign-404':
      return { status: 404, headers: HTML, body: PAGE }
    case 'page':
      return { status: 200, headers: HTML, body: PAGE }
    case 'garbage':
      return { status: 200, headers: JSON_TYPE, body: CUT_JSON }
    case 'failing-garbage':
      return { status: 500, headers: JSON_TYPE, body: CUT_JSON }
  }
}
