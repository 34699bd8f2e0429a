import type { Seen } from '../../core/contract.ts'
import type { Answer } from './answer.ts'
import { revisionLabel, revisionNumber, versionImage } from './history.ts'
import type { Deployment, PodTemplate } from './objects.ts'
import type { DeploymentOptions } from './options.ts'
import { rolloutOf, rolloutWords } from './rollout.ts'
import type { DeploymentState } from './state.ts'
import { imagesOf, templateHash } from './template.ts'

/** A Deployment as the core sees it. */
export function seenOf(
  answer: Answer<Deployment>,
  options: DeploymentOptions,
  now: number,
): Seen<DeploymentState> {
  if (answer.status === 'absent') return { status: 'absent' }
  if (answer.status !== 'present') return answer
  const { metadata, spec } = answer.value
  const missing = missingContainer(spec.template, options)
  if (missing !== undefined) return missing
  const revision = revisionNumber(metadata.annotations)
  const rollout = rolloutOf(answer.value, now)
  const words = rolloutWords(rollout)
  const label = revisionLabel(revision, spec.template, options.container)
  return {
    status: 'present',
    state: { ...stateOf(revision, spec.template), rollout },
    label: words === undefined ? label : `${label}, ${words}`,
  }
}

export function stateOf(revision: number, template: PodTemplate): DeploymentState {
  return { format: 1, revision, templateHash: templateHash(template), images: imagesOf(template) }
}

function missingContainer(
  template: PodTemplate,
  { container }: DeploymentOptions,
): { status: 'unknown'; why: string; cure: string } | undefined {
  if (container === undefined || versionImage(template, container) !== undefined) return undefined
  const names = template.spec.containers.map(({ name }) => name).join(', ')
  return {
    status: 'unknown',
    why: `it has no container "${container}"`,
    cure: `its containers are ${names}: correct \`container:\` in the runbook`,
  }
}
