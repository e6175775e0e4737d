import { defineConfig } from 'vitest/config'

// The model for every package whose tests need Postgres: the setup puts a migrated template into a cluster (the one of
// FAULTLINE_TEST_CLUSTER_URL, else a throw-away one), and freshDatabase() of @faultline/testkit/fresh-database clones it.
export default defineConfig({
  test: {
    globalSetup: ['@faultline/testkit/global-setup'],
    include: ['src/**/*.test.ts', 'tools/**/*.test.ts'],
    hookTimeout: 30_000,
    testTimeout: 30_000,
  },
})
