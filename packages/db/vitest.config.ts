import { defineConfig } from 'vitest/config'

// The model for every package whose tests need Postgres: the setup puts a migrated template into a cluster (the one of
// FAULTLINE_TEST_CLUSTER_URL, else a throw-away one), and freshDatabase() of @faultline/testkit/fresh-database clones it.
// Others name it '@faultline/testkit/global-setup'; here it is a path, since testkit depends on this package.
export default defineConfig({
  test: {
    globalSetup: ['../testkit/src/global-setup.ts'],
    setupFiles: ['../testkit/src/fixed-seed.ts'],
    include: ['src/**/*.test.ts', 'tools/**/*.test.ts'],
    hookTimeout: 30_000,
    testTimeout: 30_000,
  },
})
