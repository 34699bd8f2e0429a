import type { Platform } from '../../core/contract.ts'

/** Deployments of a Kubernetes cluster. */
export const kubernetes: Platform = {
  name: 'kubernetes',
  summary: 'Kubernetes Deployments: what `kubectl rollout undo` does, checked first and watched to its end',
  actions: {
    deployment: {
      load: async () => (await import('./deployment.ts')).deployment,
      options: async () => (await import('./options.ts')).deploymentOptions,
    },
  },
}
