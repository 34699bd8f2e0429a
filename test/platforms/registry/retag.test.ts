import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import type { Change, Reading, Resolution } from '../../../src/core/contract.ts'
import { EffectFailure } from '../../../src/core/problem.ts'
import { openDoors } from '../../../src/io/doors.ts'
import { retag } from '../../../src/platforms/registry/retag.ts'
import { pushImage, skopeoDigest, skopeoRaw } from '../../helpers/images.ts'
import { describeWith } from '../../helpers/need.ts'
import { mustRun } from '../../helpers/process.ts'
import { REGISTRY_PROGRAMS, startRegistry, type TestRegistry } from '../../helpers/registry.ts'

const GOOD = '1111111111111111111111111111111111111111'
const BAD = '2222222222222222222222222222222222222222'
const TARGET = { given: GOOD, sha: GOOD }

type State = { digest: string; mediaType: string; size: number }
type Options = Parameters<typeof retag.surfaces>[0]

const doors = openDoors()
afterAll(() => doors.close())

async function first(options: Options): Promise<Reading<State>> {
  const [reading] = await retag.surfaces(options, doors.read)
  if (reading === undefined) throw new Error('no surface')
  return reading
}

async function planned(options: Options) {
  const reading = await first(options)
  const resolution = await retag.resolve(options, reading, { release: TARGET }, doors.read)
  return { reading, resolution, changes: changesOf(reading, resolution) }
}

/** As the plan seals them: the prepared first. */
function changesOf(reading: Reading<State>, resolution: Resolution<State>): Change<State>[] {
  if (resolution.kind !== 'change') throw new Error(`no change: ${JSON.stringify(resolution)}`)
  const { seen, surface } = reading
  const from = seen.status === 'present' ? seen.state : null
  const { to, toLabel, prepare = [] } = resolution
  return [...prepare, { surface, from, to, fromLabel: '', toLabel, onUndo: 'restore' }]
}

async function failureOf(promise: Promise<unknown>): Promise<EffectFailure> {
  const error: unknown = await promise.catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(EffectFailure)
  return error as EffectFailure
}

