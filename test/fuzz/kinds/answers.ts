import { createHash } from 'node:crypto'

import type { CommandRequest, CommandResult, HttpRequest, HttpResponse } from '../../../src/core/doors.ts'
import type { Json } from '../../../src/core/json.ts'
import type { Runbook } from '../../../src/core/model.ts'
import type { Plan, PlannedChange, PlannedStep } from '../../../src/core/plan/types.ts'
import { EffectFailure } from '../../../src/core/problem.ts'
import { PLAIN } from '../../../src/report/look.ts'
import { manualScript } from '../../../src/report/manual-script.ts'
import { planText } from '../../../src/report/plan-text.ts'
import { refusalText } from '../../../src/report/refusal-text.ts'
import { safeText } from '../../../src/report/safe-text.ts'
import { bindOptions } from '../../../src/runtime/bind-options.ts'
import { loadAction } from '../../../src/runtime/load-action.ts'
import { makePlan } from '../../../src/runtime/make-plan.ts'
import type { Session } from '../../../src/runtime/types.ts'
import type { Kind } from '../kind.ts'
import { mutateText } from '../mutate.ts'
import { requireNoSecret, requireProblem, requireReadable } from '../properties.ts'
import { rareCase, rarely } from '../rarely.ts'
import { CLUSTER_TOKEN, HOOK_KEY, PASSWORD, SECRET } from '../secret.ts'
import { sessionOf } from '../session.ts'
import { answered, parsed, spoiltAnswer, spoiltResult } from '../spoil.ts'

// A plan over every platform, whose services answer rightly, but for what the case makes of some of their answers.

const GOOD = 'a'.repeat(40)
const BAD = 'b'.repeat(40)

export const answers: Kind = {
  generate: (random) => rareCase(random, [2, 4, 8]),

  async run(input) {
    const spoilt = rarely('answers', input)
    const ask = services()
    const { session, redact } = sessionOf({
      http(request) {
        const right = ask(request)
        return spoilt(right, (chance) => spoiltAnswer(right, chance))
      },
      command: (command) =>
        spoilt(commandAnswer(command), (chance) => spoiltResult(commandAnswer(command), chance)),
      stream: () => [spoilt(WATCHED, (chance) => Buffer.from(mutateText(WATCHED.toString(), chance)))],
      files: { '/kubeconfig': KUBECONFIG },
      variables: { HOOK, PASSWORD, SECRET, KUBECONFIG: '/kubeconfig', HOME: '/nowhere' },
    })
    await allKnown(session)
    const say = (text: string, what: string): void => requireReadable(redact(safeText(text)), what)
    await tellProblem(say, async () => {
      const outcome = await makePlan(session, { runbook: RUNBOOK, target: GOOD, without: [] })
      requireNoSecret(redact(JSON.stringify(outcome)), 'what was planned')
      if (outcome.kind === 'refused')
        return say(refusalText(outcome.refusal, undefined, PLAIN), 'the refusal')
      say(planText(outcome.plan, PLAIN), 'the plan')
      say(manualScript(outcome.plan), 'the script')
      for (const step of outcome.plan.steps) await carryOut(session, outcome.plan, step, say)
    })
  },
}

/** A watch goes on for as long as there is something to see. */
const LONGEST_WATCH = 5

type Say = (text: string, what: string) => void

/** What is thrown is a problem with words. */
async function tellProblem(say: Say, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    const { message, found, cure } = requireProblem(error)
    say([message, found, cure].join('\n'), 'a problem')
  }
}

/** The effects of a step and the looks at them, as a run makes them. */
async function carryOut(session: Session, plan: Plan, step: PlannedStep, say: Say): Promise<void> {
  const action = await loadAction(step.uses)
  const secrets = session.secretsOf(plan.secrets)
  if (action.kind === 'gate') return
  await tellProblem(say, async () => {
    const options = await bindOptions(plan, secrets, action.options, step.with)
    if (action.kind === 'set') {
      for (const change of step.changes)
        await tellProblem(say, () => tellEffect(say, () => action.apply(options, change, session.write)))
      for (const change of step.changes) await look(session, action, options, change, say)
      return
    }
    await tellProblem(say, () => tellEffect(say, () => action.call(options, 'an-id', session.write)))
    await action.find?.(options, session.read)
  })
}

