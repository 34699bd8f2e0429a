import type { Platform } from '../../../src/core/contract.ts'
import type { CommandResult, HttpRequest, HttpResponse } from '../../../src/core/doors.ts'
import type { Json } from '../../../src/core/json.ts'
import type { Runbook, SignalDef, Trigger } from '../../../src/core/model.ts'
import { platforms } from '../../../src/platforms/index.ts'
import { checkText } from '../../../src/report/check-text.ts'
import { explainText } from '../../../src/report/explain-text.ts'
import { PLAIN } from '../../../src/report/look.ts'
import { decide } from '../../../src/runtime/decide.ts'
import type { Kind } from '../kind.ts'
import { mutateText } from '../mutate.ts'
import { requireNoSecret, requireReadable } from '../properties.ts'
import { rareCase, rarely } from '../rarely.ts'
import { CLUSTER_TOKEN, HOOK_KEY, PASSWORD, SECRET } from '../secret.ts'
import { sessionOf } from '../session.ts'
import { answered, spoiltAnswer, spoiltResult } from '../spoil.ts'

// A verdict from every source there is, whose answers are right but for what the case makes of them. Whatever they say,
// there is a verdict, in words that can be read.

export const measurements: Kind = {
  generate: (random) => rareCase(random, [1, 2, 4]),

  async run(input) {
    const spoilt = rarely('measurements', input)
    const { session, redact } = sessionOf({
      http: (request) => spoilt(rightAnswer(request), (chance) => spoiltAnswer(rightAnswer(request), chance)),
      command: () => spoilt(SAID, (chance) => spoiltResult(SAID, chance)),
      stream: () => [],
      files: { 'load.json': spoilt(FILE, (chance) => mutateText(FILE, chance)) },
      variables: { SECRET, PASSWORD, HOOK_KEY, CLUSTER_TOKEN },
    })
    // What is shown must not hold them, also where an answer repeats them.
    const secrets = session.secretsOf(RUNBOOK.secrets)
    await Promise.all(Object.keys(RUNBOOK.secrets).map((name) => secrets.value(name)))
    const decision = await decide(session, RUNBOOK, {
      sample: 0,
      interrupt: new AbortController().signal,
      people: { answers: {} },
      explain: true,
    })
    requireNoSecret(redact(JSON.stringify(decision)), 'the decision')
    requireReadable(redact(checkText(decision, 'shop', PLAIN)), 'the verdict')
    requireReadable(redact(explainText(decision, PLAIN)), 'why')
  },
}

// ---------------------------------------------------------------- the right answers

const NOW = Date.parse('2026-11-22T03:15:00Z')

const FILE = '{"p95":480}'

const SAID: CommandResult = { started: true, exitCode: 0, stdout: '0.02\n', stderr: '', dropped: 0 }

/** One a minute, for the hour before. */
const MINUTES = Array.from({ length: 60 }, (_, minute) => NOW - (60 - minute) * 60_000)

function rightAnswer({ url }: HttpRequest): HttpResponse {
  const { host, pathname } = new URL(url)
  if (host === 'api.example')
    return answered({ commit: 'a'.repeat(40), ok: true, deployed: '2026-11-22T02:38:00Z' })
  if (host === 'alertmanager.example') return answered([{ labels: { alertname: 'HighErrorRate' } }])
  if (host === 'prometheus.example')
    return answered({
      status: 'success',
      data: prometheusData(pathname, url.includes('pod')),
    })
  if (host === 'sentry.io') return sentryAnswer(pathname)
  if (pathname.includes('/monitor/')) return answered({ id: 7, name: 'errors', overall_state: 'OK' })
  const pointlist = MINUTES.map((at, index) => [at, index % 7 === 0 ? null : index])
  return answered({ status: 'ok', series: [{ scope: 'host:a', interval: 60, pointlist }] })
}

function prometheusData(path: string, byPod: boolean): object {
  const metrics = byPod ? [{ pod: 'a' }, { pod: 'b' }] : [{ job: 'api' }]
  return path.endsWith('query_range')
    ? {
        resultType: 'matrix',
        result: metrics.map((metric) => ({ metric, values: MINUTES.map((at) => [at / 1000, '0.02']) })),
      }
    : {
        resultType: 'vector',
        result: metrics.map((metric) => ({ metric, value: [NOW / 1000, 'NaN'] })),
      }
}

