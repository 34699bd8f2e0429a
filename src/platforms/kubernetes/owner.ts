import type { Deployment } from './objects.ts'

// Who would put the Deployment back by itself. Every GitOps tool marks what it manages.

const ARGO_TRACKING = 'argocd.argoproj.io/tracking-id'
const ARGO_INSTANCE = 'argocd.argoproj.io/instance'
const APP_INSTANCE = 'app.kubernetes.io/instance'
const FLUX_KUSTOMIZE = 'kustomize.toolkit.fluxcd.io'
const FLUX_HELM = 'helm.toolkit.fluxcd.io'

export function ownerOf({ metadata }: Deployment): string | undefined {
  return argoOwner(metadata) ?? fluxOwner(metadata)
}

type Metadata = Deployment['metadata']

function argoOwner({ labels, annotations, managedFields }: Metadata): string | undefined {
  const application = annotations[ARGO_TRACKING]?.split(':')[0] ?? labels[ARGO_INSTANCE]
  if (application !== undefined) return `Argo CD application ${application}`
  // Argo CD's default label is also Helm's: only together with Argo's own writing it is evidence.
  const written = managedFields.some(({ manager }) => manager.startsWith('argocd-'))
  return written ? `Argo CD application ${labels[APP_INSTANCE] ?? '(unnamed)'}` : undefined
}

function fluxOwner({ labels, annotations }: Metadata): string | undefined {
  const kustomization = labels[`${FLUX_KUSTOMIZE}/name`]
  // Flux itself leaves such an object alone.
  const fenced = annotations[`${FLUX_KUSTOMIZE}/reconcile`] === 'disabled'
  if (kustomization !== undefined && !fenced)
    return `Flux Kustomization ${labels[`${FLUX_KUSTOMIZE}/namespace`] ?? ''}/${kustomization}`
  const release = labels[`${FLUX_HELM}/name`]
  return release === undefined
    ? undefined
    : `Flux HelmRelease ${labels[`${FLUX_HELM}/namespace`] ?? ''}/${release}`
}
