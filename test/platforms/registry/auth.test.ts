import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'

import type { Seen } from '../../../src/core/contract.ts'
import { secretMarker } from '../../../src/core/shell.ts'
import { openDoors } from '../../../src/io/doors.ts'
import { createAuth, parseChallenge } from '../../../src/platforms/registry/auth.ts'
import { retag } from '../../../src/platforms/registry/retag.ts'
import { tempFolder } from '../../helpers/folder.ts'
import { pushImage, skopeoDigest } from '../../helpers/images.ts'
import { describeWith } from '../../helpers/need.ts'
import { REGISTRY_PROGRAMS, startRegistry, type TestRegistry } from '../../helpers/registry.ts'

const TARGET = { release: { given: '1111111' } }

const doors = openDoors()
afterAll(() => doors.close())

let home: Awaited<ReturnType<typeof tempFolder>>
beforeEach(async () => {
  home = await tempFolder('home')
  for (const name of ['REGISTRY_AUTH_FILE', 'XDG_RUNTIME_DIR', 'XDG_CONFIG_HOME', 'DOCKER_CONFIG'])
    vi.stubEnv(name, undefined)
  vi.stubEnv('HOME', home.path)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await home.stop()
})

async function write(path: string, content: object | string): Promise<string> {
  const full = join(home.path, path)
  await mkdir(join(full, '..'), { recursive: true })
  await writeFile(full, typeof content === 'string' ? content : JSON.stringify(content))
  return full
}

async function see(registry: TestRegistry, more: object = {}): Promise<Seen<unknown>> {
  const options = retag.options.parse({ repository: `${registry.host}/acme/api`, tag: 'prod', ...more })
  const [reading] = await retag.surfaces(options, doors.read)
  return reading?.seen ?? { status: 'absent' }
}

function base64({ username, password }: { username: string; password: string }): string {
  return Buffer.from(`${username}:${password}`).toString('base64')
}

/** A helper as docker has them; it answers only when it is asked for the right host. */
async function helper(name: string, host: string, answer: string, exitCode = 0): Promise<void> {
  const program = await write(
    `bin/docker-credential-${name}`,
    `#!/bin/sh\nread -r host\n[ "$1 $host" = "get ${host}" ] || { echo "asked for $1 $host"; exit 3; }\necho '${answer}'\nexit ${exitCode}\n`,
  )
  await chmod(program, 0o755)
  vi.stubEnv('PATH', `${join(home.path, 'bin')}:${process.env['PATH']}`)
}

