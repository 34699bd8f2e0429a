import { expect, test } from 'vitest'

import { openDoors } from '../../src/io/doors.ts'
import { credentialsIn } from '../../src/io/sent-credentials.ts'

test.each<[string, Record<string, string>, string[]]>([
  ['a token', { authorization: 'Bearer kube-t0ken' }, ['kube-t0ken']],
  [
    'a login, and its password alone',
    { Authorization: `Basic ${Buffer.from('ana:pa:ss').toString('base64')}` },
    ['YW5hOnBhOnNz', 'pa:ss'],
  ],
  ['a key', { 'x-api-key': 'abcd1234', 'PRIVATE-TOKEN': 'glpat-1' }, ['abcd1234', 'glpat-1']],
  ['a scheme of its own', { authorization: 'just-a-token' }, ['just-a-token']],
  ['nothing', { accept: 'application/json', 'user-agent': 'x' }, []],
])('%s', (_, headers, found) => {
  expect(credentialsIn({ headers })).toEqual(found)
})

test('the key of a client certificate', () => {
  expect(credentialsIn({ tls: { key: 'PEM' } })).toEqual(['PEM'])
})

test('a door tells of what it sends before it does, also when nobody answers', async () => {
  const told: string[] = []
  const { read, close } = openDoors({ conceal: (credential) => told.push(credential) })
  const request = {
    method: 'GET',
    url: 'http://127.0.0.1:1/',
    headers: { authorization: 'Bearer s3cret-token' },
  }
  await expect(read.http(request)).rejects.toThrow('refused')
  await expect(read.stream(request, AbortSignal.timeout(1000))).rejects.toThrow('refused')
  expect(told).toEqual(['s3cret-token', 's3cret-token'])
  await close()
})
