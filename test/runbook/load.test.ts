import { describe, expect, test } from 'vitest'

import { platforms } from '../../src/platforms/index.ts'
import { diagnosed, load, loaded, mistakes, runbookText } from './load-fixture.ts'

const FULL = `
version: 1
service: api
deadline: 15m
environments:
  production: { url: https://prod.test, port: 80, hook: PROD_HOOK }
  staging: { url: https://staging.test, port: 81, hook: STAGING_HOOK }
inputs:
  reason: { default: none, pattern: '[a-z ]+' }
secrets:
  hook: { env: '\${vars.hook}' }
release:
  live: { signal: version }
signals:
  version: { http: { url: '\${vars.url}/version', json: $.commit }, every: 2s }
procedures:
  second-is-not-sorted:
    takes: 5m
    on_failure: undo
    limits: { execute: 3m }
    steps:
      - id: image
        uses: registry.retag
        with: { repository: r, tag: ['\${vars.hook}'], to: '\${target.sha}' }
        retry: { attempts: 3 }
      - id: deploy
        uses: render.deploy-hook
        needs: [image]
        timeout: 1m30s
        with: { url: '\${secrets.hook}', port: '\${vars.port}' }
        fallback: { uses: slack.post, with: { channel: '\${inputs.reason}' } }
    verify:
      must: [{ signal: version, same_commit: '\${target.sha}', in_a_row: 3, every: 1s }]
  a-procedure:
    steps: [{ id: say, uses: slack.post, with: { channel: '$\${literal}' } }]
`

describe('a runbook', () => {
  test('comes out as the model, with the variables of its first environment', async () => {
    const { text, ...runbook } = await loaded(FULL)
    expect(text).toBe(FULL)
    expect(runbook).toMatchObject({
      version: 1,
      service: 'api',
      path: 'rollback.yaml',
      environment: 'production',
      vars: { url: 'https://prod.test', port: '80', hook: 'PROD_HOOK' },
      inputs: { reason: 'none' },
      secrets: { hook: { env: 'PROD_HOOK' } },
      deadline: 900_000,
      release: { live: { signal: 'version' } },
      signals: {
        version: {
          source: 'http',
          with: { url: 'https://prod.test/version', json: '$.commit' },
          every: 2000,
        },
      },
    })
    expect(runbook.procedures.map(({ name }) => name)).toEqual(['second-is-not-sorted', 'a-procedure'])
    expect(runbook.procedures[0]).toMatchObject({
      takes: 300_000,
      onFailure: 'undo',
      limits: { execute: 180_000 },
      steps: [
        {
          id: 'image',
          with: { repository: 'r', tag: ['PROD_HOOK'], to: '${target.sha}' },
          retry: { attempts: 3, backoff: 2000 },
        },
        {
          id: 'deploy',
          needs: ['image'],
          timeout: 90_000,
          with: { url: '${secrets.hook}', port: 80 },
          fallback: { uses: 'slack.post', with: { channel: 'none' } },
        },
      ],
      verify: {
        within: 300_000,
        must: [{ signal: 'version', same_commit: '${target.sha}', in_a_row: 3, every: 1000 }],
        should: [],
      },
    })
    expect(runbook.procedures[1]).toMatchObject({
      onFailure: 'stop',
      limits: {},
      steps: [{ with: { channel: '$${literal}' } }],
    })
  })

  test('takes the environment that is asked for', async () => {
    const result = await load(FULL, { environment: 'staging' })
    expect(result).toMatchObject({
      environments: ['production', 'staging'],
      runbook: { environment: 'staging', secrets: { hook: { env: 'STAGING_HOOK' } } },
    })
  })

  test('refuses an environment that it does not have', async () => {
    expect(await mistakes(FULL, { environment: 'stagin' })).toEqual([
      '5:1 there is no environment "stagin" | did you mean --env staging?',
    ])
  })

  test('names the file as it is told to', async () => {
    const [diagnostic] = await diagnosed('a: 1', { path: '/repo/rollback.yaml', shownAs: 'rollback.yaml' })
    expect(diagnostic?.file).toBe('rollback.yaml')
  })
})

