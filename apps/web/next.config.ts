import path from 'node:path'
import type { NextConfig } from 'next'

const config: NextConfig = {
  // workspace packages export TypeScript source
  transpilePackages: ['@faultline/db', '@faultline/engine', '@faultline/market', '@faultline/ui'],
  serverExternalPackages: ['pg', '@prisma/adapter-pg', '@node-rs/argon2'],
  // without it Turbopack guesses the root from lockfiles and cannot resolve workspace packages
  turbopack: { root: path.join(import.meta.dirname, '../..') },
  poweredByHeader: false,
  reactStrictMode: true,
}
export default config
