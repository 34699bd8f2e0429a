import type { Platform } from '../../core/contract.ts'

/** Any HTTP API, and probes of any endpoint. */
export const http: Platform = {
  name: 'http',
  summary: 'Any HTTP API: one request as a step, an endpoint as a signal',
  actions: {
    request: { load: async () => (await import('./request.ts')).request },
  },
  sources: {
    http: { load: async () => (await import('./source.ts')).http },
  },
}
