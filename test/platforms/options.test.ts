import { expect, test } from 'vitest'

import type { Entry, Platform } from '../../src/core/contract.ts'
import type { Schema } from '../../src/core/schema.ts'
import { platforms } from '../../src/platforms/index.ts'

const apart = Object.values<Platform>(platforms).flatMap(({ name, actions, sources = {} }) =>
  Object.entries<Entry<{ options: Schema<unknown> }>>({ ...actions, ...sources }).flatMap(
    ([key, { load, options }]) => (options === undefined ? [] : [{ name: `${name}.${key}`, load, options }]),
  ),
)

test.each(apart)('$name: the options that are loaded alone are its own', async ({ load, options }) => {
  expect(await options()).toBe((await load()).options)
})
