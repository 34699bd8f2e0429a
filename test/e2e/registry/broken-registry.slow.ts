import { expect, test } from 'vitest'

import type { Plan } from '../../../src/core/plan/types.ts'
import { describeWith } from '../../helpers/need.ts'
import { REGISTRY_PROGRAMS } from '../../helpers/registry.ts'
import { type CliResult, expectExit } from '../helpers/cli.ts'
import { BAD, GOOD, type Stage, startStage, TAG } from './stage.ts'

/** While planning it refuses; later it tries again and gets through. */
const HEALED = ['proven', 'refused']
const STOPPED = ['failed', 'refused', 'stands', 'unmeasured']

/** What happens to one request of a run, or to all from it on. */
const FAULTS = [
  { name: 'is refused', how: 'refuse', ends: HEALED },
  { name: 'is answered 500', how: { status: 500, body: '{"errors":[{"code":"UNKNOWN"}]}' }, ends: HEALED },
  { name: 'loses its answer', how: 'drop-after-request', ends: HEALED },
  { name: 'is answered 429', how: { status: 429, headers: { 'retry-after': '0' } }, ends: HEALED },
  { name: 'and all after it are refused', how: 'refuse', for: 'good', ends: STOPPED },
] as const

type Fault = (typeof FAULTS)[number]

/** How a run may end when its registry fails; 1 (unexpected) and 0 without a proof are not among them. */
const ENDS = { proven: 0, refused: 20, failed: 20, stands: 22, unmeasured: 23 } as const

const RUN = ['run', '--target', GOOD, '--yes', '--json']

describeWith(REGISTRY_PROGRAMS, 'a registry that fails at any request of a run', () => {
  test.concurrent.each(FAULTS)(
    'one request $name',
    async (fault) => {
      await using stage = await startStage()
      const { repository } = stage
      // Named by the run, not by the second: else two runs within one share a backup, and the second asks for less.
      const image = { repository, tag: TAG, to: '${target.sha}', backup: 'rollback-${run.id}' }
      await stage.runbook({
        image: { with: image, timeout: 'for' in fault ? '5s' : '10s' },
        verify: { within: '3s' },
      })
      const ends = new Set<string>()
      // Until a run is over before its nth request.
      for (let nth = 1; ; nth++) {
        const end = await breakOne(stage, nth, fault)
        if (end === undefined) break
        ends.add(end)
        await heal(stage, end, nth)
        await stage.startOver()
      }
      expect([...ends].sort()).toEqual(fault.ends)
    },
    400_000,
  )

  test.concurrent('a registry that is down for good is refused as unknown, not as missing', async () => {
    await using stage = await startStage()
    await stage.registry.proxy.goDown()
    const run = await stage.cli.run(['run', '--target', GOOD, '--yes'])
    expectExit(run, 20)
    expect(run.stdout).toMatch(/^Refused before any change: nothing was touched\.\n(?:.*\n)+unknown {2}image/)
    expect(run.stdout).not.toContain('missing')
    expect(stage.service.hookCalls).toEqual([])
    await stage.registry.proxy.comeBack()
    const again = await stage.cli.run(['run', '--target', GOOD, '--yes'])
    expectExit(again, 0)
    expect(await stage.serves()).toEqual({ commit: GOOD, ok: true })
  })

  test.concurrent('the pause that a registry asks for is kept', async () => {
    await using stage = await startStage()
    stage.registry.proxy.fail({
      when: ({ method, path }) => method === 'PUT' && path.endsWith(TAG),
      how: { status: 429, headers: { 'retry-after': '1' } },
      times: 1,
    })
    const run = await stage.cli.run(RUN)
    expectExit(run, 0)
    const tries = run
      .documents()
      .filter(({ event }) => event?.type === 'intent' && event.effect.endsWith(TAG))
    expect(tries).toHaveLength(2)
    // The pause is what the journal says of it, not what a clock here measures.
    expect(tries[1]?.['at'] - tries[0]?.['at']).toBeGreaterThanOrEqual(1000)
  })
})

