import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { expectExit, makeCli } from '../e2e/helpers/cli.ts'
import { mustRun, poll } from '../helpers/process.ts'
import { eachRound, rounds } from './rounds.ts'

// The same once more with the program itself: two people, one moment; at one machine, or each at their own.

const RUNBOOK = `version: 1
service: shop
STORE
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

/** `elsewhere`: of the second one, who has nothing in common with the first one but the runbook and the remote. */
const PLACES = [
  { where: 'one store', store: '', elsewhere: {} },
  {
    where: 'two machines, one git remote',
    store: 'store: { git: { remote: ./remote.git } }',
    elsewhere: { ROLLBACK_STORE: 'store-elsewhere', XDG_CACHE_HOME: 'cache-elsewhere' },
  },
]

test.each(PLACES)(
  'two runs at once, $where: one goes through, the other one is told whose it is',
  async ({ where, store, elsewhere }) => {
    await eachRound(`two programs, ${where}`, rounds(0.002), async () => {
      await using cli = await makeCli()
      const at = (name: string): string => join(cli.folder, name)
      await writeFile(at('rollback.yaml'), RUNBOOK.replace('STORE', store))
      await writeFile(at('surface.mjs'), SURFACE)
      await mustRun('git', ['init', '--quiet', '--bare', at('remote.git')])
      const machines = [
        {},
        Object.fromEntries(Object.entries(elsewhere).map(([key, name]) => [key, at(name)])),
      ]
      const running = TARGETS.map((target, index) =>
        cli.start(['run', '--target', target, '--yes', '--reason', 'a race'], { env: machines[index] ?? {} }),
      )
      const effects = async () => (await readFile(at('effects'), 'utf8')).trim().split('\n')
      // One waits at its gate, the other one has ended.
      const [first] = await Promise.race(
        running.map(async ({ result }, index) => [await result, TARGETS[1 - index] ?? ''] as const),
      )
      expectExit(first, 25)
      expect(first.stderr).toContain('a rollback of shop, production is under way')
      expect(await poll(async () => (await effects()).length === 1, 60_000)).toBe(true)

      const [winner = ''] = await effects()
      for (const env of machines) {
        expect((await cli.run(['status', '--json'], { env })).json()).toMatchObject({
          locks: [{ service: 'shop', holder: 'alive', reason: 'a race', surfaces: ['shop:live'] }],
        })
      }
      await writeFile(at('gate'), '')
      const ends = await Promise.all(running.map(({ result }) => result))
      expect(new Set(ends.map(({ exitCode }) => exitCode))).toEqual(new Set([0, 25]))
      expect(await effects()).toEqual([winner])
      for (const env of machines) {
        const status = (await cli.run(['status', '--json'], { env })).json()
        expect(status).toMatchObject({ locks: [], unfinished: [] })
      }
    })
  },
)
