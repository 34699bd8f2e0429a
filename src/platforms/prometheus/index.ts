import type { Platform } from '../../core/contract.ts'

/** Prometheus and what speaks its query API: Thanos, Mimir, VictoriaMetrics. */
export const prometheus: Platform = {
  name: 'prometheus',
  summary: 'Prometheus, and what speaks its query API (Thanos, Mimir, VictoriaMetrics)',
  actions: {},
  sources: {
    prometheus: {
      load: async () => (await import('./source.ts')).prometheus,
      options: async () => (await import('./options.ts')).queryOptions,
    },
  },
}
