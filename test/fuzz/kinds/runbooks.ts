import { readdirSync, readFileSync } from 'node:fs'

import { parse, stringify } from 'yaml'

import { EXAMPLES, usualAnswers } from '../../../src/cli/init/examples.ts'
import { type Diagnostic, formatDiagnostic } from '../../../src/runbook/diagnostic.ts'
import { loadRunbook } from '../../../src/runbook/load.ts'
import type { Kind } from '../kind.ts'
import { mutateJson, mutateText } from '../mutate.ts'
import { requireNoSecret, requireReadable } from '../properties.ts'
import type { Random } from '../random.ts'
import { SECRET_FORMS } from '../secret.ts'

const FOLDER = new URL('../../../runbooks/', import.meta.url)

/** With what the examples do not use. */
const RARE = `version: 1
service: api
environments: { production: { host: a.example }, staging: { host: b.example } }
inputs:
  ticket: { description: the incident, default: INC-1, pattern: '[A-Z]+-\\d+' }
  team: { required: false }
secrets: { token: { env: TOKEN }, file: { file: ./x }, cmd: { command: [pass, show, x] } }
signals:
  live: { http: { url: 'https://\${vars.host}/v', json: $.commit } }
  slow: { command: { argv: [./slow.sh, '\${inputs.ticket}'] }, unit: ms, every: 1m30s }
  errors: { prometheus: { query: 'e{w="\${window}"}', url: 'https://p.example', series: any }, window: 5m, unit: ratio }
  budget: { prometheus: { query: 'b[\${window}]', url: 'https://p.example' }, window: 5m, unit: percent }
  p95: { prometheus: { query: l, url: 'https://p.example' }, unit: ms, baseline: { before_deployment: 30m, floor: 20ms } }
  queue: { prometheus: { query: q, url: 'https://p.example' }, baseline: { offset: 1d, floor: 10 } }
  since: { http: { url: 'https://\${vars.host}/since', json: $.at } }
  fix: { ask: { question: How long does a fix take?, type: duration }, unit: s }
triggers:
  - { id: errors, severity: critical, signal: errors, series: all, above: 5%, for: 5m }
  - { id: burn, severity: high, signal: budget, burn_rate: { objective: 99.9%, above: 14.4, long: 1h, short: 5m } }
  - { id: slow, severity: medium, signal: p95, above: { times: 2, of: baseline }, rollback_after: 10m, unless: { signal: queue, above: { times: 3, of: baseline } } }
  - { id: gone, severity: low, any: [{ signal: live, absent_for: 5m }, { not: { signal: slow, change: { over: 5m, above: 20% } } }], note: n }
unless: [{ id: quiet, severity: [medium], signal: queue, unchanged_for: 10m }]
max_downtime: { critical: 5m, high: 15m }
fix_forward: { signal: fix }
guards: [{ id: there, signal: live, passing: true }, { all: [{ signal: queue, below: 100, for: 1m }, { signal: slow, below: 1s }] }]
capture: [{ id: log, command: { argv: [./log.sh] } }, { id: q, signal: queue, over: 1h }]
release: { live: { signal: live, deployed: since } }
procedures:
  p:
    on_failure: undo
    limits: { execute: 5m }
    steps:
      - id: a
        uses: http.request
        with: { method: POST, url: 'https://\${vars.host}/x', headers: { authorization: 'Bearer \${secrets.token}' } }
        retry: { attempts: 3, backoff: 1s }
        verify: { within: 1m, must: [{ signal: slow, below: 500ms, in_a_row: 2 }] }
      - { id: b, needs: [a], uses: command.run, with: { argv: [./b.sh, '\${target.sha}'] }, fallback: { uses: person.confirm, with: { question: sure? } } }
    guards: [{ signal: errors, series: all, below: 90% }]
    capture: [{ id: body, http: { url: 'https://\${vars.host}/x' } }]
    bake: { for: 30m, settle: 6m, must: [{ signal: p95, at_most: { times: 1.1, of: baseline } }], should: [{ signal: errors, series: all, below: 1%, failing: { in_a_row: 3 } }] }
    undo: { verify: { must: [{ signal: live, same_commit: '\${target.sha}' }] } }
`

const TEXTS = [
  ...readdirSync(FOLDER)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => readFileSync(new URL(name, FOLDER), 'utf8')),
  ...EXAMPLES.map((example) => example.write(usualAnswers(example))),
  RARE,
  RARE,
]

const DOCUMENTS = TEXTS.map((text): unknown => parse(text))

interface Case {
  text: string
  environment?: string | undefined
  set?: Record<string, string> | undefined
}

export const runbooks: Kind = {
  generate(random) {
    const environment = random.oneIn(4) ? 'staging' : undefined
    const set = random.oneIn(4) ? { ticket: mutateText('INC-42', random).slice(0, 1200) } : undefined
    return JSON.stringify({ text: textOf(random), environment, set } satisfies Case)
  },

  async run(input) {
    const { text, environment, set } = JSON.parse(input) as Case
    const result = await loadRunbook({
      path: '/fuzz/rollback.yaml',
      shownAs: 'rollback.yaml',
      text,
      environment,
      set,
    })
    if ('runbook' in result) return void JSON.stringify(result.runbook)
    if (result.diagnostics.length === 0 || result.diagnostics.length > 21)
      throw new Error(`${result.diagnostics.length} diagnostics`)
    for (const diagnostic of result.diagnostics) check(diagnostic, text, set)
  },
}

function textOf(random: Random): string {
  if (random.oneIn(2)) return mutateText(random.pick(TEXTS), random)
  const document = mutateJson(random.pick(DOCUMENTS), random)
  return random.oneIn(2) ? JSON.stringify(document, undefined, 1) : yamlOf(document)
}

/** What cannot be written as YAML can be written as JSON. */
function yamlOf(document: unknown): string {
  try {
    return stringify(document, { aliasDuplicateObjects: false })
  } catch {
    return JSON.stringify(document)
  }
}

function check(diagnostic: Diagnostic, text: string, set: Case['set']): void {
  if (diagnostic.message.trim() === '' || diagnostic.code === '')
    throw new Error('a diagnostic without words')
  const lines = text.split('\n').length
  if (!(diagnostic.line >= 1 && diagnostic.line <= lines && diagnostic.column >= 1))
    throw new Error(`a place that is not there: ${diagnostic.line}:${diagnostic.column}`)
  const shown = formatDiagnostic(diagnostic)
  // A secret that the runbook itself holds is no secret: what is shown is the file.
  const own = text + JSON.stringify(set ?? {})
  if (own.includes('hunter2') || /Pa55|t0ken|Qx9Z|[0-9A-Za-z+/]{16}/.test(own))
    return requireReadable(withoutForms(shown), 'a diagnostic')
  requireReadable(shown, 'a diagnostic')
  requireNoSecret(JSON.stringify(diagnostic), 'a diagnostic')
}

function withoutForms(text: string): string {
  return SECRET_FORMS.reduce((rest, form) => rest.replaceAll(form, '·'), text)
}
