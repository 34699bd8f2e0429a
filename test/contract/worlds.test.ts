import { describe, expect, test } from 'vitest'

import { actions } from './actions.ts'
import type { World } from './world.ts'
import { worlds } from './worlds/index.ts'

const known: Record<string, World> = worlds

describe('no action escapes the contract', () => {
  test.each([...actions])('%s has a world of its kind', (name, { kind }) => {
    expect(known[name], `${name} has no world: add one in test/contract/worlds/`).toBeDefined()
    expect(known[name]?.kind).toBe(kind)
  })

  test.each(Object.keys(worlds))('the world %s is that of an action', (name) => {
    expect([...actions.keys()]).toContain(name)
  })
})
