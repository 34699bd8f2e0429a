import { setTimeout as sleep } from 'node:timers/promises'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { buildImage } from '../../../src/cli/demo/image.ts'
import { type DemoRegistry, startRegistry } from '../../../src/cli/demo/registry.ts'
import { type DemoService, startService } from '../../../src/cli/demo/service.ts'

const GOOD = '1'.repeat(40)
const BAD = '2'.repeat(40)

let registry: DemoRegistry
let service: DemoService

beforeEach(async () => {
  registry = await startRegistry('acme/api')
  registry.publish(buildImage(BAD), BAD, 'production')
  service = await startService(
    { image: `${registry.repository}:production`, broken: [BAD], delay: 100 },
    'key',
  )
  await service.deploy()
})

afterEach(async () => {
  await service.close()
  await registry.close()
})

test('serves what its tag pointed to when it was deployed, and fails with a broken version', async () => {
  expect(await get('/api/version')).toEqual({ status: 200, body: { commit: BAD } })
  expect(await get('/api/health')).toMatchObject({ status: 500, body: { ok: false } })
})

test('takes up a moved tag only after its hook was called, and some time later', async () => {
  registry.publish(buildImage(GOOD), 'production')
  await sleep(150)
  expect(await get('/api/version')).toMatchObject({ body: { commit: BAD } })
  const answer = await fetch(service.hook, { method: 'POST' })
  expect(answer.status).toBe(200)
  expect(await get('/api/version')).toMatchObject({ body: { commit: BAD } })
  await expect.poll(() => get('/api/version')).toMatchObject({ body: { commit: GOOD } })
  expect(await get('/api/health')).toEqual({ status: 200, body: { ok: true } })
})

test('deploys for nobody who does not know the key', async () => {
  const answer = await fetch(`${service.url}/deploy/guess`, { method: 'POST' })
  expect(answer.status).toBe(404)
})

test('says so while nothing is deployed', async () => {
  const fresh = await startService({ image: `${registry.repository}:absent`, broken: [], delay: 0 }, 'key')
  const answer = await fetch(`${fresh.url}/api/health`)
  await fresh.close()
  expect(answer.status).toBe(503)
})

async function get(path: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(service.url + path)
  return { status: response.status, body: await response.json() }
}
