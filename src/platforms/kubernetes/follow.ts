import type { Seen } from '../../core/contract.ts'
import type { ReadDoor } from '../../core/doors.ts'
import { parseJson } from '../../core/parse-json.ts'
import { Problem } from '../../core/problem.ts'
import { requestOf } from './cluster.ts'
import { seenOf } from './live.ts'
import { deploymentObject, statusObject, watchEvent } from './objects.ts'
import type { DeploymentOptions } from './options.ts'
import { type Place, readDeployment } from './read.ts'
import type { DeploymentState } from './state.ts'

/** Between two connections, so that a server that closes at once is not asked in a loop. */
const PAUSE = 250
/** Seconds after which the server ends a watch by itself. */
const WATCH_SECONDS = 30
/** Objects of a cluster have at most 1.5 MB; a stream without line ends would fill the memory. */
const LONGEST_EVENT = 8 * 1024 * 1024
/** A connection that a firewall forgot stays silent for ever: we wait no longer than this, in milliseconds. */
const LONGEST_WATCH = 40_000

/** States as they change. Throws when the cluster lets us look, but not watch. */
export async function* followDeployment(
  place: Place,
  options: DeploymentOptions,
  read: ReadDoor,
  signal: AbortSignal,
): AsyncGenerator<Seen<DeploymentState>> {
  while (!signal.aborted) {
    // Each connection starts with what is there now: nothing that happened in between is missed, and no
    // resourceVersion can be too old.
    yield seenOf(await readDeployment(place, options, read), options, read.now())
    yield* watch(place, options, read, signal)
    if (!signal.aborted) await read.sleep(PAUSE)
  }
}

/** Until the server ends it, or what it knows is too old (410). */
async function* watch(
  place: Place,
  options: DeploymentOptions,
  read: ReadDoor,
  signal: AbortSignal,
): AsyncGenerator<Seen<DeploymentState>> {
  const selector = encodeURIComponent(`metadata.name=${place.name}`)
  const path = `/apis/apps/v1/namespaces/${place.namespace}/deployments?watch=1&timeoutSeconds=${WATCH_SECONDS}&fieldSelector=${selector}`
  const request = await requestOf(place.cluster, { method: 'GET', path })
  const until = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_WATCH)])
  try {
    for await (const line of linesOf(await read.stream(request, until))) {
      const event = understood(watchEvent.safeParse(parseJson(line)))
      if (event.type === 'ERROR') {
        if (isGone(event.object)) return
        throw watchFailed(event.object)
      }
      if (event.type === 'DELETED') yield { status: 'absent' }
      else if (event.type === 'ADDED' || event.type === 'MODIFIED')
        yield seenOf(
          { status: 'present', value: understood(deploymentObject.safeParse(event.object)) },
          options,
          read.now(),
        )
    }
  } catch (error) {
    if (!until.aborted) throw error
  }
}

async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > LONGEST_EVENT) throw notUnderstood(`an event longer than ${LONGEST_EVENT} characters`)
    yield* lines.filter((line) => line.trim() !== '')
  }
}

function understood<Value>(
  read:
    | { success: true; data: Value }
    | { success: false; error: { issues: { path: PropertyKey[]; message: string }[] } },
): Value {
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw notUnderstood(`${issue?.path.join('.') || 'the event'}: ${issue?.message}`)
}

function notUnderstood(found: string): Problem {
  return new Problem({
    code: 'kubernetes-watch',
    message: "The cluster's watch is not understood",
    found,
  })
}

function isGone(status: unknown): boolean {
  const read = statusObject.safeParse(status)
  return read.success && (read.data.reason === 'Expired' || read.data.reason === 'Gone')
}

function watchFailed(status: unknown): Problem {
  const read = statusObject.safeParse(status)
  return new Problem({
    code: 'kubernetes-watch',
    message: 'The cluster ended the watch',
    found: read.success ? read.data.message : undefined,
  })
}
