import { digestOf, isPlainObject } from '../../core/json.ts'
import type { PodTemplate } from './objects.ts'

/** The controller's own mark on a ReplicaSet's template; a Deployment's never has it. */
const HASH_LABEL = 'pod-template-hash'

/** The template as it goes into a Deployment. */
export function withoutHashLabel(template: PodTemplate): PodTemplate {
  const labels = template.metadata?.labels
  if (labels === undefined || !(HASH_LABEL in labels)) return template
  const { [HASH_LABEL]: _hash, ...rest } = labels
  return { ...template, metadata: { ...template.metadata, labels: rest } }
}

/** Equal for templates that Kubernetes holds to be the same. */
export function templateHash(template: PodTemplate): string {
  return digestOf(withoutNulls(withoutHashLabel(template)))
}

/** Container → image. */
export function imagesOf(template: PodTemplate): Record<string, string> {
  return Object.fromEntries(template.spec.containers.map(({ name, image }) => [name, image]))
}

// `creationTimestamp: null` comes and goes with the server's version.
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isPlainObject(value)) return value
  const members = Object.entries(value).filter(([, member]) => member !== null)
  return Object.fromEntries(members.map(([key, member]) => [key, withoutNulls(member)]))
}