function sentryAnswer(path: string): HttpResponse {
  if (path.endsWith('/issues/'))
    return answered([{ id: '1' }], {
      link: '<https://sentry.io/>; rel="next"; results="true"; cursor="0:100:0"',
    })
  if (path.endsWith('/events/')) return answered({ data: [{ 'count()': 7 }], meta: {} })
  const values = MINUTES.map((timestamp) => ({ timestamp, value: 3, incomplete: false }))
  return answered({ timeSeries: [{ values, yAxis: 'count()', meta: { interval: 60_000 } }] })
}

// ---------------------------------------------------------------- the runbook

const datadog = { api_key: '${secrets.password}', app_key: '${secrets.token}' }
const sentry = { organization: 'acme', token: '${secrets.token}' }
const headers = { authorization: 'Bearer ${secrets.token}' }

const signal = (source: string, options: Record<string, Json>, more: Partial<SignalDef> = {}): SignalDef => ({
  source,
  with: options,
  ...more,
})

const SIGNALS: Record<string, SignalDef> = {
  version: signal('http', { url: 'https://api.example/version', json: '$.commit', headers }),
  burst: signal(
    'http',
    { url: 'https://api.example/health', requests: 5, response_time: 'p95' },
    { unit: 'ms' },
  ),
  smoke: signal('command', { argv: ['./smoke.sh'], stdout: 'number' }, { unit: 'ratio' }),
  load: signal('file', { path: 'load.json', json: '$.p95' }, { unit: 'ms' }),
  alerts: signal('alertmanager', { url: 'https://alertmanager.example', headers }),
  rate: signal(
    'prometheus',
    { url: 'https://prometheus.example', query: 'rate', headers, series: 'max' },
    { unit: 'ratio', baseline: { offset: 86_400_000, floor: '1%' } },
  ),
  pods: signal(
    'prometheus',
    { url: 'https://prometheus.example', query: 'by (pod)', headers, series: 'any' },
    { unit: 'ratio', baseline: { before_deployment: 1_800_000, floor: '1%' } },
  ),
  deployed: signal('http', { url: 'https://api.example/version', json: '$.deployed', headers }),
  metric: signal('datadog', { ...datadog, query: 'sum:errors{*}.as_count().rollup(sum, 60)' }),
  monitor: signal('datadog', { ...datadog, monitor: 7 }),
  errors: signal('sentry', { ...sentry, events: '', within: '5m' }),
  maintenance: signal('clock', { zone: 'Europe/Berlin', from: '22:00', to: '04:00' }),
  reports: signal('ask', { question: 'How many?', type: 'number' }, { unit: 'count' }),
  issues: signal('sentry', { ...sentry, issues: 'is:unresolved', within: '1h' }),
}

const missing = Object.values<Platform>(platforms)
  .flatMap(({ sources = {} }) => Object.keys(sources))
  .filter((name) => !Object.values(SIGNALS).some(({ source }) => source === name))
if (missing.length > 0) throw new Error(`sources that are not tried: ${missing.join(', ')}`)

/** Each signal now, and the same for so long: sources with a history are asked for it. */
const TRIGGERS = Object.keys(SIGNALS).flatMap((name): Trigger[] => [
  { id: `${name}-now`, severity: 'medium', when: { signal: name, at_least: 0 } },
  { id: `${name}-long`, severity: 'medium', when: { signal: name, at_least: 0, for: 600_000 } },
  { id: `${name}-text`, severity: 'low', when: { signal: name, equals: 'OK' } },
])

const RUNBOOK: Runbook = {
  version: 1,
  service: 'shop',
  path: '/nowhere/rollback.yaml',
  text: 'version: 1\n',
  environment: 'production',
  vars: {},
  inputs: {},
  secrets: {
    password: { env: 'PASSWORD' },
    token: { env: 'SECRET' },
    hook: { env: 'HOOK_KEY' },
    cluster: { env: 'CLUSTER_TOKEN' },
  },
  release: { live: { signal: 'version', deployed: 'deployed' } },
  signals: SIGNALS,
  triggers: [
    ...TRIGGERS,
    {
      id: 'jump',
      severity: 'high',
      when: { signal: 'rate', above: { times: 5, of: 'baseline' }, for: 300_000 },
    },
    {
      id: 'pods-jump',
      severity: 'high',
      when: { signal: 'pods', above: { times: 5, of: 'baseline' }, for: 300_000 },
    },
  ],
  unless: [],
  procedures: [{ name: 'none', onFailure: 'stop', limits: {}, steps: [] }],
}
