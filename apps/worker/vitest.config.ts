import { defineConfig } from 'vitest/config'

const setupFiles = ['@faultline/testkit/fixed-seed']
/** Nothing is asserted of time: a machine may be busy. */
const patience = { testTimeout: 30_000, hookTimeout: 60_000 }

/** `*.test.ts` need no database; `*.db.test.ts` get a cluster with a migrated template from the global set-up. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', setupFiles, ...patience, include: ['src/**/*.test.ts'], exclude: ['src/**/*.db.test.ts'] } },
      {
        test: {
          name: 'database',
          setupFiles,
          ...patience,
          include: ['src/**/*.db.test.ts'],
          globalSetup: ['@faultline/testkit/global-setup'],
        },
      },
    ],
  },
})
