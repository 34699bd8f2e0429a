import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Far more than a test takes: a machine that is slow or busy fails none.
    testTimeout: 90_000,
    hookTimeout: 180_000,
    // Most of the time a test waits for real parts: more of them than cores can be under way.
    maxWorkers: 3,
  },
})
