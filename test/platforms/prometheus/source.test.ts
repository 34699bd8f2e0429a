import { afterAll, beforeAll, expect, test } from 'vitest'

import { openDoors } from '../../../src/io/doors.ts'
import { prometheus } from '../../../src/platforms/prometheus/source.ts'
import { json, startServer, type TestServer } from '../http/server.ts'

const doors = openDoors()
let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(async () => {
  await doors.close()
  await server.stop()
})

const NOW = Date.parse('2026-11-22T12:00:00Z')

async function measured(seconds: number) {
  const result = [{ metric: {}, values: [[seconds, '1']] }]
  server.answer = json({ status: 'success', data: { resultType: 'matrix', result } })
  const read = { ...doors.read, now: () => NOW }
  return prometheus.measure({ url: server.url, query: 'up' }, read, { history: 60_000, every: 30_000 })
}

test('times that were moved by a step are fine, as some servers do it', async () => {
  expect(await measured(NOW / 1000 + 30)).toMatchObject({ kind: 'samples' })
  expect(await measured(NOW / 1000 - 90)).toMatchObject({ kind: 'samples' })
})

test.each([0, -1, 1e300, NOW, NOW / 1000 + 3600])(
  'an answer about another time (%d) is unknown: it must neither count as now nor break the report',
  async (seconds) => {
    expect(await measured(seconds)).toMatchObject({
      kind: 'unreachable',
      why: expect.stringContaining('another time'),
    })
  },
)

test.each([
  [{ warnings: ['receiving series from store: context deadline exceeded'] }, 'context deadline exceeded'],
  [{ isPartial: true }, 'isPartial'],
])('a part of the answer (%j) proves nothing, in neither direction', async (more, said) => {
  const data = { resultType: 'vector', result: [{ metric: {}, value: [NOW / 1000, '0.001'] }] }
  const read = { ...doors.read, now: () => NOW }
  server.answer = json({ status: 'success', data, ...more })
  expect(await prometheus.measure({ url: server.url, query: 'up' }, read)).toMatchObject({
    kind: 'unreachable',
    why: expect.stringContaining(said),
  })
})

test.each(['infos', 'warnings'])(
  'a remark about the query among the %s leaves its answer whole',
  async (where) => {
    const data = { resultType: 'vector', result: [{ metric: {}, value: [NOW / 1000, '0.001'] }] }
    const read = { ...doors.read, now: () => NOW }
    const remark = 'PromQL info: metric might not be a counter, name does not end in _total: "up" (1:6)'
    server.answer = json({ status: 'success', data, [where]: [remark] })
    expect(await prometheus.measure({ url: server.url, query: 'up' }, read)).toMatchObject({
      kind: 'samples',
    })
  },
)

test('a value without a digit is none: it would count as 0', async () => {
  const data = { resultType: 'vector', result: [{ metric: {}, value: [NOW / 1000, ''] }] }
  server.answer = json({ status: 'success', data })
  const read = { ...doors.read, now: () => NOW }
  expect(await prometheus.measure({ url: server.url, query: 'up' }, read)).toMatchObject({
    kind: 'unreachable',
  })
})
