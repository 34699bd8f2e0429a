import type { Platform } from '../../core/contract.ts'

/** Any HTTP API, and probes of any endpoint. */
export const http: Platform = {
  name: 'http',
  summary: 'Any HTTP API: one request as a step, an endpoint as a signal',
  actions: {
    request: {
      load: async () => (await import('./request.ts')).request,
      options: async () => (await import('./request-options.ts')).requestOptions,
    },
  },
  sources: {
    http: {
      load: async () => (await import('./source.ts')).http,
      options: async () => (await import('./source-options.ts')).probeOptions,
      probes: () => true,
    },
  },
}
