import { z } from 'zod'

// The parts of the API's objects that we read. A pod template is passed on whole: what we do not know in it must survive.

const textMap = z.record(z.string(), z.string())

const metadata = z.object({
  name: z.string(),
  uid: z.string(),
  resourceVersion: z.string(),
  generation: z.int().default(0),
  creationTimestamp: z.string().optional(),
  labels: textMap.default({}),
  annotations: textMap.default({}),
  ownerReferences: z.array(z.object({ uid: z.string(), controller: z.boolean().default(false) })).default([]),
  managedFields: z.array(z.object({ manager: z.string().default('') })).default([]),
})

const podTemplate = z.looseObject({
  metadata: z.looseObject({ labels: textMap.optional() }).optional(),
  spec: z.looseObject({
    containers: z.array(z.looseObject({ name: z.string(), image: z.string().default('') })),
  }),
})

export const deploymentObject = z.object({
  metadata,
  spec: z.object({
    replicas: z.int().default(1),
    paused: z.boolean().default(false),
    progressDeadlineSeconds: z.int().default(600),
    revisionHistoryLimit: z.int().default(10),
    selector: z.object({
      matchLabels: textMap.default({}),
      matchExpressions: z
        .array(z.object({ key: z.string(), operator: z.string(), values: z.array(z.string()).default([]) }))
        .default([]),
    }),
    template: podTemplate,
  }),
  status: z
    .object({
      observedGeneration: z.int().default(0),
      replicas: z.int().default(0),
      updatedReplicas: z.int().default(0),
      availableReplicas: z.int().default(0),
      conditions: z
        .array(
          z.object({
            type: z.string(),
            reason: z.string().default(''),
            message: z.string().default(''),
            lastUpdateTime: z.string().default(''),
          }),
        )
        .default([]),
    })
    .prefault({}),
})

export const replicaSetList = z.object({
  items: z.array(z.object({ metadata, spec: z.object({ template: podTemplate }) })),
})

export const statusObject = z.object({ message: z.string().default(''), reason: z.string().default('') })

export const watchEvent = z.object({ type: z.string(), object: z.unknown() })

export type PodTemplate = z.output<typeof podTemplate>
export type Deployment = z.output<typeof deploymentObject>
export type ReplicaSet = z.output<typeof replicaSetList>['items'][number]
