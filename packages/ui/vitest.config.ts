import { defineConfig } from 'vitest/config'

// A path, not a package: testkit stands on other packages, and turbo would call that a cycle.
const setupFiles = ['../testkit/src/fixed-seed.ts']

/** Tests beside the sources are pure; those of test/ share a browser from the global set-up. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'pure', setupFiles, include: ['src/**/*.test.{ts,tsx}'] } },
      { test: { name: 'browser', setupFiles, include: ['test/**/*.test.ts'], globalSetup: ['test/stage.ts'] } },
    ],
  },
})
