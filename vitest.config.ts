import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // Most of the time a test waits for real parts: more of them than cores can be under way.
    maxWorkers: 3,
  },
})
