import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { EffectFailure } from '../../src/core/problem.ts'
import { sealPlan } from '../../src/core/plan/seal.ts'
import type { Plan } from '../../src/core/plan/types.ts'
import { carryOut } from '../../src/runtime/carry-out.ts'
import { LOCK, lockIn, lockText } from '../../src/runtime/store/lock-record.ts'
import { tempFolder } from '../helpers/folder.ts'
import { fakeSession, type FakeSession, fakeWorld, type FakeWorld, problem } from './fake-world.ts'
import { calling, planFor, runbookOf, setting, TARGET, watched } from './runbook-of.ts'

let folder: Awaited<ReturnType<typeof tempFolder>>
let session: FakeSession
let world: FakeWorld

beforeEach(async () => {
  folder = await tempFolder('carry-out')
  session = fakeSession(folder.path, { TOKEN: 'hunter2-hunter2' })
  world = fakeWorld({
    surfaces: { image: { color: 'blue', version: 'bad' }, config: { color: 'red', version: 'bad' } },
  })
})

afterEach(async () => {
  await session.close()
  await folder.stop()
})

const journalOf = (plan: Plan) => readFile(join(folder.path, 'runs', plan.id, 'events.jsonl'), 'utf8')

function refuse(times: number, failure: Partial<ConstructorParameters<typeof EffectFailure>[0]> = {}) {
  let left = times
  return () => {
    if (left-- <= 0) return
    throw new EffectFailure({ code: 'no', message: 'no', applied: 'no', retryable: true, ...failure })
  }
}

test('a run changes what the plan says, and the store has the whole of it', async () => {
  const plan = await planFor(session, runbookOf([setting('image')]))
  const options = watched()
  const ended = await carryOut(session, plan, options)
  expect(ended).toMatchObject({ result: 'proven', exit: 0 })
  expect(world.surfaces['image']?.version).toBe(TARGET)
  const stored = await session.store.find(plan.id)
  expect(stored.plan).toEqual(plan)
  expect(stored.lines).toEqual(options.lines)
  expect(stored.lines.at(-1)?.event).toMatchObject({ type: 'run-ended', result: 'proven' })
})

test('a call whose effect nothing measures is no success', async () => {
  const plan = await planFor(session, runbookOf([setting('image'), calling('redeploy')]))
  const ended = await carryOut(session, plan, watched())
  expect(ended).toMatchObject({
    result: 'unmeasured',
    exit: 23,
    why: expect.stringContaining('release.live'),
  })
  expect(world.calls).toEqual(['redeploy'])
})

test('the plan and the intent are on disk when the effect begins', async () => {
  const plan = await planFor(session, runbookOf([setting('image')]))
  const seen: string[] = []
  world.before = async () => {
    seen.push((await session.store.find(plan.id)).plan.seal, await journalOf(plan))
  }
  await carryOut(session, plan, watched())
  expect(seen[0]).toBe(plan.seal)
  expect(seen[1]).toMatch(/"type":"intent"[^\n]*\n$/)
})

test('what was refused for the moment is tried again', async () => {
  world.before = refuse(2)
  const plan = await planFor(session, runbookOf([setting('image')]))
  expect(await carryOut(session, plan, watched())).toMatchObject({ result: 'proven' })
  expect(world.writes).toEqual([`image=${TARGET}`])
})

test('a change whose answer was lost is found, and not written again', async () => {
  world.after = refuse(1, { applied: 'unknown' })
  const plan = await planFor(session, runbookOf([setting('image')]))
  expect(await carryOut(session, plan, watched())).toMatchObject({ result: 'proven' })
  expect(world.writes).toEqual([`image=${TARGET}`])
})

test('a change that was lost on the way is seen not to be there, and written', async () => {
  world.before = refuse(1, { applied: 'unknown' })
  const plan = await planFor(session, runbookOf([setting('image')]))
  const options = watched()
  expect(await carryOut(session, plan, options)).toMatchObject({ result: 'proven' })
  expect(options.lines.map(({ event }) => event)).toContainEqual(
    expect.objectContaining({ type: 'observed', progress: 'not-applied' }),
  )
})