async function look(
  session: Session,
  action: Extract<Awaited<ReturnType<typeof loadAction>>, { kind: 'set' }>,
  options: unknown,
  change: PlannedChange,
  say: Say,
): Promise<void> {
  const seen = await action.observe(options, change.surface, session.read)
  if ('why' in seen) return say([seen.why, seen.cure].join('\n'), 'why it cannot be seen')
  if (seen.status === 'present') say(seen.label, 'a label')
  say(action.progress(seen, change.to).words, 'the words of progress')
  let left = LONGEST_WATCH
  const stop = new AbortController()
  const read = { ...session.read, sleep: async () => (left-- > 0 ? undefined : stop.abort()) }
  for await (const one of action.follow?.(options, change.surface, read, stop.signal) ?? []) {
    if (one.status === 'present') say(one.label, 'a label')
    if (left-- <= 0) return
  }
}

async function tellEffect(say: Say, effect: () => Promise<Json>): Promise<void> {
  try {
    say(JSON.stringify(await effect()), 'a receipt')
  } catch (error) {
    if (!(error instanceof EffectFailure)) requireProblem(error)
    throw error
  }
}

/** All secrets have been read, as in a run: then nothing of them may be seen again. */
async function allKnown(session: Session): Promise<void> {
  const secrets = session.secretsOf(RUNBOOK.secrets)
  await Promise.all(Object.keys(RUNBOOK.secrets).map((name) => secrets.value(name)))
}

// ---------------------------------------------------------------- the right answers

type Asked = (request: HttpRequest) => HttpResponse

/** The services of one case: a registry remembers what was put into it. */
function services(): Asked {
  const registry = registryOf()
  return (request) => {
    const { host, pathname } = new URL(request.url)
    if (host === 'cluster.example') return clusterAnswer(request.method, pathname)
    if (host === 'registry.example') return registry(request, pathname)
    return answered({ commit: BAD, ok: true, status: 'live' })
  }
}

function manifestOf(commit: string): { text: string; digest: string } {
  const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(commit), size: 2 }
  const mediaType = 'application/vnd.oci.image.manifest.v1+json'
  const text = JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [], annotations: { commit } })
  return { text, digest: digestOf(text) }
}

function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`
}

function registryOf(): (request: HttpRequest, path: string) => HttpResponse {
  const [good, bad] = [manifestOf(GOOD), manifestOf(BAD)]
  const known = new Map([
    ['prod', bad],
    [GOOD, good],
    [BAD, bad],
    [good.digest, good],
    [bad.digest, bad],
  ])
  return ({ method, body }, path) => {
    if (path.endsWith('/tags/list')) return answered({ name: 'acme/api', tags: ['prod', GOOD, BAD] })
    if (!path.includes('/manifests/')) return answered({})
    const reference = path.slice(path.lastIndexOf('/') + 1)
    if (method === 'PUT') {
      const text = Buffer.from(body ?? '').toString()
      known.set(reference, { text, digest: digestOf(text) })
      return answered('', { location: path, 'docker-content-digest': digestOf(text) }, 201)
    }
    const manifest = known.get(reference)
    if (manifest === undefined)
      return answered({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'no' }] }, {}, 404)
    return answered(manifest.text, {
      'content-type': 'application/vnd.oci.image.manifest.v1+json',
      'docker-content-digest': manifest.digest,
      'content-length': String(manifest.text.length),
    })
  }
}

const template = (image: string) => ({
  metadata: { labels: { app: 'api' } },
  spec: { containers: [{ name: 'api', image }] },
})
const meta = (name: string, own: object = {}) => ({
  name,
  uid: `uid-${name}`,
  resourceVersion: '42',
  generation: 3,
  creationTimestamp: '2026-11-01T00:00:00Z',
  labels: { app: 'api' },
  ...own,
})
const DEPLOYMENT = {
  metadata: meta('api', { annotations: { 'deployment.kubernetes.io/revision': '2' } }),
  spec: { replicas: 1, selector: { matchLabels: { app: 'api' } }, template: template(`api:${BAD}`) },
  status: {
    observedGeneration: 3,
    replicas: 1,
    updatedReplicas: 1,
    availableReplicas: 1,
    conditions: [{ type: 'Available', reason: 'MinimumReplicasAvailable', message: 'well' }],
  },
}
const REPLICA_SETS = {
  items: [GOOD, BAD].map((commit, index) => ({
    metadata: meta(`api-${index}`, {
      annotations: { 'deployment.kubernetes.io/revision': String(index + 1) },
      ownerReferences: [{ uid: 'uid-api', controller: true }],
    }),
    spec: { template: template(`api:${commit}`) },
  })),
}
const WATCHED = Buffer.from(`${JSON.stringify({ type: 'MODIFIED', object: DEPLOYMENT })}\n`)

function clusterAnswer(method: string, path: string): HttpResponse {
  if (path.endsWith('/selfsubjectaccessreviews')) return answered({ status: { allowed: true } }, {}, 201)
  if (path.endsWith('/replicasets')) return answered(REPLICA_SETS)
  if (method === 'PATCH') {
    const spec = { ...DEPLOYMENT.spec, template: template(`api:${GOOD}`) }
    return answered({ ...DEPLOYMENT, metadata: { ...DEPLOYMENT.metadata, generation: 4 }, spec })
  }
  return answered(DEPLOYMENT)
}

function commandAnswer({ argv, stdin }: CommandRequest): CommandResult {
  const said = (stdout: string): CommandResult => ({
    started: true,
    exitCode: 0,
    stdout,
    stderr: '',
    dropped: 0,
  })
  if (argv[0] !== './flag.sh') return said('well')
  const { op } = parsed(stdin ?? '{}') as { op?: string }
  const surface = { id: 'flag:checkout', kind: 'setting', type: 'feature flag' }
  const seen = { status: 'present', state: { on: true }, label: 'on' }
  const replies: Record<string, unknown> = {
    surfaces: { surfaces: [{ ...surface, ...seen }] },
    observe: seen,
    resolve: {
      result: 'change',
      to: { on: false },
      label: 'off',
      reversible: true,
      checks: [],
      details: ['- on', '+ off'],
    },
    apply: { applied: 'yes', receipt: { id: 7 } },
    versions: { versions: [] },
    manual: { commands: ['flags set checkout off'] },
  }
  return said(JSON.stringify(replies[op ?? ''] ?? {}))
}

// ---------------------------------------------------------------- the runbook

const HOOK = `https://api.example/deploy/srv-1?key=${HOOK_KEY}`

