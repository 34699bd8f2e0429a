import type { Platform } from '../../core/contract.ts'

/** Services at Render. */
export const render: Platform = {
  name: 'render',
  summary: 'Services at Render: redeploy by deploy hook',
  actions: {
    'deploy-hook': {
      load: async () => (await import('./deploy-hook.ts')).deployHook,
      options: async () => (await import('./options.ts')).hookOptions,
    },
  },
}
