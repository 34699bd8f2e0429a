import { Agent } from 'node:http'
import type * as Https from 'node:https'

import { isLoopback } from './loopback.ts'

// The connections that are kept open between requests.

/** Firewalls forget idle connections without a word; after this long a new one is opened. */
const IDLE = 15_000

const agents = new Map<string, Agent | Https.Agent>()

/** HTTPS_PROXY and NO_PROXY are Node's own matter, where it has it; loopback never goes through a proxy (as in Go). */
export function agentFor(url: URL): Agent {
  const direct = isLoopback(url.hostname)
  const key = `${url.protocol} ${direct ? 'direct' : 'by environment'}`
  const known = agents.get(key)
  if (known !== undefined) return known
  const options = { keepAlive: true, timeout: IDLE, ...(direct ? {} : { proxyEnv: process.env }) }
  const agent = url.protocol === 'https:' ? new (https().Agent)(options) : new Agent(options)
  agents.set(key, agent)
  return agent
}

/** Ends idle connections, so that the process can. */
export function closeHttp(): void {
  for (const agent of agents.values()) agent.destroy()
  agents.clear()
}

/** Loaded by the first request that needs TLS: many runs never do. */
export function https(): typeof Https {
  return process.getBuiltinModule('node:https')
}