const KUBECONFIG = `
apiVersion: v1
kind: Config
current-context: c
clusters: [{ name: c, cluster: { server: 'https://cluster.example' } }]
contexts: [{ name: c, context: { cluster: c, user: u, namespace: shop } }]
users: [{ name: u, user: { token: '${CLUSTER_TOKEN}' } }]
`

const step = (id: string, uses: string, options: Record<string, Json>) => ({ id, uses, with: options })

const RUNBOOK: Runbook = {
  version: 1,
  service: 'api',
  path: '/nowhere/rollback.yaml',
  text: 'version: 1\n',
  environment: 'production',
  vars: {},
  inputs: {},
  secrets: { hook: { env: 'HOOK' }, password: { env: 'PASSWORD' }, token: { env: 'SECRET' } },
  release: { live: { signal: 'live' } },
  triggers: [{ id: 'ill', severity: 'high', when: { not: { signal: 'health', passing: true } } }],
  unless: [],
  guards: [
    {
      id: 'reachable',
      holds: {
        any: [
          { signal: 'health', passing: true },
          { signal: 'live', equals: BAD },
        ],
      },
    },
  ],
  capture: [{ id: 'health', source: 'http', with: { url: 'https://api.example/health' } }],
  signals: {
    live: { source: 'http', with: { url: 'https://api.example/version', json: '$.commit' } },
    health: {
      source: 'http',
      with: {
        url: 'https://api.example/health',
        expect: [{ json: '$.ok', is: true }],
        headers: { authorization: 'Bearer ${secrets.token}' },
      },
    },
    smoke: { source: 'command', with: { argv: ['./smoke.sh'] } },
  },
  procedures: [
    {
      name: 'all',
      onFailure: 'stop',
      limits: {},
      steps: [
        step('image', 'registry.retag', {
          repository: 'registry.example/acme/api',
          tag: 'prod',
          to: '${target.sha}',
          backup: 'backup-${run.stamp}',
          credentials: { username: 'ana', password: '${secrets.password}' },
        }),
        step('pods', 'kubernetes.deployment', {
          name: 'api',
          namespace: 'shop',
          to: '${target.sha}',
        }),
        step('flag', 'command.set', {
          argv: ['./flag.sh'],
          env: { TOKEN: '${secrets.token}' },
          with: { on: false },
        }),
        step('script', 'command.run', { argv: ['./x.sh'], check: { argv: ['./y.sh'] } }),
        step('purge', 'http.request', {
          url: 'https://api.example/purge',
          method: 'POST',
          headers: { authorization: 'Bearer ${secrets.token}' },
          repeat: 'ask',
        }),
        step('hook', 'render.deploy-hook', { url: '${secrets.hook}' }),
      ],
    },
  ],
}