describe('inputs', () => {
  const text = runbookText({
    head: 'inputs: { room: { description: where to } }',
    with: "{ channel: '${inputs.room}' }",
  })

  test('are filled in', async () => {
    const { procedures } = await loaded(text, { set: { room: 'ops' } })
    expect(procedures[0]?.steps[0]?.with).toEqual({ channel: 'ops' })
  })

  test('are asked for by name when missing', async () => {
    expect(await mistakes(text)).toEqual(['3:11 the input "room" (where to) has no value | add --set room=…'])
  })

  test('may be left open where nothing is run', async () => {
    const { procedures } = await loaded(text, { withoutInputs: true })
    expect(procedures[0]?.steps[0]?.with).toEqual({ channel: '${inputs.room}' })
  })

  test('that are unknown are refused', async () => {
    expect(await mistakes(text, { set: { room: 'ops', rom: 'x' } })).toEqual([
      '3:1 --set rom: the runbook has no input "rom" | did you mean --set room=…?',
    ])
  })

  test('must match the whole pattern', async () => {
    expect(await mistakes(FULL, { set: { reason: 'two words; 3' } })).toEqual([
      '9:3 the value "two words; 3" of "reason" does not match [a-z ]+ | the pattern must match the whole value',
    ])
  })

  test('cannot reach for a secret', async () => {
    expect(await mistakes(text, { set: { room: '${secrets.key}' } })).toEqual([
      '3:11 the value of "room" holds ${ | inputs are plain text, without references',
    ])
  })
})

test('a guard measures: whom it would ask is asked by a step', async () => {
  const text = runbookText({
    head: 'signals: { sure: { ask: { question: Sure? } } }\nguards: [{ not: { signal: sure, equals: false } }]',
    step: "        uses: command.run\n        with: { argv: ['true'] }",
  })
  expect(await mistakes(text, { platforms })).toEqual([
    '4:27 the signal "sure" asks a person, and guards only measure | ask with a first step that uses person.confirm',
  ])
})

test.each(['verify', 'bake'])(
  'a person answers once: what is about samples says nothing in %s',
  async (part) => {
    const times = part === 'bake' ? 'for: 30m, ' : ''
    const text = runbookText({
      head: 'signals: { sure: { ask: { question: Sure? } } }',
      step: "        uses: command.run\n        with: { argv: ['true'] }",
      tail: `    ${part}: { ${times}must: [{ signal: sure, equals: true, in_a_row: 3 }] }`,
    })
    expect((await mistakes(text, { platforms })).map((line) => line.replace(/^\d+:\d+ /, ''))).toEqual([
      'the signal "sure" asks a person, once: "in_a_row" says nothing about an answer | say which answer is well, such as equals: true, or below: 3',
    ])
  },
)

const ASKED = `signals:
  sure: { ask: { question: Sure? } }
  which: { ask: { question: Which?, type: choice, choices: [all, none] } }
  count: { ask: { question: How many?, type: number } }`

test.each([
  ['signal: sure, equals: yes', 'yes is true, no is false: write equals: true, or equals: false'],
  ['signal: sure, is: "true"', 'yes is true'],
  ['signal: sure, below: 3', 'yes is true'],
  ['signal: sure, matches: yes|ja', 'yes is true'],
  ['signal: which, equals: All', 'it is one of: all, none'],
  ['signal: which, is: some', 'it is one of: all, none'],
  ['signal: which, matches: no', 'it is one of: all, none'],
  ['signal: count, is: many', 'it is answered with a number'],
  ['signal: count, equals: many', 'it is answered with a number'],
])('what nobody can answer is a mistake: %s', async (condition, cure) => {
  const text = runbookText({
    head: `${ASKED}\ntriggers: [{ id: t, severity: high, ${condition} }]`,
    step: "        uses: command.run\n        with: { argv: ['true'] }",
  })
  expect(await mistakes(text, { platforms })).toEqual([
    expect.stringMatching(/nobody can answer "\w+" like this/),
  ])
  expect((await mistakes(text, { platforms }))[0]).toContain(cure)
})

test.each([
  'signal: sure, equals: "true"',
  'signal: which, matches: a.*',
  'signal: count, equals: 0',
  'signal: count, is: 3',
])('what can be answered is none: %s', async (condition) => {
  const text = runbookText({
    head: `${ASKED}\ntriggers: [{ id: t, severity: high, ${condition} }]`,
    step: "        uses: command.run\n        with: { argv: ['true'] }",
  })
  expect(await mistakes(text, { platforms })).toEqual([])
})

test('samples of which one measurement gives many are no longer than that takes', async () => {
  const text = (requests: string): string =>
    runbookText({
      head: `signals: { s: { http: { url: https://x.test${requests} } } }`,
      step: "        uses: command.run\n        with: { argv: ['true'] }",
      tail: '    verify: { must: [{ signal: s, passing: { count: 95, of: 100 } }] }',
    })
  expect(await mistakes(text(', requests: 40'), { platforms })).toEqual([])
  expect((await mistakes(text(''), { platforms }))[0]).toContain('has to see 7m 50s before it can hold')
})
