import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { openCluster } from '../../../src/platforms/kubernetes/cluster.ts'
import { deployment } from '../../../src/platforms/kubernetes/deployment.ts'
import { type ClusterOptions, clusterOptions } from '../../../src/platforms/kubernetes/options.ts'
import { tempFolder } from '../../helpers/folder.ts'
import { testDoor } from './doors.ts'

let folder: Awaited<ReturnType<typeof tempFolder>>
beforeAll(async () => {
  folder = await tempFolder('kubeconfig')
})
afterAll(() => folder.stop())

const at = (name: string): string => join(folder.path, name)

interface Parts {
  server?: string
  cluster?: object
  user?: object
  namespace?: string
  context?: string
}

async function kubeconfig(name: string, parts: Parts): Promise<string> {
  const {
    server = 'https://k8s.example.com:6443/',
    context = 'prod',
    namespace,
    user = {},
    cluster = {},
  } = parts
  const config = {
    clusters: [{ name: 'c', cluster: { server, ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: context, context: { cluster: 'c', user: 'u', namespace } }],
    'current-context': context,
  }
  await writeFile(at(name), JSON.stringify(config))
  return at(name)
}

function open(options: Partial<ClusterOptions>, variables: Record<string, string> = {}) {
  return openCluster(clusterOptions.parse(options), testDoor(variables))
}

test('takes the context, its namespace and its token', async () => {
  const path = await kubeconfig('token', { namespace: 'shop', user: { token: 't0k3n' } })
  const cluster = await open({ kubeconfig: path })
  expect(cluster).toMatchObject({ id: 'k8s.example.com:6443', namespace: 'shop' })
  expect((await cluster.credentials.identity()).headers).toEqual({ authorization: 'Bearer t0k3n' })
  expect((await open({ kubeconfig: path, namespace: 'other', cluster: 'prod-eu' })).id).toBe('prod-eu')
})

test('tells clusters behind one host apart', async () => {
  const path = await kubeconfig('rancher', { server: 'https://rancher.example.com/k8s/clusters/c-1' })
  expect((await open({ kubeconfig: path })).id).toBe('rancher.example.com/k8s/clusters/c-1')
})

test('merges the files of KUBECONFIG: the first that names something wins', async () => {
  const first = await kubeconfig('first', { context: 'one', server: 'https://one.example.com' })
  const second = await kubeconfig('second', { context: 'two', server: 'https://two.example.com' })
  const variables = { KUBECONFIG: `${at('absent')}:${first}:${second}` }
  expect((await open({}, variables)).id).toBe('one.example.com')
  expect((await open({ context: 'two' }, variables)).id).toBe('one.example.com')
})

test('reads certificates and tokens from files next to it', async () => {
  await Promise.all([
    writeFile(at('ca.pem'), 'CA'),
    writeFile(at('cert.pem'), 'CERT'),
    writeFile(at('token'), 'from-file\n'),
  ])
  const path = await kubeconfig('files', {
    cluster: { 'certificate-authority': 'ca.pem', 'tls-server-name': 'kubernetes' },
    user: {
      'client-certificate': 'cert.pem',
      'client-key-data': Buffer.from('KEY').toString('base64'),
      tokenFile: 'token',
      as: 'deployer',
    },
  })
  const { credentials } = await open({ kubeconfig: path })
  expect(await credentials.identity()).toEqual({
    headers: { authorization: 'Bearer from-file', 'impersonate-user': 'deployer' },
    tls: { ca: 'CA', cert: 'CERT', key: 'KEY', servername: 'kubernetes', skipVerify: undefined },
  })
})

test('asks an exec plugin once for many requests, and again after a refusal', async () => {
  await writeFile(
    at('plugin'),
    `#!/bin/sh
echo run >> "${at('runs')}"
runs=$(wc -l < "${at('runs')}" | tr -d ' ')
test -n "$KUBERNETES_EXEC_INFO" || exit 1
echo '{"status":{"token":"plugin-'$runs'"}}'
`,
  )
  await chmod(at('plugin'), 0o755)
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: './plugin' }
  const { credentials } = await open({ kubeconfig: await kubeconfig('exec', { user: { exec } }) })
  const identities = await Promise.all([credentials.identity(), credentials.identity()])
  identities.push(await credentials.identity())
  expect(identities.map(({ headers }) => headers['authorization'])).toEqual(Array(3).fill('Bearer plugin-1'))
  expect(credentials.renew()).toBe(true)
  expect((await credentials.identity()).headers['authorization']).toBe('Bearer plugin-2')
})

