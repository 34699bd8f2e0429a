import type { Platform } from '../../core/contract.ts'

/** Sentry, at sentry.io or of one's own. */
export const sentry: Platform = {
  name: 'sentry',
  summary: 'Sentry: how many errors there were, or how many issues',
  actions: {},
  sources: {
    sentry: {
      load: async () => (await import('./source.ts')).sentry,
      options: async () => (await import('./options.ts')).sentryOptions,
    },
  },
}
