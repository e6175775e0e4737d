// The doors between the rooms, and a proof that they are shut: a forbidden import is planted in each room and must be found.
// Beside TypeScript 7, dependency-cruiser without @swc/core reads no .ts file and reports success: hence the floor on modules.
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { cruise } from 'dependency-cruiser'
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config'
import rules from '../../.dependency-cruiser.mjs'
import { root } from '../environment.mjs'

const LEAST_MODULES = 60
const FOLDERS = ['apps', 'packages', 'scripts', 'bench', 'e2e']
const PLANTS = [
  { file: 'packages/market/src/door.planted.ts', imports: '../../engine/src/margin/tiers.ts', rule: 'packages-market-doors' },
  { file: 'packages/engine/src/door.planted.ts', imports: '../../db/src/database.ts', rule: 'packages-engine-doors' },
  { file: 'packages/engine/src/clock.planted.ts', imports: 'node:fs', rule: 'engine-is-pure' },
  { file: 'packages/simulator/src/door.planted.ts', imports: '../../engine/src/margin/binance.ts', rule: 'packages-simulator-doors' },
  { file: 'packages/ui/src/door.planted.ts', imports: '../../db/src/database.ts', rule: 'packages-ui-doors' },
  { file: 'packages/db/src/door.planted.ts', imports: '../../engine/src/margin/tiers.ts', rule: 'packages-db-doors' },
  { file: 'apps/worker/src/door.planted.ts', imports: '../../../packages/simulator/src/simulate.ts', rule: 'apps-worker-doors' },
  { file: 'apps/web/src/door.planted.ts', imports: '../../worker/src/cli/main.ts', rule: 'apps-web-doors' },
  { file: 'apps/web/src/test.planted.ts', imports: '@faultline/testkit/fresh-database', rule: 'testkit-in-tests-only' },
  { file: 'apps/web/src/features/heatmap/database.planted.ts', imports: '@faultline/db/database', rule: 'browser-code-without-database' },
]

process.chdir(root)
const scan = async () => {
  const { output } = await cruise(
    FOLDERS,
    { ...rules.options, ruleSet: { forbidden: rules.forbidden }, validate: true },
    { bustTheCache: true },
    { tsConfig: extractTSConfig(path.join(root, 'tsconfig.base.json')) },
  )
  return output
}
const show = (v) => `${v.rule.name}: ${v.from} → ${v.to}`

let failed = false
const clean = await scan()
const typescript = clean.modules.filter((m) => /\.tsx?$/.test(m.source) && !m.source.includes('node_modules')).length
console.log(`${clean.summary.totalCruised} modules (${typescript} TypeScript), ${clean.summary.totalDependenciesCruised} imports`)
if (typescript < LEAST_MODULES) {
  console.error(`Only ${typescript} TypeScript modules were read, at least ${LEAST_MODULES} were expected: the check is blind.`)
  failed = true
}
for (const v of clean.summary.violations) {
  console.error(`forbidden  ${show(v)}`)
  failed = true
}

try {
  for (const p of PLANTS) writeFileSync(p.file, `import * as planted from '${p.imports}'\nconsole.log(planted)\n`)
  const { summary } = await scan()
  for (const p of PLANTS) {
    const found = summary.violations.some((v) => v.from === p.file && v.rule.name === p.rule)
    if (found) console.log(`shut       ${p.rule}: ${p.file} → ${p.imports}`)
    else {
      console.error(`OPEN       ${p.rule}: ${p.file} → ${p.imports} was not found`)
      failed = true
    }
  }
} finally {
  for (const p of PLANTS) rmSync(p.file, { force: true })
}
process.exit(failed ? 1 : 0)
