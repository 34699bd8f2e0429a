import { expect, onTestFinished, test, vi } from 'vitest'

import type { ReadDoor } from '../../../src/core/doors.ts'
import { openDoors } from '../../../src/io/doors.ts'
import { execAuthenticator } from '../../../src/platforms/kubernetes/exec-plugin.ts'

const doors = openDoors()

interface Given {
  script?: string
  exec?: object
  read?: ReadDoor
  timeout?: number
}

/** Asks a plugin that is a shell script, as often as wanted. */
function plugin({ script = '', exec = {}, read = doors.read, timeout }: Given) {
  const authenticator = execAuthenticator(read, timeout)
  const user = { name: 'u', exec: { command: 'sh', args: ['-c', script], ...exec } }
  return async () => {
    const options = { headers: {} }
    await authenticator.applyAuthentication(user, options)
    return options
  }
}

test('gives a token, or a certificate with its key', async () => {
  expect(await plugin({ script: `echo '{"status":{"token":"t"}}'` })()).toEqual({
    headers: { authorization: 'Bearer t' },
  })
  const certificate = { clientCertificateData: 'CERT', clientKeyData: 'KEY' }
  expect(await plugin({ script: `echo '${JSON.stringify({ status: certificate })}'` })()).toEqual({
    headers: {},
    cert: 'CERT',
    key: 'KEY',
  })
})

test('is found as an auth provider, too', async () => {
  const exec = { command: 'echo', args: ['{"status":{"token":"t"}}'] }
  const options = {}
  const user = { name: 'u', authProvider: { name: 'exec', config: { exec } } }
  await execAuthenticator(doors.read).applyAuthentication(user, options)
  expect(options).toEqual({ headers: { authorization: 'Bearer t' } })
})

test('is asked again when its token has expired, and not before', async () => {
  let now = Date.UTC(2026, 0, 1)
  let runs = 0
  const look: ReadDoor['look'] = (command) => {
    runs++
    return doors.read.look(command)
  }
  const status = { token: 't', expirationTimestamp: '2026-01-01T00:10:00Z' }
  const ask = plugin({
    script: `echo '${JSON.stringify({ status })}'`,
    read: { ...doors.read, look, now: () => now },
  })
  await ask()
  await ask()
  expect(runs).toBe(1)
  now += 10 * 60_000
  await ask()
  expect(runs).toBe(2)
})

test('gets its own variables and those of the clouds, and no other secret of ours', async () => {
  vi.stubEnv('AWS_PROFILE', 'prod')
  vi.stubEnv('DEPLOY_HOOK', 'hunter22')
  onTestFinished(() => void vi.unstubAllEnvs())
  const script = 'echo "{\\"status\\":{\\"token\\":\\"$AWS_PROFILE/$ROLE/$DEPLOY_HOOK\\"}}"'
  const ask = plugin({ script, exec: { env: [{ name: 'ROLE', value: 'reader' }] } })
  expect((await ask()).headers).toEqual({ authorization: 'Bearer prod/reader/' })
})

test.each<[string, Given, { message?: unknown; found?: unknown; cure: unknown }]>([
  [
    'waits for a login',
    { script: 'echo Open the browser to log in >&2; sleep 60', timeout: 200 },
    {
      message: 'sh: timed out after 200 ms',
      found: 'Open the browser to log in',
      cure: expect.stringContaining('log in first'),
    },
  ],
  [
    'fails',
    { script: 'echo expired >&2; exit 3' },
    { message: 'sh: exit code 3', found: 'expired', cure: expect.stringContaining('AWS_*') },
  ],
  [
    'is not there',
    { exec: { command: '/opt/no-such-plugin' } },
    { message: 'no-such-plugin: not found', cure: expect.stringContaining('Install no-such-plugin') },
  ],
  [
    'is not there, and the kubeconfig knows what to do',
    { exec: { command: 'no-such-plugin', installHint: 'Run: brew install it' } },
    { cure: 'Run: brew install it' },
  ],
  [
    'is no command at all',
    { exec: { command: '' } },
    { found: expect.stringContaining('command'), cure: expect.stringContaining('kubectl config view') },
  ],
])('says what to do about one that %s', async (_what, given, expected) => {
  await expect(plugin(given)()).rejects.toMatchObject(expected)
})

test('never shows what it printed: that may be the token', async () => {
  const error: unknown = await plugin({ script: 'echo token: hunter22' })().catch((reason: unknown) => reason)
  expect(error).toMatchObject({ message: 'sh gave an answer that is no ExecCredential' })
  expect(JSON.stringify(error) + String(error)).not.toContain('hunter22')
})
