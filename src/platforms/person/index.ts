import type { Platform } from '../../core/contract.ts'

/** People, who know what no API tells. */
export const person: Platform = {
  name: 'person',
  summary: 'People: a question whose answer is recorded',
  actions: {
    confirm: { load: async () => (await import('./confirm.ts')).confirm },
  },
  sources: {
    ask: { load: async () => (await import('./ask.ts')).ask },
  },
}