describeWith(REGISTRY_PROGRAMS, 'registry.retag', () => {
  let registry: TestRegistry
  let count = 0
  let name: string
  let good: string
  let bad: string
  let options: Options

  beforeAll(async () => {
    registry = await startRegistry()
  })
  afterAll(() => registry.stop())
  beforeEach(async () => {
    name = `acme/api-${++count}`
    good = await pushImage(registry, name, GOOD, { commit: GOOD })
    bad = await pushImage(registry, name, 'prod', { commit: BAD })
    options = { repository: `${registry.host}/${name}`, tag: 'prod', to: GOOD, backup: 'backup-1' }
    registry.proxy.clearFaults()
    registry.proxy.forgetRequests()
  })

  describe('the way there and back', () => {
    test('keeps a backup, moves the tag, and can be undone', async () => {
      const { resolution, changes } = await planned(options)
      expect(resolution).toMatchObject({ kind: 'change', reversible: true })
      expect(registry.writes()).toEqual([])
      for (const change of changes) await retag.apply(options, change, doors.write)
      expect(await skopeoDigest(registry, name, 'prod')).toBe(good)
      expect(await skopeoDigest(registry, name, 'backup-1')).toBe(bad)

      const reading = await first(options)
      const state = changes.at(-1)?.from ?? null
      const back = await retag.resolve(options, reading, { state }, doors.read)
      for (const change of changesOf(reading, back)) await retag.apply(options, change, doors.write)
      expect(await skopeoDigest(registry, name, 'prod')).toBe(bad)
    })

    test.each(['index', 'docker', 'docker-list', 'artifact'] as const)('byte for byte: %s', async (kind) => {
      await pushImage(registry, name, GOOD, { kind, commit: GOOD })
      const { changes } = await planned(options)
      for (const change of changes) await retag.apply(options, change, doors.write)
      expect(await skopeoRaw(registry, name, 'prod')).toBe(await skopeoRaw(registry, name, GOOD))
      expect(await skopeoDigest(registry, name, 'backup-1')).toBe(bad)
    })

    test('asks no more than it has to', async () => {
      const { changes } = await planned(options)
      for (const change of changes) await retag.apply(options, change, doors.write)
      expect(registry.requests().map(({ method, path }) => `${method} ${path.split('/').at(-1)}`)).toEqual([
        // plan
        'GET prod',
        `GET ${GOOD}`,
        'HEAD backup-1',
        'GET backup-1',
        // backup
        'HEAD backup-1',
        'GET backup-1',
        'PUT backup-1',
        'HEAD backup-1',
        // move
        'HEAD prod',
        'PUT prod',
        'HEAD prod',
      ])
    })

    test('several tags are several surfaces, each with its own backup', async () => {
      await pushImage(registry, name, 'latest', { commit: BAD })
      const several = { ...options, tag: ['prod', 'latest'] }
      for (const reading of await retag.surfaces(several, doors.read)) {
        const resolution = await retag.resolve(several, reading, { release: TARGET }, doors.read)
        for (const change of changesOf(reading, resolution)) await retag.apply(several, change, doors.write)
      }
      for (const tag of ['prod', 'latest']) {
        expect(await skopeoDigest(registry, name, tag)).toBe(good)
        expect(await skopeoDigest(registry, name, `backup-1-${tag}`)).toBe(bad)
      }
    })

    test('the printed commands do the same', async () => {
      for (const kind of ['index', 'docker', 'artifact'] as const) {
        await pushImage(registry, name, GOOD, { kind, commit: GOOD })
        const { changes } = await planned({ ...options, backup: `manual-${kind}` })
        for (const line of changes.flatMap((change) => retag.manual(options, change))) {
          await mustRun('sh', ['-c', line.replace('skopeo', 'skopeo --insecure-policy')])
        }
        expect(await skopeoRaw(registry, name, 'prod')).toBe(await skopeoRaw(registry, name, GOOD))
        expect(changes).toHaveLength(2)
      }
    })
  })

  describe('before anything changes', () => {
    test('already there', async () => {
      await pushImage(registry, name, 'prod', { commit: GOOD })
      expect((await plannedOnly()).kind).toBe('already')
    })

    test.each([
      ['short SHA', GOOD.slice(0, 7)],
      ['sha-<short>', `sha-${GOOD.slice(0, 7)}`],
    ])('without `to`, the release is found as %s', async (_what, tag) => {
      const image = await pushImage(registry, `${name}-x`, tag, { commit: GOOD })
      await pushImage(registry, `${name}-x`, 'prod', { commit: BAD })
      const { resolution } = await planned({ repository: `${registry.host}/${name}-x`, tag: 'prod' })
      expect(resolution).toMatchObject({ kind: 'change', to: { digest: image } })
    })

    test('a target that is not there is missing, and the nearest tags are named', async () => {
      await pushImage(registry, name, 'abc1234', { commit: GOOD })
      const resolution = await planned({ ...options, to: 'abc1235' }).catch((error: unknown) => error)
      expect(String(resolution)).toContain('"kind":"missing"')
      expect(String(resolution)).toMatch(/has no image abc1235; there are abc1234/)
    })

    test('what is live is not suggested in its place', async () => {
      await pushImage(registry, name, 'abc1234', { commit: BAD })
      await pushImage(registry, name, 'abc9999', { commit: GOOD })
      const missing = { ...options, to: 'abc1235' }
      expect(
        await retag.resolve(missing, await first(missing), { release: TARGET }, doors.read),
      ).toMatchObject({
        kind: 'missing',
        cure: 'Choose a version that is still there, such as abc9999',
      })
    })

    test('tags that may not be listed leave it missing', async () => {
      registry.proxy.fail({ when: ({ path }) => path.includes('tags/list'), how: { status: 403 } })
      const missing = { ...options, to: 'abc1235' }
      expect(
        await retag.resolve(missing, await first(missing), { release: TARGET }, doors.read),
      ).toMatchObject({
        kind: 'missing',
        why: expect.stringMatching(/has no image abc1235$/),
      })
    })

    test('a tag that does not exist yet: a point of no return', async () => {
      const { reading, resolution, changes } = await planned({ ...options, tag: 'new' })
      expect(reading.seen.status).toBe('absent')
      expect(resolution).toMatchObject({ reversible: { no: expect.stringContaining('does not exist yet') } })
      expect(changes).toHaveLength(1)
      await retag.apply(options, changes[0] as Change<State>, doors.write)
      expect(await skopeoDigest(registry, name, 'new')).toBe(good)
    })

    test('a backup never overwrites another image', async () => {
      await pushImage(registry, name, 'backup-1', { commit: 'other' })
      await pushImage(registry, name, 'backup-1-2', { commit: 'another' })
      const { changes } = await planned(options)
      expect(changes[0]?.surface.id).toBe(`${registry.host}/${name}:backup-1-3`)
    })

    test('a backup that is there already is not made again', async () => {
      await pushImage(registry, name, 'backup-1', { commit: BAD })
      expect((await planned(options)).changes).toHaveLength(1)
    })

    test('undo to an image that the registry has deleted', async () => {
      const state = { digest: `sha256:${'0'.repeat(64)}`, mediaType: 'x/y', size: 1 }
      const resolution = await retag.resolve(options, await first(options), { state }, doors.read)
      expect(resolution).toMatchObject({ kind: 'missing', why: expect.stringContaining('no longer') })
    })

    test('a registry that is down is unknown, not missing', async () => {
      await registry.proxy.goDown()
      const { seen } = await first(options)
      await registry.proxy.comeBack()
      expect(seen).toMatchObject({
        status: 'unknown',
        why: `connection refused by ${registry.host}`,
        cure: expect.stringContaining('VPN'),
      })
    })

    test('candidates are versions and commits, not the tags that we write', async () => {
      for (const tag of ['v1.9.0', 'v1.10.0', 'sha-1111111', 'backup-1', 'cache', '20251006'])
        await pushImage(registry, name, tag, { commit: GOOD })
      const { surface } = await first(options)
      const candidates = (await retag.versions?.(options, surface, doors.read)) ?? []
      expect(candidates.map((candidate) => candidate.names)).toEqual([
        ['v1.10.0'],
        ['v1.9.0'],
        expect.arrayContaining([GOOD, 'sha-1111111']),
      ])
    })
  })

  describe('while it is written', () => {
    test('somebody else has moved the tag: refused', async () => {
      const { changes } = await planned({ ...options, backup: undefined })
      await pushImage(registry, name, 'prod', { commit: 'third' })
      const failure = await failureOf(retag.apply(options, changes[0] as Change<State>, doors.write))
      expect(failure).toMatchObject({ code: 'stale', applied: 'no', retryable: false })
      expect(registry.writes()).toEqual([])
    })

    test('twice is once', async () => {
      const { changes } = await planned({ ...options, backup: undefined })
      await retag.apply(options, changes[0] as Change<State>, doors.write)
      registry.proxy.forgetRequests()
      expect(await retag.apply(options, changes[0] as Change<State>, doors.write)).toMatchObject({
        already: true,
      })
      expect(registry.writes()).toEqual([])
    })

    test.each([
      ['its answer is lost', 'drop-after-request', { applied: 'unknown', retryable: true }],
      ['the connection is reset', 'refuse', { applied: 'unknown', retryable: true }],
      ['the registry fails', { status: 503 }, { applied: 'unknown', retryable: true }],
      [
        'the registry is busy',
        { status: 429, headers: { 'retry-after': '7' } },
        { applied: 'no', retryable: true, retryAfter: 7000 },
      ],
      [
        'writing is forbidden',
        { status: 403, body: errorBody('DENIED', 'permission_denied: write_package') },
        { applied: 'no', retryable: false, cure: expect.stringContaining('write:packages') },
      ],
      [
        'it was carried out, and a page speaks of other things',
        { status: 502, body: '<link href=/immutable/x.css>' },
        { applied: 'unknown', retryable: true, code: 'registry-failing' },
      ],
      [
        'it was carried out, and an error of the registry does',
        { status: 500, body: errorBody('UNKNOWN', 'ImageAlreadyExistsException, immutable') },
        { applied: 'unknown', retryable: true },
      ],
      ['it is sent elsewhere', { status: 307, headers: { location: '/x' } }, { applied: 'unknown' }],
      ['the time is over', { status: 408 }, { applied: 'unknown' }],
      [
        'tags are immutable, in the words of Harbor',
        { status: 412, body: errorBody('PRECONDITION', "due to 'prod' configured as immutable.") },
        { applied: 'no', retryable: false, code: 'registry-immutable-tag' },
      ],
      ['a page that is not a registry', { status: 404, body: 'immutable' }, { applied: 'no' }],
      [
        'tags are immutable',
        { status: 400, body: errorBody('TAG_INVALID', 'ImageTagAlreadyExistsException') },
        { applied: 'no', retryable: false, code: 'registry-immutable-tag' },
      ],
    ] as const)('%s', async (_what, how, expected) => {
      const { changes } = await planned({ ...options, backup: undefined })
      registry.proxy.fail({ when: ({ method }) => method === 'PUT', how })
      const failure = await failureOf(retag.apply(options, changes[0] as Change<State>, doors.write))
      expect(failure).toMatchObject(expected)
    })

    test('after a lost answer, the same again finds it done', async () => {
      const { changes } = await planned({ ...options, backup: undefined })
      registry.proxy.fail({ when: ({ method }) => method === 'PUT', how: 'drop-after-request', times: 1 })
      await failureOf(retag.apply(options, changes[0] as Change<State>, doors.write))
      expect(await retag.apply(options, changes[0] as Change<State>, doors.write)).toMatchObject({
        already: true,
      })
      expect(await skopeoDigest(registry, name, 'prod')).toBe(good)
    })

    test('a failure before the write is certainly nothing', async () => {
      const { changes } = await planned({ ...options, backup: undefined })
      registry.proxy.fail({ when: ({ method }) => method !== 'PUT', how: { status: 500 } })
      const failure = await failureOf(retag.apply(options, changes[0] as Change<State>, doors.write))
      expect(failure).toMatchObject({ applied: 'no', retryable: true })
    })

    test('the registry cannot be read afterwards: it may have happened', async () => {
      const { changes } = await planned({ ...options, backup: undefined })
      registry.proxy.fail({ when: ({ method }, nth) => method !== 'PUT' && nth > 1, how: { status: 500 } })
      registry.proxy.fail({ when: ({ method }) => method === 'GET', how: { status: 500 } })
      const failure = await failureOf(retag.apply(options, changes[0] as Change<State>, doors.write))
      expect(failure).toMatchObject({ applied: 'unknown', retryable: true })
    })
  })

  async function plannedOnly(): Promise<Resolution<State>> {
    return retag.resolve(options, await first(options), { release: TARGET }, doors.read)
  }
})

function errorBody(code: string, message: string): string {
  return JSON.stringify({ errors: [{ code, message }] })
}

describe('options', () => {
  test.each([
    [{ repository: 'https://ghcr.io/a/b', tag: 'x' }, 'is a URL'],
    [{ repository: 'ghcr.io/a/b:prod', tag: 'x' }, 'holds a tag'],
    [{ repository: 'ghcr.io/A/b', tag: 'x' }, 'small letters'],
    [{ repository: 'ghcr.io/a/b', tag: 'not a tag' }, 'is not a tag'],
    [{ repository: 'ghcr.io/a/b', tag: '-x' }, 'is not a tag'],
    [{ repository: 'ghcr.io/a/b', tag: 'x', to: 'sha256:short' }, 'neither a tag nor a digest'],
  ])('%j', (options, words) => {
    expect(JSON.stringify(retag.options.safeParse(options).error?.issues)).toContain(words)
  })

  test('what is bound late passes', () => {
    const late = { repository: 'ghcr.io/a/b', tag: 'prod', to: '${target.sha}', backup: 'b-${run.stamp}' }
    expect(retag.options.safeParse(late).success).toBe(true)
  })
})
