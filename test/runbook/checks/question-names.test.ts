import { expect, test } from 'vitest'

import { platforms } from '../../../src/platforms/index.ts'
import { mistakes, runbookText } from '../load-fixture.ts'

const STEP = "        uses: command.run\n        with: { argv: ['true'] }"
const asking = (name: string, more = ''): string =>
  runbookText({ head: `signals: { ${name}: { ask: { question: How many?${more} } } }`, step: STEP })

test.each<[string, string, string[]]>([
  ['a name of its own', asking('reports'), []],
  [
    'the name of a step',
    asking('say'),
    [
      '7:13 the step and a signal that asks are both called "say": --answer say could be for either | rename one of them',
    ],
  ],
  [
    'the name of a question of our own',
    asking('blocked'),
    [
      '3:12 "blocked" is what the tool itself may have to ask: --answer blocked could be for either | rename it',
    ],
  ],
  [
    'a step with the name of such a question',
    asking('reports').replace('id: say', 'id: overwrite-image'),
    [
      '7:13 "overwrite-image" is what the tool itself may have to ask: --answer overwrite-image could be for either | rename it',
    ],
  ],
  [
    'an answer that counts for no time',
    asking('reports', ', expires: 0s'),
    ['3:60 "expires" has to be longer than nothing'],
  ],
])('a question with %s', async (_, text, expected) => {
  expect(await mistakes(text, { platforms })).toEqual(expected)
})
