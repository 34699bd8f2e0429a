import type { Platform } from '../../core/contract.ts'

/** Datadog: its metrics, and the monitors that a team has there already. */
export const datadog: Platform = {
  name: 'datadog',
  summary: 'Datadog: a query of its metrics, or the state of a monitor',
  actions: {},
  sources: {
    datadog: {
      load: async () => (await import('./source.ts')).datadog,
      options: async () => (await import('./options.ts')).datadogOptions,
      // A monitor is in alert, or not; a query gives numbers.
      probes: ({ monitor }) => monitor !== undefined,
    },
  },
}
