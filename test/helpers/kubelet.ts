import { setTimeout as sleep } from 'node:timers/promises'

import type { KubernetesApi } from './kubernetes-api.ts'
import { type Stoppable, stoppable } from './stoppable.ts'

const POLL_MS = 100

/** What becomes of a pod: `pending` is a node that has not even started to pull. */
export type PodFate = 'ready' | 'image-pull-error' | 'crash-loop' | 'pending'

export interface Kubelet extends Stoppable {
  /** Decides anew for every pod, by its first container's image; existing pods change too. */
  decide(fate: (image: string) => PodFate): void
}

interface Pod {
  readonly metadata: {
    readonly name: string
    readonly namespace: string
    readonly deletionTimestamp?: string
  }
  readonly spec: { readonly containers: readonly { readonly name: string; readonly image: string }[] }
  readonly status?: { readonly message?: string }
}

/** `acme/api:broken` cannot be pulled, `acme/api:crashing` ends again and again, all others get ready. */
export function fateByName(image: string): PodFate {
  if (image.includes('broken')) return 'image-pull-error'
  return image.includes('crashing') ? 'crash-loop' : 'ready'
}

/**
 * Stands in for the node: the control plane is real, but nobody runs its pods. It only writes what a
 * kubelet would (pod status, the end of a deletion); every rollout decision stays with the controllers.
 */
export function startKubelet(api: KubernetesApi): Kubelet {
  let fate = fateByName
  const stopping = new AbortController()
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      await tend(api, (image) => fate(image)).catch(() => {}) // A conflict or a vanished pod: next time.
      await sleep(POLL_MS)
    }
  })()
  return stoppable(
    {
      decide: (next: typeof fate) => {
        fate = next
      },
    },
    async () => {
      stopping.abort()
      await loop
    },
  )
}

async function tend(api: KubernetesApi, fate: (image: string) => PodFate): Promise<void> {
  const { items } = await api.ask<{ items: readonly Pod[] }>('GET', '/api/v1/pods')
  await Promise.allSettled(items.map((pod) => tendPod(api, pod, fate(pod.spec.containers[0]?.image ?? ''))))
}

async function tendPod(api: KubernetesApi, pod: Pod, fate: PodFate): Promise<void> {
  const { name, namespace, deletionTimestamp } = pod.metadata
  const path = `/api/v1/namespaces/${namespace}/pods/${name}`
  if (deletionTimestamp !== undefined) await api.ask('DELETE', `${path}?gracePeriodSeconds=0`)
  // The fate stands in the status's free text, so that each pod is written once and not ten times a second.
  else if (pod.status?.message !== fate)
    await api.ask('PATCH', `${path}/status`, { status: statusOf(pod, fate) })
}

function statusOf(pod: Pod, fate: PodFate): object {
  const ready = fate === 'ready'
  const lastTransitionTime = new Date().toISOString()
  return {
    message: fate,
    phase: fate === 'ready' || fate === 'crash-loop' ? 'Running' : 'Pending',
    conditions: ['Ready', 'ContainersReady'].map((type) => ({
      type,
      status: ready ? 'True' : 'False',
      lastTransitionTime,
    })),
    containerStatuses: pod.spec.containers.map(({ name, image }) => ({
      name,
      image,
      imageID: '',
      ready,
      started: ready,
      restartCount: fate === 'crash-loop' ? 5 : 0,
      state: ready ? { running: { startedAt: lastTransitionTime } } : { waiting: WAITING[fate] },
    })),
  }
}

const WAITING = {
  'image-pull-error': { reason: 'ImagePullBackOff', message: 'Back-off pulling image' },
  'crash-loop': { reason: 'CrashLoopBackOff', message: 'back-off 5m0s restarting failed container' },
  pending: { reason: 'ContainerCreating' },
} satisfies Record<Exclude<PodFate, 'ready'>, object>
