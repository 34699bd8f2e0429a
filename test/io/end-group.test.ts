import { spawn } from 'node:child_process'
import { once } from 'node:events'

import { expect, test } from 'vitest'

import { endProcessGroup } from '../../src/io/end-group.ts'
import { groupRuns, startOf } from '../../src/io/process-identity.ts'
import { poll } from '../helpers/process.ts'

test('a worker that does not hear the polite word goes with its leader', async () => {
  const worker = `trap '' TERM; echo ready; while true; do sleep 0.1; done`
  const leader = spawn('sh', ['-c', `sh -c "${worker}" & wait`], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  await once(leader.stdout, 'data')
  const pid = leader.pid ?? 0
  const child = { pid, started: startOf(pid) ?? '' }
  expect(await endProcessGroup(child)).toBe(true)
  expect(groupRuns(pid)).toBe(false)
})

test('where the leader has gone by itself, what it has left behind goes, too', async () => {
  const leader = spawn('sh', ['-c', 'sleep 60 & echo ready'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const pid = leader.pid ?? 0
  const child = { pid, started: startOf(pid) ?? '' }
  await once(leader, 'exit')
  await poll(() => startOf(pid) === undefined, 5000)
  expect(groupRuns(pid)).toBe(true)
  expect(await endProcessGroup(child)).toBe(true)
  expect(groupRuns(pid)).toBe(false)
})
