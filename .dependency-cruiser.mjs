// The doors of docs/architecture.md. Every rule is an error, and there is no list of exceptions.
const only = (from, allowed) => ({
  name: `${from.replace(/\W+/g, '-').replace(/^-|-$/g, '')}-doors`,
  comment: `${from} may import only ${allowed.join(', ') || 'itself'} (docs/architecture.md)`,
  severity: 'error',
  from: { path: `^${from}/` },
  to: { path: '^(apps|packages|bench|e2e|scripts)/', pathNot: [from, ...allowed].map((p) => `^${p}/`) },
})
const tests = '(\\.(test|bench)\\.tsx?$|/test/|/testing/|vitest\\.config\\.ts$)'

export default {
  forbidden: [
    only('packages/market', []),
    only('packages/engine', ['packages/market']),
    only('packages/ui', ['packages/market']),
    only('packages/simulator', ['packages/market']),
    // testkit is imported by tests only: see below
    only('packages/db', ['packages/market', 'packages/testkit']),
    only('apps/worker', ['packages/market', 'packages/engine', 'packages/db', 'packages/testkit']),
    only('apps/web', ['packages/market', 'packages/engine', 'packages/db', 'packages/ui', 'packages/testkit']),
    only('packages/testkit', ['packages/market', 'packages/db', 'packages/simulator']),
    only('scripts', ['packages/db']),
    {
      name: 'testkit-in-tests-only',
      severity: 'error',
      from: { path: '^(apps|packages)/', pathNot: [tests, '^packages/testkit/'] },
      to: { path: '^packages/testkit/' },
    },
    {
      name: 'test-helpers-in-tests-only',
      severity: 'error',
      from: { path: '^(apps|packages)/', pathNot: [tests, '^packages/testkit/'] },
      to: { path: ['/testing/', '^packages/[^/]+/test/'], pathNot: 'node_modules' },
    },
    {
      name: 'market-imports-zod-only',
      severity: 'error',
      from: { path: '^packages/market/src/', pathNot: tests },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'core'], pathNot: 'node_modules/zod/' },
    },
    {
      name: 'engine-is-pure',
      comment: 'no I/O, no clock, no library: runs in Node and in the browser',
      severity: 'error',
      from: { path: '^packages/engine/src/', pathNot: tests },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'core'] },
    },
    {
      name: 'chart-code-without-node',
      severity: 'error',
      from: { path: '^packages/ui/src/', pathNot: tests },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'browser-code-without-database',
      comment: 'components and prepare/ run in the browser; what is stored is reached through tRPC',
      severity: 'error',
      from: { path: '^apps/web/src/features/', pathNot: [tests, '^apps/web/src/features/[^/]+/server/'] },
      to: { path: '^(packages/db/|apps/web/src/server/)', dependencyTypesNot: ['type-only'] },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    { name: 'resolvable', severity: 'error', from: { pathNot: tests }, to: { couldNotResolve: true, pathNot: '\\.css$' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/(\\.next|generated)/' },
    tsPreCompilationDeps: true,
    parser: 'swc',
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
    },
  },
}
