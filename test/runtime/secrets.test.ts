import { expect, test } from 'vitest'

import type { CommandResult, ReadDoor } from '../../src/core/doors.ts'
import type { SecretRef } from '../../src/core/model.ts'
import { shellWord } from '../../src/core/shell.ts'
import { openDoors } from '../../src/io/doors.ts'
import { openSecrets, secretExpression } from '../../src/runtime/secrets.ts'

const { read } = openDoors()

function secrets(refs: Record<string, SecretRef>, own: Partial<ReadDoor>) {
  const concealed: string[] = []
  const opened = openSecrets(refs, { ...read, ...own }, (value, name) => concealed.push(`${name}=${value}`))
  return { ...opened, concealed }
}

function ended(own: Partial<CommandResult>): Partial<ReadDoor> {
  return { look: async () => ({ started: true, exitCode: 0, stdout: '', stderr: '', dropped: 0, ...own }) }
}

test('the redactor knows a value before anybody is given it', async () => {
  const { value, concealed } = secrets({ hook: { env: 'HOOK' } }, { env: () => 'hunter2' })
  const given = value('hook').then(() => [...concealed])
  expect(await given).toEqual(['hook=hunter2'])
})

test.each<[string, SecretRef, Partial<ReadDoor>, string]>([
  ['the environment, as it is', { env: 'X' }, { env: () => ' a\n' }, ' a\n'],
  ['a file, without its last line break', { file: '/x' }, { file: async () => 'a\nb\r\n' }, 'a\nb'],
  ['a command, without its last line break', { command: ['pass'] }, ended({ stdout: 'a\n' }), 'a'],
])('%s', async (_, ref, own, wanted) => {
  expect(await secrets({ x: ref }, own).value('x')).toBe(wanted)
})

test.each<[string, SecretRef, Partial<ReadDoor>, string]>([
  ['a variable that is not set', { env: 'HOOK' }, { env: () => undefined }, 'HOOK is not set'],
  ['a variable that is empty', { env: 'HOOK' }, { env: () => '' }, 'HOOK is empty'],
  ['a file that is not there', { file: '/x' }, { file: async () => undefined }, '/x does not exist'],
  ['a file that is empty', { file: '/x' }, { file: async () => '\n' }, '/x is empty'],
  ['a command that fails', { command: ['pass'] }, ended({ exitCode: 3 }), 'exit code 3'],
  [
    'a command that never ends',
    { command: ['pass'] },
    ended({ exitCode: undefined, ended: 'timed out after 60 s' }),
    'timed out',
  ],
])('%s refuses, before anything is changed', async (_, ref, own, found) => {
  await expect(secrets({ x: ref }, own).value('x')).rejects.toMatchObject({
    code: 'secret-missing',
    exit: 20,
    found: expect.stringContaining(found) as string,
  })
})

test('what a failing command printed is in no message: it may be the secret', async () => {
  const own = ended({ exitCode: 1, stdout: 'hunter2', stderr: 'hunter2' })
  const error: unknown = await secrets({ x: { command: ['pass'] } }, own)
    .value('x')
    .catch((thrown: unknown) => thrown)
  expect(JSON.stringify(error)).not.toContain('hunter2')
  expect(String(error)).not.toContain('hunter2')
})

test('a secret that the runbook does not declare is not looked for', async () => {
  await expect(secrets({}, { env: () => 'x' }).value('constructor')).rejects.toMatchObject({
    code: 'secret-missing',
  })
})

test('a command is run once, however often its secret is used', async () => {
  const runs: unknown[] = []
  const look: ReadDoor['look'] = async ({ argv }) => {
    runs.push(argv)
    return { started: true, exitCode: 0, stdout: 'a', stderr: '', dropped: 0 }
  }
  const { value } = secrets({ x: { command: ['pass'] } }, { look })
  await Promise.all([value('x'), value('x')])
  await value('x')
  expect(runs).toEqual([['pass']])
})

test.each<[SecretRef, string]>([
  [{ env: 'HOOK' }, '"$HOOK"'],
  [{ file: '/run/my secret' }, `"$(cat '/run/my secret')"`],
  [{ command: ['pass', 'show', 'api'] }, '"$(pass show api)"'],
])('%j is printed as %s', (ref, printed) => {
  expect(shellWord(secretExpression(ref))).toBe(printed)
})
