import { afterAll, beforeAll, expect, test } from 'vitest'

import { FAILPOINTS } from '../../src/runtime/failpoint.ts'
import { describeWith } from '../helpers/need.ts'
import { casesOf, interruptedCasesOf, reached, undoingCasesOf } from './cases.ts'
import { type Case, Matrix } from './matrix.ts'
import type { Scenario, World } from './world.ts'
import { command, interruptedCommand, sharedCommand, undoingCommand } from './worlds/command.ts'
import { http } from './worlds/http.ts'
import { kubernetes } from './worlds/kubernetes.ts'
import { registry } from './worlds/registry.ts'

// SIGKILL at every failpoint that is passed, each time that it is passed: of a run, of its resume, of its undo.

const HOURS = 3_600_000

const matrix = new Matrix('Failpoints')

const STORIES: [Scenario, (scenario: Scenario, world: World) => Promise<Case[]>][] = [
  [command, casesOf],
  [undoingCommand, undoingCasesOf],
  [interruptedCommand, interruptedCasesOf],
  [sharedCommand, casesOf],
  [http, casesOf],
  [registry, casesOf],
  [kubernetes, casesOf],
]

for (const [scenario, cases] of STORIES)
  describeWith(scenario.needs, `${scenario.name}, killed at every failpoint`, () => {
    let world: World

    beforeAll(async () => {
      world = await scenario.start()
    }, 120_000)

    afterAll(() => world.stop())

    test(
      `${scenario.uses.join(', ')}: as without the crash`,
      async () => {
        expect(await matrix.run(await cases(scenario, world))).toEqual([])
      },
      4 * HOURS,
    )
  })

test('every failpoint is reached', () => {
  expect(FAILPOINTS.filter((name) => !reached.has(name))).toEqual([])
})
