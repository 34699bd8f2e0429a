import { REVISION } from './history.ts'
import type { Deployment, ReplicaSet } from './objects.ts'
import { withoutHashLabel } from './template.ts'

/** Annotations that belong to the Deployment and do not travel with a template (kubectl's list). */
const STAYS = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  'deployment.kubernetes.io/revision-history',
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
  'deprecated.deployment.rollback.to',
])

/**
 * The JSON Patch of `kubectl rollout undo` (kubectl pkg/polymorphichelpers/rollback.go), behind a test that nobody
 * has written since we looked; kubectl itself would overwrite blindly.
 */
export function rollbackPatch(deployment: Deployment, replicaSet: ReplicaSet): string {
  return JSON.stringify([
    { op: 'test', path: '/metadata/resourceVersion', value: deployment.metadata.resourceVersion },
    { op: 'replace', path: '/spec/template', value: withoutHashLabel(replicaSet.spec.template) },
    { op: 'replace', path: '/metadata/annotations', value: annotationsAfter(deployment, replicaSet) },
  ])
}

function annotationsAfter(deployment: Deployment, replicaSet: ReplicaSet): Record<string, string> {
  const kept = Object.entries(deployment.metadata.annotations).filter(([name]) => STAYS.has(name))
  const restored = Object.entries(replicaSet.metadata.annotations).filter(([name]) => !STAYS.has(name))
  return Object.fromEntries([...kept, ...restored])
}
