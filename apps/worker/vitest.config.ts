import { defineConfig } from 'vitest/config'

/** `*.test.ts` need no database; `*.db.test.ts` get a cluster with a migrated template from the global set-up. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['src/**/*.test.ts'], exclude: ['src/**/*.db.test.ts'] } },
      { test: { name: 'database', include: ['src/**/*.db.test.ts'], globalSetup: ['@faultline/testkit/global-setup'] } },
    ],
  },
})
