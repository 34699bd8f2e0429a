import { defineConfig } from 'vitest/config'

// The suites that take minutes: `npm run test:platforms`, `test:crash`, `test:races`, `test:fuzz`. They are no part of `npm test`.
export default defineConfig({
  test: {
    include: ['test/**/*.slow.ts'],
    testTimeout: 90 * 60_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
  },
})
