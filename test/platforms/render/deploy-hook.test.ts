import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { secretMarker } from '../../../src/core/shell.ts'
import { openDoors } from '../../../src/io/doors.ts'
import { deployHook } from '../../../src/platforms/render/deploy-hook.ts'
import { json, plain, startServer, type TestServer } from '../http/server.ts'

const doors = openDoors()
let server: TestServer
let url: string
beforeAll(async () => {
  server = await startServer()
  url = `${server.url}/deploy/srv-123?key=hunter22`
})
afterAll(async () => {
  await doors.close()
  await server.stop()
})

describe('render.deploy-hook', () => {
  test('calls the hook, and keeps the id of the deploy', async () => {
    server.answer = json({ deploy: { id: 'dep-1' } }, 201)
    expect(await deployHook.call({ url }, 'id', doors.write)).toEqual({ status: 201, deploy: 'dep-1' })
    expect(server.seen.at(-1)).toMatchObject({ method: 'POST', path: '/deploy/srv-123?key=hunter22' })
  })

  test('may deploy a certain image', async () => {
    server.answer = plain(202)
    const image = 'ghcr.io/acme/api@sha256:00'
    expect(await deployHook.call({ url, image, method: 'GET' }, 'id', doors.write)).toEqual({ status: 202 })
    expect(server.seen.at(-1)).toMatchObject({
      method: 'GET',
      path: '/deploy/srv-123?key=hunter22&imgURL=ghcr.io%2Facme%2Fapi%40sha256%3A00',
    })
  })

  test.each([
    [404, { applied: 'no', retryable: false, cure: expect.stringContaining('regenerated') }],
    [429, { applied: 'no', retryable: true }],
    [500, { applied: 'unknown', retryable: true }],
  ])('answered %d', async (status, expected) => {
    server.answer = plain(status)
    await expect(deployHook.call({ url }, 'id', doors.write)).rejects.toMatchObject(expected)
  })

  test('its URL is in no error, no plan and no printed command', async () => {
    server.answer = plain(500, 'Cannot POST /deploy/srv-123?key=hunter22, invalid key hunter2…')
    const error = await deployHook.call({ url }, 'id', doors.write).catch((reason: unknown) => reason)
    const bad = await deployHook.ready?.({ url: 'hunter22 srv-123' }, doors.read)
    const ready = await deployHook.ready?.({ url }, doors.read)
    expect(await deployHook.ready?.({ url: 'http://u:%zz@h/x' }, doors.read)).toMatchObject({
      kind: 'missing',
    })
    expect(bad).toMatchObject({ kind: 'missing' })
    expect(ready).toMatchObject({ kind: 'ready', checks: [{ how: 'cannot-be-known' }] })
    expect(JSON.stringify([error, String(error), bad, ready])).not.toMatch(/hunter|srv-123/)
    const hook = secretMarker('$RENDER_PROD_DEPLOY_HOOK')
    expect(deployHook.manual({ url: hook })).toEqual(['curl -fsS -X POST "$RENDER_PROD_DEPLOY_HOOK"'])
    expect(deployHook.manual({ url: hook, image: 'a/b:c' })).toEqual([
      'curl -fsS -X POST "$RENDER_PROD_DEPLOY_HOOK&imgURL=a%2Fb%3Ac"',
    ])
  })
})
