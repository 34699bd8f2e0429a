import type { Platform } from '../../core/contract.ts'

/** Container registries (OCI distribution): GHCR, Docker Hub, ECR, Harbor and the others. */
export const registry: Platform = {
  name: 'registry',
  summary: 'Container registries: image tags, moved by copying a manifest and never by pulling layers',
  actions: {
    retag: {
      load: async () => (await import('./retag.ts')).retag,
      options: async () => (await import('./options.ts')).retagOptions,
    },
  },
}
