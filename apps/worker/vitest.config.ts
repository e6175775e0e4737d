import { defineConfig } from 'vitest/config'

const setupFiles = ['@faultline/testkit/fixed-seed']

/** `*.test.ts` need no database; `*.db.test.ts` get a cluster with a migrated template from the global set-up. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', setupFiles, include: ['src/**/*.test.ts'], exclude: ['src/**/*.db.test.ts'] } },
      { test: { name: 'database', setupFiles, include: ['src/**/*.db.test.ts'], globalSetup: ['@faultline/testkit/global-setup'] } },
    ],
  },
})
