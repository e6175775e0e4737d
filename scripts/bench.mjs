// `npm run bench [-- NAME …] [--write]`: runs bench/speed/NAME.bench.ts, or all of them. --write keeps the figures in
// bench/speed/results. They are measurements, never checks.
import { globSync } from 'node:fs'
import path from 'node:path'
import { findChromium } from './chromium.mjs'
import { root, run, say } from './environment.mjs'

const names = process.argv.slice(2).filter((a) => !a.startsWith('-'))
const flags = process.argv.slice(2).filter((a) => a.startsWith('-'))
const all = globSync('bench/speed/*.bench.ts', { cwd: root }).sort()
const chosen = names.length === 0 ? all : names.map((n) => path.join('bench/speed', `${n}.bench.ts`))
const missing = chosen.filter((f) => !all.includes(f))
if (missing.length > 0) {
  say(`There is no ${missing[0]}; there are: ${all.map((f) => path.basename(f, '.bench.ts')).join(', ')}`)
  process.exit(2)
}
try {
  await run('turbo', ['run', 'build', 'generate', '--output-logs=errors-only'], { quiet: true })
  const env = { ...process.env, CHROMIUM_PATH: await findChromium() }
  for (const file of chosen) {
    say(`\n━━ ${file}`)
    await run(process.execPath, [file, ...flags], { env })
  }
} catch (e) {
  say(`\n${e.message}\n`)
  process.exit(1)
}
