import { expect, test } from 'vitest'

import { findRunbook, type ListDirectory } from '../../src/runbook/find.ts'

function directories(content: Record<string, string[]>): ListDirectory {
  return (directory) => Promise.resolve(content[directory] ?? [])
}

test.each([
  [{ '.': ['README.md', 'rollback.yaml'] }, 'rollback.yaml'],
  [{ '.': ['rollback.yml'] }, 'rollback.yml'],
  [{ '.rollback': ['api.yaml'] }, '.rollback/api.yaml'],
  [{ runbooks: ['api.yaml', 'notes.md'] }, 'runbooks/api.yaml'],
  [{ ops: ['rollback.yaml', 'values.yaml'] }, 'ops/rollback.yaml'],
  [{ '.': ['rollback.yaml'], runbooks: ['api.yaml', 'web.yaml'] }, 'rollback.yaml'],
])('finds the one there is: %j', async (content, expected) => {
  expect(await findRunbook(directories(content))).toBe(expected)
})

test('lists them when there are several', async () => {
  const found = findRunbook(directories({ ops: ['rollback.yaml'], runbooks: ['b.yaml', 'a b.yaml'] }))
  await expect(found).rejects.toMatchObject({
    code: 'several-runbooks',
    found: 'runbooks/a b.yaml, runbooks/b.yaml, ops/rollback.yaml',
    cure: "choose one: --runbook 'runbooks/a b.yaml'",
    exit: 2,
  })
})

test('says how to begin when there is none', async () => {
  await expect(findRunbook(directories({}))).rejects.toMatchObject({
    code: 'no-runbook',
    cure: 'write one with: rollback init; or name one with --runbook <file>',
    exit: 2,
  })
})