test.for<[string, () => Promise<Partial<ClusterOptions>>, Record<string, string>, string]>([
  ['no kubeconfig', async () => ({}), { HOME: '/nowhere' }, 'There is no kubeconfig'],
  ['not there', async () => ({ kubeconfig: at('absent') }), {}, 'the kubeconfig does not exist'],
  [
    'no such context',
    async () => ({ kubeconfig: await kubeconfig('context', {}), context: 'staging' }),
    {},
    'there is no context "staging"',
  ],
  [
    'a proxy',
    async () => ({
      kubeconfig: await kubeconfig('proxy', { cluster: { 'proxy-url': 'http://me:pw@proxy' } }),
    }),
    {},
    'through a proxy',
  ],
  [
    'an unknown provider',
    async () => ({
      kubeconfig: await kubeconfig('provider', { user: { 'auth-provider': { name: 'odd' } } }),
    }),
    {},
    'unknown auth provider: odd',
  ],
  [
    'a plugin that fails',
    async () => ({
      kubeconfig: await kubeconfig('failing', {
        user: { exec: { command: 'sh', args: ['-c', 'echo no login >&2; exit 1'] } },
      }),
    }),
    {},
    'Cannot get credentials for the kubeconfig\'s user "u": sh: exit code 1: no login',
  ],
])('says what is wrong, as a surface that refuses the run: %s', async ([, make, variables, words]) => {
  const options = deployment.options.parse({ name: ['api', 'worker'], ...(await make()) })
  const readings = await deployment.surfaces(options, testDoor(variables))
  expect(readings).toHaveLength(2)
  expect(readings[0]?.seen).toMatchObject({ status: 'unknown', why: expect.stringContaining(words) })
  expect(JSON.stringify(readings)).not.toContain('pw@')
})

test('does not quote a file that may hold a token', async () => {
  await writeFile(at('broken'), 'users:\n  - token: [s3cr3t-t0k3n\n  name: {')
  const options = deployment.options.parse({ name: 'api', kubeconfig: at('broken') })
  const text = JSON.stringify(await deployment.surfaces(options, testDoor()))
  expect(text).toContain('Cannot read the kubeconfig')
  expect(text).not.toContain('s3cr3t')
})

test('an unreachable cluster is unknown, and names the address', async () => {
  const path = await kubeconfig('down', { server: 'https://127.0.0.1:1' })
  const options = deployment.options.parse({ name: 'api', kubeconfig: path })
  const [reading] = await deployment.surfaces(options, testDoor())
  expect(reading).toMatchObject({
    surface: { id: 'kubernetes:127.0.0.1:1/default/deployment/api' },
    seen: { status: 'unknown', why: expect.stringContaining('connection refused by 127.0.0.1:1') },
  })
})

test('refuses to act on another cluster than the one that was planned', async () => {
  const options = deployment.options.parse({
    name: 'api',
    kubeconfig: await kubeconfig('switched', { server: 'https://staging.example.com' }),
  })
  const surface = {
    id: 'kubernetes:prod.example.com/default/deployment/api',
    kind: 'version',
    type: 'Deployment',
  } as const
  const state = { format: 1, revision: 1, templateHash: 'sha256:x', images: {} } as const
  const change = { surface, from: state, to: state, fromLabel: '', toLabel: '', onUndo: 'restore' } as const
  await expect(deployment.apply(options, change, testDoor())).rejects.toMatchObject({
    code: 'kubernetes-other-cluster',
    applied: 'no',
  })
  expect(await deployment.observe(options, surface, testDoor())).toMatchObject({ status: 'unknown' })
})
