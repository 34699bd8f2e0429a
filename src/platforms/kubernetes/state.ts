import { z } from 'zod'

/**
 * What a Deployment runs, by reference. Its identity is `templateHash` alone: a rollback gives the same template
 * a new revision number, and `rollout` changes by the second.
 */
export const deploymentState = z.strictObject({
  format: z.literal(1),
  /** Informative: the number it had when we looked. */
  revision: z.int().nonnegative(),
  /** `sha256:<hex>` of the pod template without its `pod-template-hash` label. */
  templateHash: z.string(),
  /** Container → image. */
  images: z.record(z.string(), z.string()),
  /** How far the controllers have got with it; only of a live Deployment. */
  rollout: z
    .strictObject({
      generation: z.int(),
      observed: z.int(),
      desired: z.int(),
      total: z.int(),
      updated: z.int(),
      available: z.int(),
      /** Seconds without progress after which the platform calls it failed. */
      deadline: z.int(),
      paused: z.boolean(),
      /** When we looked, by our clock; milliseconds since the epoch. */
      looked: z.number(),
      /** When the platform called it failed (ISO 8601), and its own words for that. */
      failed: z.strictObject({ at: z.string(), words: z.string() }).optional(),
    })
    .optional(),
})

export type DeploymentState = z.output<typeof deploymentState>

export type Rollout = NonNullable<DeploymentState['rollout']>