/**
 * Runs once with the fault, and holds everything that is said about it against what is really there; undefined when the
 * run did not come to its nth request.
 */
async function breakOne(stage: Stage, nth: number, fault: Fault): Promise<keyof typeof ENDS | undefined> {
  const { registry, service } = stage
  const callsBefore = service.hookCalls.length
  let seen = 0
  registry.proxy.fail({
    when: () => {
      seen += 1
      return 'for' in fault ? seen >= nth : seen === nth
    },
    how: fault.how,
  })
  const run = await stage.cli.run(RUN)
  registry.proxy.clearFaults()

  const which = registry.requests()[nth - 1]
  const about = `request ${nth}, ${which?.method} ${which?.path}, ${fault.name}`
  try {
    const end = await judge(stage, run, service.hookCalls.length - callsBefore)
    return seen < nth ? undefined : end
  } catch (cause) {
    throw new Error(`${about}\n${run.output}`, { cause })
  }
}

async function judge(stage: Stage, run: CliResult, calls: number): Promise<keyof typeof ENDS> {
  const { result, exit, stands } = run.json()
  expect(Object.keys(ENDS)).toContain(result)
  const end = result as keyof typeof ENDS
  expect(run.exitCode).toBe(ENDS[end])
  expect(exit).toBe(run.exitCode)

  const moved = (await stage.digest()) === stage.good
  const served = await stage.serves()
  // Nothing is lost: once the tag has moved, its former image has a name.
  if (moved) for (const tag of backupsOf(run)) expect(await stage.digest(tag)).toBe(stage.bad)
  if (end === 'proven') expect({ moved, ...served }).toEqual({ moved: true, commit: GOOD, ok: true })
  if (end === 'refused' || end === 'failed')
    expect({ moved, calls, ...served }).toEqual({ moved: false, calls: 0, commit: BAD, ok: false })
  if (end === 'refused') expect(stage.registry.writes()).toEqual([])
  if (moved && end !== 'proven') expect(stands.join('\n')).toContain(`:${TAG}`)
  expectNothingRepeated(stage, run, calls)
  return end
}

/** The hook cannot be observed: it is called once. A write is repeated only after it failed or its answer was lost. */
function expectNothingRepeated({ registry }: Stage, run: CliResult, calls: number): void {
  const intents = run
    .documents()
    .filter(({ event }) => event?.type === 'intent' && event.effect === 'redeploy')
  expect(calls).toBeLessThanOrEqual(1)
  expect(intents).toHaveLength(calls)
  const taken = registry.writes().filter(({ status }) => status === 201)
  expect(new Set(taken.map(({ path }) => path)).size).toBe(taken.length)
}

/** With a healthy registry it ends proven: by undo where something stands (every second time), else by another run. */
async function heal(stage: Stage, end: keyof typeof ENDS, nth: number): Promise<void> {
  if (end === 'proven') return
  const stands = end === 'stands' || end === 'unmeasured'
  const [args, commit, ok] =
    stands && nth % 2 === 0
      ? [['undo', 'last', '--yes', '--answer', 'blocked=yes', '--json'], BAD, false]
      : [RUN, GOOD, true]
  const healed = await stage.cli.run(args)
  expectExit(healed, 0)
  expect(healed.json()).toMatchObject({ result: 'proven' })
  expect(await stage.digest()).toBe(commit === GOOD ? stage.good : stage.bad)
  expect(await stage.serves()).toEqual({ commit, ok })
}

/** Tags that keep a former image, as the plan names them: none where one kept it already. */
function backupsOf(run: CliResult): string[] {
  const plan = run.documents().find(({ type }) => type === 'plan')?.['plan'] as Plan | undefined
  const changes = plan?.steps.flatMap((step) => step.changes) ?? []
  return changes.flatMap(({ onUndo, surface }) =>
    onUndo === 'keep' ? [surface.id.slice(surface.id.lastIndexOf(':') + 1)] : [],
  )
}