describeWith(REGISTRY_PROGRAMS, 'logging in to a registry', () => {
  let basic: TestRegistry
  let token: TestRegistry
  beforeAll(async () => {
    ;[basic, token] = await Promise.all([
      startRegistry({ auth: 'htpasswd' }),
      startRegistry({ auth: 'token' }),
    ])
    await pushImage(basic, 'acme/api', 'prod')
    await pushImage(token, 'acme/api', 'prod')
  })
  afterAll(async () => {
    await basic.stop()
    await token.stop()
  })

  const writer = () => token.credentials ?? { username: '', password: '' }

  describe('with what docker or podman stored', () => {
    test.each(['htpasswd', 'token'])('a password: %s', async (kind) => {
      const registry = kind === 'token' ? token : basic
      await write('.docker/config.json', { auths: { [registry.host]: { auth: base64(writer()) } } })
      expect(await see(registry)).toMatchObject({ status: 'present' })
    })

    test('$DOCKER_CONFIG, and a key with a scheme', async () => {
      await write('elsewhere/config.json', {
        auths: { [`https://${basic.host}/v2/`]: { auth: base64(writer()) } },
      })
      vi.stubEnv('DOCKER_CONFIG', join(home.path, 'elsewhere'))
      expect(await see(basic)).toMatchObject({ status: 'present' })
    })

    test('an identity token', async () => {
      await write('.docker/config.json', {
        auths: {
          [token.host]: {
            auth: base64({ username: 'x', password: 'y' }),
            identitytoken: token.identityToken,
          },
        },
      })
      expect(await see(token)).toMatchObject({ status: 'present' })
    })

    test('podman: the longest path that fits wins', async () => {
      const wrong = { auth: base64({ username: 'robot', password: 'wrong' }) }
      await write('.config/containers/auth.json', {
        auths: {
          [basic.host]: wrong,
          [`${basic.host}/acme`]: { auth: base64(writer()) },
          [`${basic.host}/other`]: wrong,
        },
      })
      expect(await see(basic)).toMatchObject({ status: 'present' })
    })

    test('podman: the file that a variable names', async () => {
      const path = await write('auth.json', { auths: { [basic.host]: { auth: base64(writer()) } } })
      vi.stubEnv('REGISTRY_AUTH_FILE', path)
      expect(await see(basic)).toMatchObject({ status: 'present' })
    })

    test('a helper for this host, before the store for all', async () => {
      const { username, password } = writer()
      await helper('mine', basic.host, JSON.stringify({ Username: username, Secret: password }))
      await write('.docker/config.json', { credHelpers: { [basic.host]: 'mine' }, credsStore: 'absent' })
      expect(await see(basic)).toMatchObject({ status: 'present' })
    })

    test('a store that gives an identity token', async () => {
      await helper('store', token.host, JSON.stringify({ Username: '<token>', Secret: token.identityToken }))
      await write('.docker/config.json', { credsStore: 'store' })
      expect(await see(token)).toMatchObject({ status: 'present' })
    })

    test('a store that knows nobody leaves the rest to the file', async () => {
      await helper('store', basic.host, 'credentials not found in native keychain', 1)
      await write('.docker/config.json', {
        credsStore: 'store',
        auths: { [basic.host]: { auth: base64(writer()) } },
      })
      expect(await see(basic)).toMatchObject({ status: 'present' })
    })
  })

  describe('that does not work is told apart', () => {
    test('nobody is logged in', async () => {
      for (const registry of [basic, token])
        expect(await see(registry)).toMatchObject({
          status: 'denied',
          why: expect.stringContaining('needs a login'),
          cure: expect.stringContaining(`docker login ${registry.host}`),
        })
    })

    test('the password is wrong', async () => {
      const credentials = { username: 'robot', password: 'hunter22' }
      for (const registry of [basic, token]) {
        const seen = await see(registry, { credentials })
        expect(seen).toMatchObject({ status: 'denied', why: expect.stringContaining('may not read') })
        expect(JSON.stringify(seen)).not.toContain('hunter22')
      }
    })

    test('a helper that is not installed, or broken', async () => {
      await write('.docker/config.json', { credHelpers: { [basic.host]: 'absent' } })
      expect(await see(basic)).toMatchObject({
        status: 'unknown',
        why: expect.stringMatching(/docker-credential-absent could not say.*not found/),
      })
      await helper('broken', basic.host, '{"Username":"robot","Secre":"hunter22"}')
      await write('other/config.json', { credHelpers: { [basic.host]: 'broken' } })
      vi.stubEnv('DOCKER_CONFIG', join(home.path, 'other'))
      const seen = await see(basic)
      expect(seen).toMatchObject({ status: 'unknown', why: expect.stringContaining('makes no sense') })
      expect(JSON.stringify(seen)).not.toContain('hunter22')
    })

    test('a file that is broken', async () => {
      await write('.docker/config.json', `{"auths":{"${basic.host}":{"auth":"hunter22`)
      const seen = await see(basic)
      expect(seen).toMatchObject({
        status: 'unknown',
        why: expect.stringContaining('config.json is not what'),
      })
      expect(JSON.stringify(seen)).not.toContain('hunter22')
    })
  })

  describe('for writing', () => {
    const options = (credentials: object | undefined) =>
      retag.options.parse({
        repository: `${token.host}/acme/api`,
        tag: 'prod',
        to: 'good',
        ...(credentials === undefined ? {} : { credentials }),
      })

    beforeEach(async () => {
      await pushImage(token, 'acme/api', 'prod', { commit: 'bad' })
      await pushImage(token, 'acme/api', 'good', { commit: 'good' })
      token.proxy.forgetRequests()
    })

    test('planning knows whether we may, and has written nothing', async () => {
      const asWriter = options(token.credentials)
      const [reading] = await retag.surfaces(asWriter, doors.read)
      if (reading === undefined) throw new Error('no surface')
      const resolution = await retag.resolve(asWriter, reading, TARGET, doors.read)
      expect(resolution).toMatchObject({
        kind: 'change',
        checks: expect.arrayContaining([
          expect.objectContaining({ what: 'write permission', how: 'server' }),
        ]),
      })
      expect(token.writes()).toEqual([])

      const asReader = options(token.readOnly)
      const [read] = await retag.surfaces(asReader, doors.read)
      if (read === undefined) throw new Error('no surface')
      expect(await retag.resolve(asReader, read, TARGET, doors.read)).toMatchObject({
        kind: 'denied',
        why: expect.stringContaining('may not write'),
      })
    })

    test('the tag moves', async () => {
      const asWriter = options(token.credentials)
      const [reading] = await retag.surfaces(asWriter, doors.read)
      if (reading?.seen.status !== 'present') throw new Error('not present')
      const resolution = await retag.resolve(asWriter, reading, TARGET, doors.read)
      if (resolution.kind !== 'change') throw new Error('no change')
      const change = { ...resolution, surface: reading.surface, from: reading.seen.state, fromLabel: '' }
      await retag.apply(asWriter, { ...change, onUndo: 'restore' }, doors.write)
      expect(await skopeoDigest(token, 'acme/api', 'prod')).toBe(
        await skopeoDigest(token, 'acme/api', 'good'),
      )
      // With a token for reading the write would have been turned away first.
      expect(token.writes().map(({ status }) => status)).toEqual([201])
    })

    test('who may only read is told so, and nothing has happened', async () => {
      const asReader = options(token.readOnly)
      const [reading] = await retag.surfaces(asReader, doors.read)
      if (reading?.seen.status !== 'present') throw new Error('not present')
      const state = reading.seen.state
      const digest = await skopeoDigest(token, 'acme/api', 'good')
      const change = {
        surface: reading.surface,
        from: state,
        to: { ...state, digest },
        fromLabel: '',
        toLabel: '',
      }
      await expect(
        retag.apply(asReader, { ...change, onUndo: 'restore' }, doors.write),
      ).rejects.toMatchObject({ applied: 'no', retryable: false, code: 'registry-denied' })
    })
  })
})