test('an error of which nothing is known leaves it open whether the effect happened', async () => {
  world.before = () => {
    throw new TypeError('undefined is not a function')
  }
  const plan = await planFor(session, runbookOf([calling('hook')]))
  const ended = await carryOut(session, plan, watched())
  expect(ended).toMatchObject({ result: 'stands', exit: 22 })
  expect(ended.stands[0]).toContain('may have been called')
})

test('a call whose answer was lost is not made again when its own check finds it done', async () => {
  world.found = 'not-done'
  const plan = await planFor(session, runbookOf([calling('migrate', { check: true })]))
  world.after = () => {
    world.found = 'done'
    throw new EffectFailure({ code: 'lost', message: 'lost', applied: 'unknown', retryable: true })
  }
  expect(await carryOut(session, plan, watched())).toMatchObject({ result: 'unmeasured', exit: 23 })
  expect(world.calls).toEqual(['migrate'])
})

test('a surface that cannot be looked at for a moment does not end the run', async () => {
  const plan = await planFor(session, runbookOf([setting('image')]))
  let lost = 0
  world.after = () => {
    const down = { status: 'unknown' as const, why: 'connection refused' }
    world.seen['image'] = down
    setTimeout(() => delete world.seen['image'], 20)
    lost += 1
  }
  expect(await carryOut(session, plan, watched())).toMatchObject({ result: 'proven' })
  expect(lost).toBe(1)
})

test('a plan is carried out once', async () => {
  const plan = await planFor(session, runbookOf([setting('image')]))
  await carryOut(session, plan, watched())
  await expect(carryOut(session, plan, watched())).rejects.toMatchObject({ code: 'plan-used' })
  expect(world.writes).toHaveLength(1)
})

test('no secret is in what is stored, not even when a platform repeats it', async () => {
  const image = setting('image', { with: { on: ['image'], to: '${target.sha}', token: '${secrets.token}' } })
  const secrets = { token: { env: 'TOKEN' } }
  world.before = refuse(1, { message: 'Bearer hunter2-hunter2 refused', found: 'aHVudGVyMi1odW50ZXIy' })
  const plan = await planFor(session, runbookOf([image], {}, { secrets }))
  const options = watched()
  expect(await carryOut(session, plan, options)).toMatchObject({ result: 'proven' })
  expect(world.writes).toEqual([`image=${TARGET} hunter2-hunter2`])
  const everything = [JSON.stringify(plan), await journalOf(plan), JSON.stringify(options.lines)].join('\n')
  expect(everything).not.toMatch(/hunter2|aHVudGVyMi1odW50ZXIy/)
  expect(everything).toContain('[secret token] refused')
})

test('a secret that is the name of a surface does not make the run lose sight of it', async () => {
  session.variables['TOKEN'] = 'image'
  const image = setting('image', { with: { on: ['image'], to: '${target.sha}', token: '${secrets.token}' } })
  const plan = await planFor(session, runbookOf([image], {}, { secrets: { token: { env: 'TOKEN' } } }))
  expect(await carryOut(session, plan, watched())).toMatchObject({ result: 'proven' })
  expect(world.writes).toHaveLength(1)
})

test.each(['from', 'to'] as const)(
  'a state in `%s` that the action does not understand is not written',
  async (end) => {
    const { seal: _, ...open } = await planFor(session, runbookOf([setting('image')]))
    const steps = open.steps.map((step) => ({
      ...step,
      changes: step.changes.map((change) => ({ ...change, [end]: { digest: 'sha256:0' } })),
    }))
    const ended = await carryOut(session, sealPlan({ ...open, steps }), watched())
    expect(ended).toMatchObject({ result: 'failed', exit: 20, stands: [] })
    expect(ended.why).toContain(`${end}.version`)
    expect(world.writes).toEqual([])
  },
)

