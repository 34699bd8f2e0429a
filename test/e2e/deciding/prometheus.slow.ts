import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { Ajv } from 'ajv'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'

import { describeWith } from '../../helpers/need.ts'
import { type Metered, PROMETHEUS_PROGRAMS, startMetered } from '../../helpers/prometheus.ts'
import { type Cli, type CliResult, expectExit, makeCli } from '../helpers/cli.ts'

const CHECK_SCHEMA = join(import.meta.dirname, '../../../schema/check.schema.json')

const TRIGGERS: object[] = [
  { id: 'errors', signal: 'error_rate', above: '10%', for: '3s', severity: 'critical' },
  { id: 'uneasy', signal: 'error_rate', above: '2%', severity: 'medium', note: 'look at the logs' },
]

describeWith(PROMETHEUS_PROGRAMS, 'a verdict from a real Prometheus', () => {
  let metered: Metered
  let cli: Cli

  beforeAll(async () => {
    metered = await startMetered()
    cli = await makeCli()
    await write({})
  }, 60_000)

  afterAll(async () => {
    await metered.stop()
    await cli.stop()
  })

  function signals() {
    return {
      error_rate: {
        prometheus: {
          url: metered.url,
          query: '(sum(rate(errors_total[${window}])) or vector(0)) / sum(rate(requests_total[${window}]))',
        },
        window: '2s',
        every: '500ms',
        unit: 'ratio',
      },
    }
  }

  async function write(more: object, triggers = TRIGGERS, release = {}): Promise<void> {
    const runbook = {
      version: 1,
      service: 'shop',
      release,
      signals: { ...signals(), ...more },
      triggers,
      procedures: { none: { steps: [{ id: 'a', uses: 'command.run', with: { argv: ['true'] } }] } },
    }
    await writeFile(join(cli.folder, 'rollback.yaml'), stringify(runbook))
  }

  async function until(exit: number): Promise<CliResult> {
    const end = Date.now() + 40_000
    for (;;) {
      const checked = await cli.run(['check', '--json'])
      if (checked.exitCode === exit || Date.now() > end) return checked
    }
  }

  /** The same verdict, and what it came from: for people, and as a document that keeps to its schema. */
  async function explained(): Promise<void> {
    const told = await cli.run(['check', '--explain'])
    expectExit(told, 10)
    expect(told.stdout).toContain('= rollback: critical rolls back as soon as it holds')
    expect(told.stdout).toContain(`url         ${metered.url}`)
    expect(told.stdout).toMatch(/samples {5}\d+, from \S+ to \S+ \(/)
    expect(told.stdout).toMatch(/^ +10% │.*─$/m)
    expect(told.stdout).toMatch(/│ *█+$/m)
    const { explanation, ...rest } = (await cli.run(['check', '--explain', '--json'])).json()
    expect(explanation.signals[0].measured.numbers.last).toBeGreaterThan(0.1)
    const schema = JSON.parse(await readFile(CHECK_SCHEMA, 'utf8')) as object
    const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(schema)
    validate({ explanation, ...rest })
    expect(validate.errors ?? []).toEqual([])
  }

  test('healthy, uneasy, on fire and well again: each is said, with what was measured and since when', async () => {
    expectExit(await until(0), 0)
    metered.load(50, 0.05)
    const uneasy = await until(11)
    expectExit(uneasy, 11)
    expect(uneasy.json()).toMatchObject({
      verdict: 'investigate',
      triggers: [
        { id: 'errors', judged: 'fails' },
        { id: 'uneasy', judged: 'holds', note: 'look at the logs' },
      ],
    })
    metered.load(50, 0.4)
    const burning = await until(10)
    expectExit(burning, 10)
    const [errors] = burning.json()['triggers']
    expect(errors).toMatchObject({ id: 'errors', judged: 'holds', verdict: 'rollback' })
    expect(errors.words).toMatch(/^is [\d.]+%, above 10%, for 3 s of 3 s$/)
    expect(errors.since).toBeLessThan(Date.now() - 3000)
    await explained()
    metered.load(50, 0)
    expectExit(await until(0), 0)
  }, 180_000)

  test('no requests are no data, and no data is unknown', async () => {
    metered.load(0, 0)
    const checked = await until(12)
    expectExit(checked, 12)
    // At first what there was ends, then there is nothing but 0 / 0.
    expect(checked.json()['triggers'][0].words).toMatch(/no data/)
    metered.load(10, 0)
  }, 60_000)

  test('a query that Prometheus refuses, and one with several series, are said in its words', async () => {
    const source = (query: string): object => ({
      error_rate: { prometheus: { url: metered.url, query }, unit: 'ratio' },
    })
    await write(source('sum('))
    const refused = await cli.run(['check'])
    expectExit(refused, 12)
    expect(refused.stdout).toContain('it refuses the query')
    await write(source('{__name__=~"requests_total|errors_total"}'))
    const several = await cli.run(['check'])
    expectExit(several, 12)
    expect(several.stdout.replaceAll(/\s+/g, ' ')).toContain('the query gives 2 series')
    await write({})
  })

  test('one of several series is enough where the runbook says any: said is which', async () => {
    const region = (name: string, share: number): string =>
      `label_replace(vector(${share}), "region", "${name}", "", "")`
    const query = `${region('eu', 0.02)} or ${region('us', 0.4)}`
    const judged = (series: string): object => ({
      error_rate: { prometheus: { url: metered.url, query, series }, every: '500ms', unit: 'ratio' },
    })
    await write(judged('any'))
    const some = await cli.run(['check'])
    expectExit(some, 10)
    expect(some.stdout.replaceAll(/\s+/g, ' ')).toContain(
      '{region="us"} is 40%, above 10%, for 3 s of 3 s (1 of 2 series)',
    )
    await write(judged('all'))
    expectExit(await cli.run(['check']), 0)
    await write({})
  })

  test('a budget of errors that burns: over both windows, and no longer once it has ended, while the long one still shows it', async () => {
    const burn_rate = { objective: '99%', above: 5, long: '20s', short: '2s' }
    await write({}, [{ id: 'budget', signal: 'error_rate', burn_rate, severity: 'critical' }])
    metered.load(50, 0.4)
    const burning = await until(10)
    expectExit(burning, 10)
    expect(burning.json()['triggers'][0].words).toMatch(
      /^over 20 s: is [\d.]+%, above 5%; over 2 s: is [\d.]+%, above 5%$/,
    )
    metered.load(50, 0)
    const ended = await until(0)
    expectExit(ended, 0)
    expect(ended.json()['triggers'][0].words).toMatch(
      /^over 20 s: is [\d.]+%, above 5%; over 2 s: is [\d.]+%, not above 5%$/,
    )
    await write({})
  }, 60_000)

  test('worse than it was before the deployment', async () => {
    metered.load(50, 0.05)
    await write({}, [{ id: 'steady', signal: 'error_rate', above: '4.9%', for: '3s', severity: 'medium' }])
    expectExit(await until(11), 11)
    const at = Math.floor(Date.now() / 1000)
    const say = (value: string): object => ({ command: { argv: ['echo', value], stdout: 'text' } })
    const { error_rate } = signals()
    await write(
      {
        live: say('7e12345'),
        deployed_at: say(String(at)),
        error_rate: { ...error_rate, baseline: { before_deployment: '2s', floor: '1%' } },
      },
      [{ id: 'worse', signal: 'error_rate', above: { times: 3, of: 'baseline' }, severity: 'critical' }],
      { live: { signal: 'live', deployed: 'deployed_at' } },
    )
    expectExit(await until(0), 0)
    metered.load(50, 0.4)
    const worse = await until(10)
    expectExit(worse, 10)
    const { triggers, deployment } = worse.json()
    expect(triggers[0].words).toMatch(/^is [\d.]+%, above 3 × baseline \([\d.]+%\)$/)
    expect(deployment).toEqual({ at: at * 1000, version: '7e12345', how: 'deployed' })
    expect(triggers[0]).toMatchObject({ began: true })
    expect(triggers[0].since).toBeGreaterThan(at * 1000)
    const text = await cli.run(['check'])
    expect(text.stdout.replaceAll(/\s+/g, ' ')).toMatch(/7e12345 was deployed at \S+Z, [\d.ms ]+ before/)
    await write({})
  }, 60_000)

  test('a target that is gone is no longer measured: unknown, not well', async () => {
    metered.goDown()
    const checked = await until(12)
    expectExit(checked, 12)
    expect(checked.json()['triggers'][0]).toMatchObject({ judged: 'unknown' })
  }, 60_000)
})
