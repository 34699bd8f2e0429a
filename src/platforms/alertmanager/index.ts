import type { Platform } from '../../core/contract.ts'

/** Alertmanager of Prometheus: the alerts that a team has written already. */
export const alertmanager: Platform = {
  name: 'alertmanager',
  summary: 'Alertmanager: how many of the alerts that a team has written are firing',
  actions: {},
  sources: {
    alertmanager: {
      load: async () => (await import('./source.ts')).alertmanager,
      options: async () => (await import('./options.ts')).alertOptions,
    },
  },
}