test('a secret that can no longer be read fails the step, with nothing changed', async () => {
  const image = setting('image', { with: { on: ['image'], to: '${target.sha}', token: '${secrets.token}' } })
  const plan = await planFor(session, runbookOf([image], {}, { secrets: { token: { env: 'TOKEN' } } }))
  delete session.variables['TOKEN']
  const ended = await carryOut(session, plan, watched())
  expect(ended).toMatchObject({ result: 'failed', exit: 20, stands: [] })
  expect(ended.why).toContain('TOKEN is not set')
})

test('option B is carried out with its own options', async () => {
  world.before = (name) => {
    if (name === 'set image') refuse(1, { retryable: false })()
  }
  const fallback = { uses: 'fake.call', with: { name: 'by-hand' } }
  const plan = await planFor(
    session,
    runbookOf([setting('image', { fallback }), setting('config', { needs: [] })]),
  )
  const ended = await carryOut(session, plan, watched())
  expect(world.calls).toEqual(['by-hand'])
  expect(ended.result).toBe('proven')
})

// ---------------------------------------------------------------- interruption

describe('interrupted', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 143],
  ])('by %s: what is under way may end, nothing new begins, exit code %i', async (signal, exit) => {
    const interrupt = new AbortController()
    world.before = () => interrupt.abort(signal)
    const plan = await planFor(session, runbookOf([setting('image'), calling('redeploy')]))
    const ended = await carryOut(session, plan, watched({ interrupt: interrupt.signal }))
    expect(ended).toMatchObject({ result: 'interrupted', exit, stands: [`image: ${TARGET} (was bad)`] })
    expect(world.calls).toEqual([])
    const { lines } = await session.store.find(plan.id)
    expect(lines.at(-1)?.event).toEqual({ type: 'interrupted', signal })
    expect(lines.map(({ event }) => event.type)).toContain('outcome')
  })

  test('before the first effect: nothing is begun at all', async () => {
    const interrupt = new AbortController()
    interrupt.abort('SIGINT')
    const plan = await planFor(session, runbookOf([setting('image')]))
    expect(await carryOut(session, plan, watched({ interrupt: interrupt.signal }))).toMatchObject({
      result: 'interrupted',
      stands: [],
    })
    expect(world.writes).toEqual([])
  })

  test('while a secret is fetched: the effect that needs it is not begun', async () => {
    const interrupt = new AbortController()
    const image = setting('image', {
      with: { on: ['image'], to: '${target.sha}', token: '${secrets.token}' },
    })
    const plan = await planFor(session, runbookOf([image], {}, { secrets: { token: { env: 'TOKEN' } } }))
    const late: FakeSession = {
      ...session,
      secretsOf: () => ({
        value: async () => {
          interrupt.abort('SIGINT')
          return 'hunter2-hunter2'
        },
      }),
    }
    await carryOut(late, plan, watched({ interrupt: interrupt.signal }))
    expect(world.writes).toEqual([])
    expect((await session.store.find(plan.id)).lines.map(({ event }) => event.type)).not.toContain('intent')
  })

  test('while its intent is written: the effect is not begun, and the journal says so', async () => {
    const interrupt = new AbortController()
    const plan = await planFor(session, runbookOf([setting('image')]))
    const onLine = (line: { event: { type: string } }) => {
      if (line.event.type === 'intent') interrupt.abort('SIGINT')
    }
    const ended = await carryOut(session, plan, watched({ interrupt: interrupt.signal, onLine }))
    expect(world.writes).toEqual([])
    expect(ended.stands).toEqual([])
  })

  test('while evidence is read: no file stays that nothing names', async () => {
    const interrupt = new AbortController()
    const signals = Object.fromEntries(
      ['quick', 'slow'].map((name) => [name, { source: 'fake', with: { name } }]),
    )
    const capture = ['quick', 'slow'].map((id) => ({ id, source: 'fake', with: { name: id } }))
    const plan = await planFor(session, runbookOf([setting('image')], {}, { signals, capture }))
    world.measure = async (name) => {
      if (name === 'slow') {
        await new Promise((resolve) => setTimeout(resolve, 100))
        interrupt.abort('SIGINT')
      }
      return { kind: 'samples', samples: [{ at: 0, value: 'seen' }] }
    }
    expect(await carryOut(session, plan, watched({ interrupt: interrupt.signal }))).toMatchObject({
      result: 'interrupted',
      stands: [],
    })
    const files = await readdir(join(folder.path, 'runs', plan.id))
    const journal = await journalOf(plan)
    expect(files.filter((name) => name.startsWith('captured.') && !journal.includes(name))).toEqual([])
  })

  test('during the proof: half a proof is not written down', async () => {
    const plan = await planFor(
      session,
      runbookOf(
        [setting('image')],
        { verify: { within: 60_000, must: [{ signal: 'live', passing: true }], should: [] } },
        { signals: { live: { source: 'fake', with: { name: 'live' } } } },
      ),
    )
    const interrupt = new AbortController()
    world.measure = () => {
      interrupt.abort('SIGINT')
      return { kind: 'unreachable', why: 'interrupted' }
    }
    const ended = await carryOut(session, plan, watched({ interrupt: interrupt.signal }))
    expect(ended).toMatchObject({ result: 'interrupted', exit: 130 })
    const types = (await session.store.find(plan.id)).lines.map(({ event }) => event.type)
    expect(types).not.toContain('proof')
    expect(types.at(-1)).toBe('interrupted')
  })

  test('during an effect that does not end: the run ends, and says that it may have happened', async () => {
    const interrupt = new AbortController()
    world.before = async () => {
      interrupt.abort('SIGTERM')
      await new Promise(() => {})
    }
    const plan = await planFor(session, runbookOf([calling('hook')]))
    const start = performance.now()
    const ended = await carryOut(session, plan, watched({ interrupt: interrupt.signal }))
    const took = performance.now() - start
    expect(ended).toMatchObject({ result: 'interrupted', exit: 143 })
    expect(ended.stands[0]).toContain('may have been called')
    // The program lingers after it, and must be gone within 5 s of the signal.
    const bin = await readFile(new URL('../../bin/rollback.js', import.meta.url), 'utf8')
    const linger = Number(/LINGER_MS = (\d+)/.exec(bin)?.[1])
    expect(took + linger).toBeLessThan(4500)
  })
})

