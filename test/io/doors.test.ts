import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { openDoors, type SeenExchange } from '../../src/io/doors.ts'
import { tempFolder } from '../helpers/folder.ts'

const server = createServer((request, response) => {
  if (request.url !== '/hang') response.end(request.method)
})
let url: string

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.close()
  server.closeAllConnections()
})

describe('doors', () => {
  test('only the write door sends, and both tell of it', async () => {
    const told: SeenExchange[] = []
    const doors = openDoors({ onRequest: (seen) => told.push(seen) })
    await doors.read.http({ method: 'GET', url: `${url}/a?key=hunter22` })
    await expect(doors.read.http({ method: 'POST', url })).rejects.toMatchObject({ code: 'not-read-only' })
    await expect(doors.write.http({ method: 'POST', url })).rejects.toMatchObject({ code: 'not-read-only' })
    const { body } = await doors.write.send({ method: 'POST', url })
    await doors.close()
    expect(Buffer.from(body).toString()).toBe('POST')
    expect(told.map(({ door, method, path, status }) => [door, method, path, status])).toEqual([
      ['read', 'GET', '/a', 200],
      ['write', 'POST', '/', 200],
    ])
    expect(JSON.stringify(told)).not.toContain('hunter22')
  })

  test('an interrupt ends a look and lets a write end by itself', async () => {
    const interrupt = new AbortController()
    const doors = openDoors({ signal: interrupt.signal })
    const look = doors.read.http({ method: 'GET', url: `${url}/hang` })
    interrupt.abort()
    await expect(look).rejects.toMatchObject({ code: 'interrupted' })
    await expect(doors.read.sleep(10_000)).rejects.toMatchObject({ code: 'interrupted' })
    expect((await doors.write.send({ method: 'POST', url })).status).toBe(200)
    await doors.close()
  })

  test('closing ends what is under way', async () => {
    const doors = openDoors()
    const sent = doors.write.send({ method: 'POST', url: `${url}/hang` })
    const command = doors.write.execute({ argv: ['sleep', '15'] })
    setTimeout(() => void doors.close(), 100)
    await expect(sent).rejects.toMatchObject({ code: 'interrupted' })
    expect((await command).exitCode).toBeUndefined()
  })

  test('a file that is not there is not an error; one that cannot be read is', async () => {
    await using folder = await tempFolder()
    const { read } = openDoors()
    expect(await read.file(join(folder.path, 'none'))).toBeUndefined()
    await expect(read.file(folder.path)).rejects.toMatchObject({ code: 'unreadable-file' })
  })
})
