import type { Platform } from '../../core/contract.ts'

/** What an earlier step of CI has measured. */
export const file: Platform = {
  name: 'file',
  summary: 'A file that an earlier step of CI has written',
  actions: {},
  sources: {
    file: {
      load: async () => (await import('./source.ts')).file,
      options: async () => (await import('./options.ts')).fileOptions,
    },
  },
}
