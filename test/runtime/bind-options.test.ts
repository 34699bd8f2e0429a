import { expect, test } from 'vitest'
import { z } from 'zod'

import type { JsonObject } from '../../src/core/json.ts'
import { shellWord } from '../../src/core/shell.ts'
import { type BindingGround, bindForShow, bindOptions } from '../../src/runtime/bind-options.ts'
import type { Secrets } from '../../src/runtime/secrets.ts'

const schema = z.record(z.string(), z.string())

function ground(own: Partial<BindingGround> = {}): BindingGround {
  return {
    id: '20260101-000000-aaaa',
    stamp: '20260101-000000',
    service: 'api',
    environment: 'production',
    procedure: 'retag',
    target: { given: 'abc1234', sha: 'abc1234' },
    secrets: { token: { env: 'TOKEN' } },
    ...own,
  }
}

function secretsThat(asked: string[]): Secrets {
  return {
    value: async (name) => {
      asked.push(name)
      return `value of ${name}`
    },
  }
}

async function bound(options: JsonObject, own?: Partial<BindingGround>) {
  const asked: string[] = []
  return { options: await bindOptions(ground(own), secretsThat(asked), schema, options), asked }
}

test('target, run and secrets are put in, and escapes become what they stand for', async () => {
  const { options } = await bound({ a: '${target.sha} ${run.stamp} ${secrets.token} $${x}' })
  expect(options).toEqual({ a: 'abc1234 20260101-000000 value of token ${x}' })
})

test('only the secrets that are used are fetched', async () => {
  const { asked } = await bound({ a: '${secrets.token}', b: '${secrets.token}', c: '$${secrets.other}' })
  expect(asked).toEqual(['token'])
})

test('a version that is named like a secret stays a name', async () => {
  const { options, asked } = await bound(
    { a: '${target}', b: '${secrets.token}' },
    { target: { given: '${secrets.token}' } },
  )
  expect(options).toEqual({ a: '${secrets.token}', b: 'value of token' })
  expect(asked).toEqual(['token'])
})

test('a secret that looks like a reference stays as it is', async () => {
  const secrets: Secrets = { value: async () => '${target.sha} $& $${x}' }
  expect(await bindOptions(ground(), secrets, schema, { a: '${secrets.token}' })).toEqual({
    a: '${target.sha} $& $${x}',
  })
})

test('what is printed for people shows where the secret comes from, and never has it', () => {
  const { a = '' } = bindForShow(ground(), schema, { a: 'Bearer ${secrets.token}' })
  expect(shellWord(a)).toBe('"Bearer $TOKEN"')
})

test('options that no longer fit refuse, and say which', async () => {
  const strict = z.strictObject({ port: z.string().regex(/^\d+$/) })
  await expect(
    bindOptions(ground(), secretsThat([]), strict, { port: '${target.sha}' }),
  ).rejects.toMatchObject({
    code: 'options-invalid',
    exit: 20,
    found: expect.stringContaining('port') as string,
  })
})

test('the value of a secret is not in the refusal', async () => {
  const strict = z.strictObject({ token: z.enum(['a']) })
  const error: unknown = await bindOptions(ground(), secretsThat([]), strict, {
    token: '${secrets.token}',
  }).catch((thrown: unknown) => thrown)
  expect(JSON.stringify(error)).not.toContain('value of token')
})
