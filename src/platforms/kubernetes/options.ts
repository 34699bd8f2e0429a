import * as z from 'zod/mini'

import { described, text } from '../options.ts'

const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/

const objectName = () =>
  z.string().check(z.regex(NAME, 'is not a Kubernetes name: lower-case letters, digits, "-" and "."'))

/** Where the cluster is and who we are there; shared by everything that talks to Kubernetes. */
export const clusterOptions = z.strictObject({
  context: described(z.optional(text()), "the kubeconfig's context; default the current one"),
  kubeconfig: described(
    z.optional(text()),
    'path; default $KUBECONFIG, ~/.kube/config, or the service account inside a cluster',
  ),
  cluster: described(
    z.optional(z.string().check(z.regex(/^[A-Za-z0-9][\w.:-]*$/, 'is not a plain name'))),
    "names the cluster in locks and plans; default the server's address. Needed where machines reach one cluster under different addresses (a tunnel, 127.0.0.1)",
  ),
  namespace: described(z.optional(objectName()), "default the context's, else `default`"),
})

export type ClusterOptions = z.output<typeof clusterOptions>

export const deploymentOptions = z.extend(clusterOptions, {
  name: described(
    z.union([objectName(), z.array(objectName()).check(z.minLength(1))]),
    'one Deployment, or several: each is a surface of its own',
  ),
  container: described(
    z.optional(text()),
    'the container whose image carries the version; default the first',
  ),
  to: described(
    z.optional(z.union([text(), z.strictObject({ revision: z.int().check(z.positive()) })])),
    'a SHA, an image tag or digest, `revision:3`, or { revision: 3 }; default the release that was asked for',
  ),
})

export type DeploymentOptions = z.output<typeof deploymentOptions>

export function namesOf(options: DeploymentOptions): string[] {
  return [...new Set([options.name].flat())]
}
