import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { Ajv, type ValidateFunction } from 'ajv'
import { beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'

import { runbookJsonSchema } from '../../scripts/generate/runbook-schema.ts'
import { fixturePlatforms } from './fixture-platforms.ts'
import { runbookText } from './load-fixture.ts'

const ROOT = join(import.meta.dirname, '../..')

/** The keywords of zod's unions of kinds (`type: [string, number]`) and of its tuples are fine for editors. */
function compile(schema: object): ValidateFunction {
  return new Ajv({ allErrors: true, allowUnionTypes: true, strictTuples: false }).compile(schema)
}

describe('the published schema', async () => {
  const schema = JSON.parse(await readFile(join(ROOT, 'schema/runbook.schema.json'), 'utf8')) as object
  const folder = join(ROOT, 'runbooks')

  test.each((await readdir(folder)).filter((name) => name.endsWith('.yaml')))('accepts %s', async (name) => {
    const validate = compile(schema)
    validate(parse(await readFile(join(folder, name), 'utf8')))
    expect(validate.errors ?? []).toEqual([])
  })
})

describe('a schema made from platforms', () => {
  let validate: ValidateFunction
  const signal = (options: string): string =>
    runbookText({ head: `signals: { s: { http: { url: https://x.test }, ${options} } }` })
  const hook = (options: string): string =>
    runbookText({
      step: `        uses: render.deploy-hook\n        with: { url: https://x.test, ${options} }`,
    })

  beforeAll(async () => {
    validate = compile(await runbookJsonSchema(fixturePlatforms))
  })

  test.each([
    ['a runbook', runbookText()],
    ['a reference in place of a number', hook("port: '${vars.port}'")],
    ['a reference in place of a duration', hook("timeout: '${vars.patience}'")],
    ['a signal', signal('every: 5s, unit: ms')],
  ])('accepts %s', (_, text) => {
    validate(parse(text))
    expect(validate.errors ?? []).toEqual([])
  })

  test.each([
    ['an unknown key', runbookText({ head: 'deadlin: 5m' })],
    ['an unknown action', runbookText({ step: '        uses: slack.shout' })],
    ['an unknown option', runbookText({ with: '{ channel: x, chanel: y }' })],
    ['a missing option', runbookText({ with: '{ mention: x }' })],
    ['missing options', runbookText({ step: '        uses: slack.post' })],
    ['a wrong kind of option', runbookText({ with: '{ channel: 7 }' })],
    ['text in place of a number', hook('port: eighty')],
    ['a duration without a unit', hook("timeout: '5'")],
    [
      'a reference as an id',
      runbookText({ tail: "      - { id: '${vars.x}', uses: slack.post, with: { channel: x } }" }),
    ],
    ['a signal with two sources', signal('htp: {}')],
    ['a signal without a source', runbookText({ head: 'signals: { s: { every: 5s } }' })],
    ['a secret in two places', runbookText({ head: 'secrets: { s: { env: A, file: b } }' })],
    ['something of a later version', runbookText({ head: 'notify: []' })],
  ])('refuses %s', (_, text) => {
    expect(validate(parse(text))).toBe(false)
  })
})
