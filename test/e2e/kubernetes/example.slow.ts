import { once } from 'node:events'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { KUBERNETES_PROGRAMS, startKubernetes, type TestKubernetes } from '../../helpers/kubernetes.ts'
import { describeWith } from '../../helpers/need.ts'
import { type Cli, makeCli, oneLine } from '../helpers/cli.ts'
import { BAD, expectExit, GOOD } from './stage.ts'

const EXAMPLE = new URL('../../../runbooks/kubernetes-helm.yaml', import.meta.url)
const SERVICES = [
  ['business-onboarding', 'onboarding-api'],
  ['business-document', 'document-service'],
  ['business-checklist', 'checklist-service'],
  ['business-risk', 'risk-service'],
  ['business-notification', 'notification-service'],
  ['business-webhook', 'webhook-dispatcher'],
  ['business-auditlog', 'auditlog-service'],
  ['business-projections', 'projections-api'],
] as const

/** What Prometheus says to each of its queries: no errors, no time, no crashes. */
const nothingWrong = () =>
  JSON.stringify({
    status: 'success',
    data: { resultType: 'vector', result: [{ metric: {}, value: [Date.now() / 1000, '0'] }] },
  })

describeWith(KUBERNETES_PROGRAMS, 'the example runbook for Kubernetes', () => {
  let cluster: TestKubernetes
  let api: Server
  let cli: Cli

  beforeAll(async () => {
    cluster = await startKubernetes()
    api = createServer((request, response) => {
      if (request.url?.startsWith('/api/v1/query?') === true) return void response.end(nothingWrong())
      const known = /^\/onboarding\/v1\/health\/(live|ready)$/.test(request.url ?? '')
      response.writeHead(known ? 200 : 404).end()
    }).listen(0, '127.0.0.1')
    await once(api, 'listening')
    cli = await makeCli({ KUBECONFIG: cluster.kubeconfigPath })
    await writeFile(join(cli.folder, 'rollback.yaml'), await ourExample(api))
    await mkdir(join(cli.folder, 'scripts'))
    await writeFile(join(cli.folder, 'scripts', 'smoke-tests.sh'), '#!/bin/sh\nexit 0\n')
    await chmod(join(cli.folder, 'scripts', 'smoke-tests.sh'), 0o755)
    await Promise.all(SERVICES.map(([namespace, name]) => release(namespace, name, GOOD)))
    await Promise.all(SERVICES.map(([namespace, name]) => release(namespace, name, BAD)))
  })

  afterAll(async () => {
    await cli.stop()
    api.close()
    await cluster.stop()
  })

  async function release(namespace: string, name: string, version: string): Promise<void> {
    await cluster.applyDeployment({ namespace, name, image: `acme/${name}:sha-${version.slice(0, 7)}` })
    await runs(namespace, name, version)
  }

  async function runs(namespace: string, name: string, version: string): Promise<void> {
    const path = 'jsonpath={.spec.template.spec.containers[0].image}'
    const { stdout } = await cluster.kubectl('-n', namespace, 'get', `deployment/${name}`, '-o', path)
    expect(stdout).toBe(`acme/${name}:sha-${version.slice(0, 7)}`)
    expect(await cluster.waitForRollout(namespace, name)).toBe(true)
  }

  test('is ready, returns one service, and then all of them', async () => {
    expectExit(await cli.run(['validate']), 0)
    const ready = await cli.run(['plan'])
    expectExit(ready, 0)
    expect(ready.stdout).toContain('Ready: no reason found to refuse a rollback')

    const target = `sha-${GOOD.slice(0, 7)}`
    const silent = await cli.run(['run', '--target', target, '--yes'])
    expectExit(silent, 26)
    expect(silent.output).toContain('--answer compatible=yes')
    await runs('business-onboarding', 'onboarding-api', BAD)

    const one = await cli.run(['run', '--target', target, '--yes', '--no-bake', '--answer', 'compatible=yes'])
    expectExit(one, 0)
    await runs('business-onboarding', 'onboarding-api', GOOD)
    await runs('business-document', 'document-service', BAD)

    const procedure = ['--procedure', 'all-services']
    const plan = await cli.run(['plan', '--target', target, ...procedure])
    expectExit(plan, 0)
    expect(oneLine(plan.stdout)).toContain('Changes 7 surfaces')
    expect(oneLine(plan.stdout)).toContain(
      'onboarding-api kubernetes.deployment nothing to do: already there',
    )
    const all = await cli.run([
      'run',
      '--target',
      target,
      ...procedure,
      '--yes',
      '--no-bake',
      '--answer',
      'compatible=yes',
    ])
    expectExit(all, 0)
    for (const [namespace, name] of SERVICES) await runs(namespace, name, GOOD)

    expectExit(await cli.run(['undo', '--yes', '--answer', 'blocked=yes']), 0)
    await runs('business-onboarding', 'onboarding-api', GOOD)
    for (const [namespace, name] of SERVICES.slice(1)) await runs(namespace, name, BAD)
  })
})

/** Its names and addresses are ours, its samples come quickly; all else is what users copy. */
async function ourExample(api: Server): Promise<string> {
  const url = `http://127.0.0.1:${(api.address() as AddressInfo).port}`
  const text = await readFile(EXAMPLE, 'utf8')
  return text
    .replace('context: production', 'context: test')
    .replace('https://api.yourdomain.tld', url)
    .replace('http://prometheus.platform-observability:9090', url)
    .replaceAll(/every: \d+s/g, 'every: 50ms')
}
