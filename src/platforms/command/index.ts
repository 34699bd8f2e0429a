import type { Platform } from '../../core/contract.ts'

/** Programs and scripts of the team's own. */
export const command: Platform = {
  name: 'command',
  summary: 'Commands of your own: as a step, as a surface, as a signal',
  actions: {
    run: {
      load: async () => (await import('./run.ts')).run,
      options: async () => (await import('./run-options.ts')).runOptions,
    },
    set: {
      load: async () => (await import('./set.ts')).set,
      options: async () => (await import('./set-options.ts')).setOptions,
    },
  },
  sources: {
    command: {
      load: async () => (await import('./source.ts')).command,
      options: async () => (await import('./source-options.ts')).measureOptions,
      probes: () => true,
    },
  },
}
