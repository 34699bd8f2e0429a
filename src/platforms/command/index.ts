import type { Platform } from '../../core/contract.ts'

/** Programs and scripts of the team's own. */
export const command: Platform = {
  name: 'command',
  summary: 'Commands of your own: as a step, as a surface, as a signal',
  actions: {
    run: { load: async () => (await import('./run.ts')).run },
    set: { load: async () => (await import('./set.ts')).set },
  },
  sources: {
    command: { load: async () => (await import('./source.ts')).command },
  },
}