// ---------------------------------------------------------------- answers

describe('answers', () => {
  const gate = { id: 'sure', uses: 'fake.gate', with: { text: 'Are you sure?' } }

  test('nobody is there to answer: nothing is begun, nothing is stored', async () => {
    const plan = await planFor(session, runbookOf([gate, setting('image')]))
    const ended = await carryOut(session, plan, watched())
    expect(ended).toMatchObject({ result: 'declined', exit: 26 })
    expect(ended.why).toContain('--answer sure=yes')
    expect(await session.store.list()).toEqual([])
  })

  test('an answer given beforehand is recorded with who gave it', async () => {
    const plan = await planFor(session, runbookOf([gate, setting('image')]))
    const options = watched({ answers: { sure: 'yes' } })
    expect(await carryOut(session, plan, options)).toMatchObject({ result: 'proven' })
    expect(options.lines.map(({ event }) => event)).toContainEqual({
      type: 'answer',
      step: 'sure',
      value: 'yes',
      accepted: true,
      by: session.who,
    })
  })

  test('an interruption during the question is no answer of the person', async () => {
    const interrupt = new AbortController()
    const plan = await planFor(session, runbookOf([gate, setting('image')]))
    const ask = async () => {
      interrupt.abort('SIGINT')
      return ''
    }
    const ended = await carryOut(session, plan, watched({ ask, interrupt: interrupt.signal }))
    expect(ended).toMatchObject({ result: 'interrupted', exit: 130 })
    const types = (await session.store.find(plan.id)).lines.map(({ event }) => event.type)
    expect(types).not.toContain('answer')
    // Nothing was tried yet: there is nothing to go on with.
    expect(types.slice(-2)).toEqual(['interrupted', 'run-ended'])
  })

  test('nor is one during a confirmation of the plan', async () => {
    const interrupt = new AbortController()
    const { seal: _, ...open } = await planFor(session, runbookOf([setting('image')]))
    const question = { text: 'Overwrite it?', expects: 'yes' }
    const plan = sealPlan({ ...open, confirmations: [{ id: 'overwrite-image', question }] })
    const ask = async () => {
      interrupt.abort('SIGTERM')
      return ''
    }
    const ended = await carryOut(session, plan, watched({ ask, interrupt: interrupt.signal }))
    expect(ended).toMatchObject({ result: 'interrupted', exit: 143 })
    const types = (await session.store.find(plan.id)).lines.map(({ event }) => event.type)
    expect(types).not.toContain('answer')
  })

  test.each([
    ['yes', 'proven'],
    [' Yes ', 'proven'],
    ['y', 'proven'],
    ['no', 'declined'],
    ['', 'declined'],
  ])('a person who answers "%s": %s', async (answer, result) => {
    const plan = await planFor(session, runbookOf([gate, setting('image')]))
    expect(await carryOut(session, plan, watched({ ask: async () => answer }))).toMatchObject({ result })
  })

  test.each([
    ['production', 'proven'],
    ['y', 'declined'],
  ])('a word that must be typed, and "%s": %s', async (answer, result) => {
    const typed = { ...gate, with: { ...gate.with, expects: 'production' } }
    const plan = await planFor(session, runbookOf([typed, setting('image')]))
    expect(await carryOut(session, plan, watched({ ask: async () => answer }))).toMatchObject({ result })
  })
})

