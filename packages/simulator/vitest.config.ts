import { defineConfig } from 'vitest/config'

// A path, not a package: testkit stands on other packages, and turbo would call that a cycle.
export default defineConfig({ test: { setupFiles: ['../testkit/src/fixed-seed.ts'] } })
