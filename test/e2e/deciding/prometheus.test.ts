import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { Ajv } from 'ajv'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'

import { describeWith } from '../../helpers/need.ts'
import { type Metered, PROMETHEUS_PROGRAMS, startMetered } from '../../helpers/prometheus.ts'
import { type Cli, type CliResult, expectExit, makeCli } from '../helpers/cli.ts'

const CHECK_SCHEMA = join(import.meta.dirname, '../../../schema/check.schema.json')

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

  async function write(more: object): Promise<void> {
    const runbook = {
      version: 1,
      service: 'shop',
      signals: {
        error_rate: {
          prometheus: {
            url: metered.url,
            query: '(sum(rate(errors_total[${window}])) or vector(0)) / sum(rate(requests_total[${window}]))',
          },
          window: '2s',
          every: '500ms',
          unit: 'ratio',
        },
        ...more,
      },
      triggers: [
        { id: 'errors', signal: 'error_rate', above: '10%', for: '3s', severity: 'critical' },
        { id: 'uneasy', signal: 'error_rate', above: '2%', severity: 'medium', note: 'look at the logs' },
      ],
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

  test('a target that is gone is no longer measured: unknown, not well', async () => {
    metered.goDown()
    const checked = await until(12)
    expectExit(checked, 12)
    expect(checked.json()['triggers'][0]).toMatchObject({ judged: 'unknown' })
  }, 60_000)
})
