import { expect, test } from 'vitest'

import { sameRunLine } from '../../src/cli/command-line.ts'

const SHA = '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d'

test.each<[string, string[], string | undefined]>([
  ['as it was typed', ['run', '--target', SHA, '--yes'], `rollback run --target ${SHA} --yes`],
  [
    'whatever the triggers say by then: what was changed has to be proven',
    ['run', '--if', 'rollback', '--sample=1m', '--target', SHA, '--sample', '2m', '--yes'],
    `rollback run --target ${SHA} --yes`,
  ],
  [
    'to the version that a name stood for, which may stand for another by then',
    ['run', '--target=revision:3', '--env', 'staging'],
    `rollback run --target ${SHA} --env staging`,
  ],
  ['not for a plan of a file, which has had its run', ['run', '--plan', 'plan.json'], undefined],
  ['nor where it is written in one word', ['run', '--plan=plan.json'], undefined],
])('the same run again: %s', (_, argv, wanted) => {
  expect(sameRunLine(argv, { given: 'revision:3', sha: SHA })).toBe(wanted)
})
