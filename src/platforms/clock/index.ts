import type { Platform } from '../../core/contract.ts'

/** The time of day, which decides what counts. */
export const clock: Platform = {
  name: 'clock',
  summary: 'The time: maintenance windows',
  actions: {},
  sources: {
    clock: { load: async () => (await import('./source.ts')).clock, probes: () => true },
  },
}
