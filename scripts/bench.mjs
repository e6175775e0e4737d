// `npm run bench [-- NAME …] [--write]`: runs bench/speed/NAME.bench.ts, or all of those. --write keeps the figures in
// bench/speed/results. They are measurements, never checks.
// `npm run bench -- accuracy [--write] [--quick] [--tuning]`: how right the map is (bench/accuracy). It needs no build and no browser.
// `npm run bench -- faults/kills [--kills 100] [--seed 1] [--write]`: a loop that breaks the running product (bench/faults).
// Options go to the benches that are named.
import { globSync } from 'node:fs'
import path from 'node:path'
import { findChromium } from './chromium.mjs'
import { root, run, say } from './environment.mjs'

const args = process.argv.slice(2)
// Names come first: what follows the first option may be its value.
const firstOption = args.findIndex((a) => a.startsWith('-'))
const names = firstOption < 0 ? args : args.slice(0, firstOption)
const flags = firstOption < 0 ? [] : args.slice(firstOption)
const nameOf = (file) => file.slice('bench/'.length, -'.bench.ts'.length).replace(/^(speed|accuracy)\//, '')
const all = globSync('bench/{accuracy,faults,speed}/*.bench.ts', { cwd: root })
  .map((file) => file.split(path.sep).join('/'))
  .sort()
const speed = all.filter((file) => file.startsWith('bench/speed/'))
const chosen = names.length === 0 ? speed : names.map((n) => all.find((file) => nameOf(file) === n))
const missing = names.filter((_, i) => chosen[i] === undefined)
if (missing.length > 0) {
  say(`There is no ${missing[0]}; there are: ${all.map(nameOf).join(', ')}`)
  process.exit(2)
}
try {
  const env = { ...process.env }
  if (chosen.some((file) => !file.startsWith('bench/accuracy/'))) {
    await run('turbo', ['run', 'build', 'generate', '--output-logs=errors-only'], { quiet: true })
    env.CHROMIUM_PATH = await findChromium()
  }
  for (const file of chosen) {
    say(`\n━━ ${file}`)
    await run(process.execPath, [file, ...flags], { env })
  }
} catch (e) {
  say(`\n${e.message}\n`)
  process.exit(1)
}