test('a journal that can no longer be written stops the run before the next effect', async () => {
  const plan = await planFor(session, runbookOf([setting('image'), setting('config')]))
  const failing: FakeSession = {
    ...session,
    store: {
      ...session.store,
      async create(own) {
        const log = await session.store.create(own)
        return {
          ...log,
          append(event) {
            if (event.type === 'outcome') throw problem('journal-failed')
            return log.append(event)
          },
        }
      },
    },
  }
  await expect(carryOut(failing, plan, watched())).rejects.toMatchObject({
    // The effect under way happened: whoever reads this must know that it stands.
    exit: 22,
    message: expect.stringContaining('image'),
    cause: { code: 'journal-failed' },
  })
  expect(world.writes).toEqual([`image=${TARGET}`])
})

test('a run whose lock was lost before its first effect changes nothing, nobody has to go on with it, or to answer', async () => {
  const gate = { id: 'sure', needs: [], uses: 'fake.gate', with: { text: 'Are you sure?' } }
  const plan = await planFor(session, runbookOf([gate, { ...setting('image'), needs: [] }]))
  const board = session.store.board(plan.service, plan.environment)
  const create = session.store.create.bind(session.store)
  let theirs = ''
  session.store.create = async (one) => {
    const seen = await board.read()
    const record = lockIn(seen.files, board.place)
    if (record === undefined) throw new Error('there is no lock')
    theirs = lockText({ ...record, claim: 'of somebody else', run: 'another' })
    await board.write(seen, { [LOCK]: theirs }, 'taken over')
    return create(one)
  }
  const answer = Promise.withResolvers<string>()
  const ask = (_id: string, _question: unknown, signal?: AbortSignal): Promise<string> => {
    signal?.addEventListener('abort', () => answer.resolve('nobody'))
    return answer.promise
  }
  await expect(carryOut(session, plan, watched({ ask }))).rejects.toMatchObject({
    code: 'lock-lost',
    exit: 25,
  })
  expect(await answer.promise).toBe('nobody')
  expect(world.writes).toEqual([])
  const { lines } = await session.store.find(plan.id)
  expect(lines.at(-1)?.event).toMatchObject({ type: 'run-ended', result: 'failed', exit: 25, stands: [] })
  expect((await board.read()).files[LOCK]).toBe(theirs)
})
