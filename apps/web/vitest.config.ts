import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { include: ['src/**/*.test.ts'], globalSetup: ['@faultline/testkit/global-setup'], hookTimeout: 30_000, testTimeout: 30_000 },
})
