import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { openPlan } from '../../src/core/plan/seal.ts'
import { openDoubts } from '../../src/core/run/doubts.ts'
import { next } from '../../src/core/run/next.ts'
import { fold } from '../../src/core/run/state.ts'
import { PLAIN } from '../../src/report/look.ts'
import { runText } from '../../src/report/run-text.ts'
import { summarise } from '../../src/report/summary.ts'
import { openJournal, parseJournal } from '../../src/runtime/journal.ts'
import { tempFolder } from '../helpers/folder.ts'

// Written by the version before journals could be continued: they are read, shown and continued as they are.

const FOLDER = join(import.meta.dirname, '../fixtures/journals/format-1')

async function segmentAt(place: string) {
  return { place, text: await readFile(place, 'utf8') }
}

async function stored(name: string) {
  const plan = openPlan(await readFile(join(FOLDER, name, 'plan.json'), 'utf8'))
  const segment = await segmentAt(join(FOLDER, name, 'events.jsonl'))
  return { plan, segment, ...parseJournal([segment]) }
}

test('a run that ended is shown as it ended', async () => {
  const { plan, lines } = await stored('finished')
  const summary = summarise(plan, lines)
  expect(summary).toMatchObject({ result: 'proven', target: { given: 'abc1234' } })
  expect(summary.steps.map(({ result }) => result)).toEqual(['done', 'done', 'done'])
  expect(runText(plan, lines, PLAIN)).toContain('Proven: abc1234 is live')
})

test.each([
  ['cut-off-in-a-change', [{ do: 'look', effect: 'image:image' }], []],
  ['cut-off-in-a-call', [{ do: 'settle', effect: 'redeploy' }], ['redeploy']],
])('a run that was %s can be continued', async (name, commands, doubts) => {
  const folder = await tempFolder('format-1')
  try {
    const { plan, segment, ...after } = await stored(name)
    const path = join(folder.path, 'events.2.jsonl')
    const log = openJournal(path, { redact: (text) => text, now: () => 2_000_000_000_000, after })
    await log.append({ type: 'run-resumed', by: { name: 'ana', host: 'laptop', ci: false } })
    await log.close()
    const { lines } = parseJournal([segment, await segmentAt(path)])
    const state = fold(lines)
    const around = { now: 2_000_000_000_000, ci: false, underway: new Set<string>() }
    expect(next(plan, state, around)).toEqual(
      expect.arrayContaining(commands.map((one) => expect.objectContaining(one) as unknown)),
    )
    expect(openDoubts(plan, state).map(({ step }) => step)).toEqual(doubts)
    expect(summarise(plan, lines)).toMatchObject({ result: 'unfinished' })
  } finally {
    await folder.stop()
  }
})
