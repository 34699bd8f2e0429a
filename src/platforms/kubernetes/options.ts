import { z } from 'zod'

const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/

const objectName = () =>
  z.string().regex(NAME, 'is not a Kubernetes name: lower-case letters, digits, "-" and "."')

/** Where the cluster is and who we are there; shared by everything that talks to Kubernetes. */
export const clusterOptions = z.strictObject({
  context: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "the kubeconfig's context; default the current one" }),
  kubeconfig: z.string().min(1).optional().meta({
    description: 'path; default $KUBECONFIG, ~/.kube/config, or the service account inside a cluster',
  }),
  cluster: z
    .string()
    .regex(/^[A-Za-z0-9][\w.:-]*$/, 'is not a plain name')
    .optional()
    .meta({
      description:
        "names the cluster in locks and plans; default the server's address. Needed where machines reach one cluster under different addresses (a tunnel, 127.0.0.1)",
    }),
  namespace: objectName().optional().meta({ description: "default the context's, else `default`" }),
})

export type ClusterOptions = z.output<typeof clusterOptions>

export const deploymentOptions = clusterOptions.extend({
  name: z
    .union([objectName(), z.array(objectName()).min(1)])
    .meta({ description: 'one Deployment, or several: each is a surface of its own' }),
  container: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'the container whose image carries the version; default the first' }),
  to: z
    .union([z.string().min(1), z.strictObject({ revision: z.int().positive() })])
    .optional()
    .meta({
      description:
        'a SHA, an image tag or digest, `revision:3`, or { revision: 3 }; default the release that was asked for',
    }),
})

export type DeploymentOptions = z.output<typeof deploymentOptions>

export function namesOf(options: DeploymentOptions): string[] {
  return [...new Set([options.name].flat())]
}
