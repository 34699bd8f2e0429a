import type { Release } from '../../core/release.ts'
import { imageIsRelease, shortImage, tagIsRelease } from './image.ts'
import type { Deployment, PodTemplate, ReplicaSet } from './objects.ts'
import { imagesOf, templateHash } from './template.ts'

export const REVISION = 'deployment.kubernetes.io/revision'
const VERSION_LABEL = 'app.kubernetes.io/version'

/** One revision that the cluster still keeps. */
export interface Revision {
  revision: number
  replicaSet: ReplicaSet
  templateHash: string
}

/** A Deployment's revisions, newest first: the ReplicaSets that it controls. */
export function revisionsOf(deployment: Deployment, replicaSets: readonly ReplicaSet[]): Revision[] {
  const { uid } = deployment.metadata
  return replicaSets
    .filter(({ metadata }) => metadata.ownerReferences.some((owner) => owner.controller && owner.uid === uid))
    .map((replicaSet) => ({
      revision: revisionNumber(replicaSet.metadata.annotations),
      replicaSet,
      templateHash: templateHash(replicaSet.spec.template),
    }))
    .filter(({ revision }) => revision > 0)
    .sort((a, b) => b.revision - a.revision)
}

/** 0 as long as no controller has numbered it. */
export function revisionNumber(annotations: Record<string, string>): number {
  const revision = Number.parseInt(annotations[REVISION] ?? '', 10)
  return Number.isNaN(revision) ? 0 : revision
}

/** `revision:3` → 3. */
function askedRevision(given: string): number | undefined {
  const digits = /^revision:(\d+)$/.exec(given)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** The newest of the revisions (newest first) that is this release. */
export function findRelease(
  revisions: readonly Revision[],
  release: Release,
  container: string | undefined,
): Revision | undefined {
  const number = askedRevision(release.given)
  if (number !== undefined) return revisions.find(({ revision }) => revision === number)
  return revisions.find(({ replicaSet }) => templateIsRelease(replicaSet.spec.template, release, container))
}

export function findTemplate(revisions: readonly Revision[], hash: string): Revision | undefined {
  return revisions.find((revision) => revision.templateHash === hash)
}

/** The image that carries the version. */
export function versionImage(template: PodTemplate, container: string | undefined): string | undefined {
  const { containers } = template.spec
  return (container === undefined ? containers[0] : containers.find(({ name }) => name === container))?.image
}

/** For tables: `revision 5, api:9f8e7d6`. */
export function revisionLabel(
  revision: number,
  template: PodTemplate,
  container: string | undefined,
): string {
  const image = versionImage(template, container) ?? Object.values(imagesOf(template))[0] ?? ''
  return `revision ${revision}, ${shortImage(image)}`
}

function templateIsRelease(template: PodTemplate, release: Release, container: string | undefined): boolean {
  const image = versionImage(template, container)
  if (image !== undefined && imageIsRelease(image, release)) return true
  // An image pinned by digest says nothing of its version; the recommended label does.
  const version = template.metadata?.labels?.[VERSION_LABEL]
  return version !== undefined && tagIsRelease(version, release)
}