describe('the printed command', () => {
  test('holds the password as a variable', () => {
    const options = retag.options.parse({
      repository: 'ghcr.io/acme/api',
      tag: 'prod',
      credentials: { username: 'robot', password: secretMarker('$TOKEN') },
    })
    const state = { digest: `sha256:${'a'.repeat(64)}`, mediaType: 'x/y', size: 1 }
    const surface = { id: 'ghcr.io/acme/api:prod', kind: 'version', type: 'image tag' } as const
    const [line] = retag.manual(options, {
      surface,
      from: null,
      to: state,
      fromLabel: '',
      toLabel: '',
      onUndo: 'keep',
    })
    expect(line).toContain('--dest-creds "robot:$TOKEN"')
    expect(line).not.toContain('tls-verify')
  })
})

describe('how a registry asks for a login', () => {
  test.each([
    [
      'Bearer realm="https://h/t",service="s",scope="a,b"',
      { scheme: 'bearer', realm: 'https://h/t', service: 's' },
    ],
    ['bearer service=s, realm="https://h/t"', { scheme: 'bearer', realm: 'https://h/t', service: 's' }],
    ['Basic realm="x", Bearer realm="https://h/t"', { scheme: 'bearer', realm: 'https://h/t' }],
    ['Basic realm="https://h"', { scheme: 'basic' }],
    ['Negotiate', undefined],
    ['', undefined],
  ])('%s', (header, challenge) => {
    const parsed = parseChallenge(header)
    expect(parsed === undefined ? undefined : JSON.parse(JSON.stringify(parsed))).toEqual(challenge)
  })
})

describe('where the password goes', () => {
  test.each(['http://ghcr.io/token', 'ftp://x/', 'nonsense'])('never to %s', async (realm) => {
    const asked: unknown[] = []
    const read = {
      ...doors.read,
      http: (request: unknown) => Promise.reject(new Error(String(asked.push(request)))),
    }
    const repository = { host: 'ghcr.io', name: 'a/b', display: 'ghcr.io/a/b' }
    const auth = createAuth(repository, { credentials: { username: 'u', password: 'p' } })
    const headers = { 'www-authenticate': `Bearer realm="${realm}"` }
    const response = { status: 401, headers, body: new Uint8Array(), took: 0 }
    await expect(auth.challenged(response, 'pull', undefined, read)).rejects.toMatchObject({
      code: 'registry-realm',
    })
    expect(asked).toEqual([])
  })
})
