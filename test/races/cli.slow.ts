import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { expectExit, makeCli } from '../e2e/helpers/cli.ts'
import { poll } from '../helpers/process.ts'
import { eachRound, rounds } from './rounds.ts'

// The same once more with the program itself: two people, one store, one moment.

const RUNBOOK = `version: 1
service: shop
procedures:
  switch:
    steps:
      - id: release
        uses: command.set
        with: { argv: [node, surface.mjs], with: { to: '\${target.sha}' } }
`

/** Its effect writes a line down, and lasts until the file \`gate\` is there. */
const SURFACE = `
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
const { op, options, to } = JSON.parse(readFileSync(0, 'utf8'))
const live = existsSync('live') ? readFileSync('live', 'utf8') : '0000000'
const seen = { status: 'present', state: { version: live }, label: live }
const answers = {
  surfaces: () => ({ surfaces: [{ id: 'shop:live', type: 'release', ...seen }] }),
  observe: () => seen,
  versions: () => ({ versions: [] }),
  resolve: () => ({ result: 'change', to: { version: options.to }, label: options.to, reversible: true, checks: [] }),
  async apply() {
    appendFileSync('effects', to.version + '\\n')
    while (!existsSync('gate')) await new Promise((resolve) => setTimeout(resolve, 20))
    writeFileSync('live', to.version)
    return { applied: 'yes' }
  },
}
process.stdout.write(JSON.stringify(await answers[op]()))
`

const TARGETS = ['abc1234', 'def5678']

test('two runs at once: one goes through, the other one is told whose it is', async () => {
  await eachRound('two programs, one store', rounds(0.002), async () => {
    await using cli = await makeCli()
    await writeFile(join(cli.folder, 'rollback.yaml'), RUNBOOK)
    await writeFile(join(cli.folder, 'surface.mjs'), SURFACE)
    const running = TARGETS.map((target) =>
      cli.start(['run', '--target', target, '--yes', '--reason', 'a race']),
    )
    const effects = async () => (await readFile(join(cli.folder, 'effects'), 'utf8')).trim().split('\n')
    // One waits at its gate, the other one has ended.
    const [first] = await Promise.race(
      running.map(async ({ result }, index) => [await result, TARGETS[1 - index] ?? ''] as const),
    )
    expectExit(first, 25)
    expect(first.stderr).toContain('a rollback of shop, production is under way')
    expect(await poll(async () => (await effects()).length === 1, 20_000)).toBe(true)

    const [winner = ''] = await effects()
    const status = (await cli.run(['status', '--json'])).json()
    expect(status).toMatchObject({
      locks: [{ service: 'shop', holder: 'alive', reason: 'a race', surfaces: ['shop:live'] }],
    })
    await writeFile(join(cli.folder, 'gate'), '')
    const ends = await Promise.all(running.map(({ result }) => result))
    expect(new Set(ends.map(({ exitCode }) => exitCode))).toEqual(new Set([0, 25]))
    expect(await effects()).toEqual([winner])
    expect((await cli.run(['status', '--json'])).json()).toMatchObject({ locks: [], unfinished: [] })
  })
})
