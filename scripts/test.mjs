// `npm test`: everything that CI checks, in one run, and a last line `N passed, N failed`.
//   types · lint · doors (with a planted violation) · unused code · the cache's inputs · dependencies · unit, property and database tests
//   on a throw-away Postgres · Playwright against the built product · four kills of parts of it
// `npm test -- unit` (or types, lint, doors, unused, cache, dependencies, e2e, faults; several may be named) runs only those.
import { spawn } from 'node:child_process'
import { existsSync, globSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { startPostgres } from '../packages/db/tools/local-postgres.mjs'
import { findChromium } from './chromium.mjs'
import { root } from './environment.mjs'

const wanted = process.argv.slice(2).filter((a) => !a.startsWith('-'))
const STAGES = ['types', 'lint', 'doors', 'unused', 'cache', 'dependencies', 'unit', 'e2e', 'faults']
const unknown = wanted.filter((w) => !STAGES.includes(w))
if (unknown.length > 0) {
  console.error(`There is no stage "${unknown[0]}"; there are: ${STAGES.join(', ')}`)
  process.exit(2)
}
const selected = (stage) => wanted.length === 0 || wanted.includes(stage)
const total = { passed: 0, failed: 0 }
const failures = []
let child
let server
let stopping = false

const run = (cmd, args, env = {}) =>
  new Promise((done) => {
    child = spawn(cmd, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } })
    child.once('error', (e) => {
      console.error(e.message)
      done(1)
    })
    child.once('exit', (code) => {
      child = undefined
      done(code ?? 1)
    })
  })
const stop = async () => {
  stopping = true
  child?.kill('SIGTERM')
}
for (const s of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(s, stop)
process.on('disconnect', stop) // bootstrap.mjs was killed

const header = (title) => console.log(`\n━━ ${title} ${'━'.repeat(Math.max(3, 100 - title.length))}`)
const count = (name, passed, failed) => {
  total.passed += passed
  total.failed += failed
  if (failed > 0) failures.push(`${name}: ${failed} failed`)
}
/** What failed in the browser and how it began, so that the end of a long log says it. */
function failedSpecs(suites) {
  return (suites ?? []).flatMap((suite) => [
    ...(suite.specs ?? [])
      .filter((spec) => !spec.ok || spec.tests.some((test) => test.status === 'flaky'))
      .map((spec) => {
        const error = spec.tests.flatMap((test) => test.results).find((result) => result.error)?.error?.message ?? ''
        return `${spec.ok ? '(passed at the second attempt) ' : ''}${suite.file}: ${spec.title}: ${stripVTControlCharacters(error).split('\n').slice(0, 6).join(' ').slice(0, 400)}`
      }),
    ...failedSpecs(suite.suites),
  ])
}
/** A stage of one verdict. */
async function check(stage, title, cmd, args, env) {
  if (!selected(stage) || stopping) return
  header(title)
  const code = await run(cmd, args, env)
  count(title, code === 0 ? 1 : 0, code === 0 ? 0 : 1)
}

const started = performance.now()
try {
  if (await run('turbo', ['run', 'generate', '--output-logs=errors-only']))
    throw new Error('Generating the database client failed (see above).')
  await check('types', 'types', 'turbo', ['run', 'typecheck', '--output-logs=errors-only', '--continue', '--concurrency=2'])
  await check('lint', 'lint', 'biome', ['check', '--error-on-warnings', '.'])
  await check('doors', 'doors', process.execPath, ['scripts/checks/doors.mjs'])
  await check('unused', 'unused code', 'knip', ['--no-progress'])
  await check('cache', "the cache's inputs", process.execPath, ['scripts/checks/cache.mjs'])

  await check('dependencies', 'dependencies', process.execPath, ['scripts/checks/dependencies.mjs'])

  const chromium = selected('unit') || selected('e2e') ? await findChromium() : undefined
  if (selected('unit') && !stopping) {
    header('unit, property and database tests')
    for (const file of globSync('{apps,packages}/*/.results', { cwd: root }))
      rmSync(path.join(root, file), { recursive: true, force: true })
    if (!process.env.DATABASE_URL)
      server = await startPostgres({ dataDir: path.join(root, '.data/pg-test'), port: 55_532, durable: false, log: console.log })
    const code = await run('turbo', ['run', 'test', '--continue', '--concurrency=1', '--output-logs=new-only'], {
      FAULTLINE_TEST_CLUSTER_URL: server?.url ?? process.env.DATABASE_URL,
      CHROMIUM_PATH: chromium,
    })
    let seen = 0
    for (const manifest of globSync('{apps,packages}/*/package.json', { cwd: root })) {
      const { name, scripts } = JSON.parse(readFileSync(path.join(root, manifest), 'utf8'))
      if (!scripts?.test) continue
      const file = path.join(root, path.dirname(manifest), '.results/vitest.json')
      if (!existsSync(file)) {
        count(`${name} (its tests did not run)`, 0, 1)
        continue
      }
      const r = JSON.parse(readFileSync(file, 'utf8'))
      // A file that fails to load holds no test: count it, or it would vanish.
      const broken = r.testResults.filter((t) => t.status === 'failed' && t.assertionResults.every((a) => a.status !== 'failed')).length
      count(name, r.numPassedTests, r.numFailedTests + broken)
      for (const t of r.testResults)
        for (const a of t.assertionResults)
          if (a.status === 'failed')
            failures.push(
              `  ${path.basename(t.name)}: ${a.fullName}: ${String(a.failureMessages?.[0] ?? '')
                .split('\n')[0]
                ?.slice(0, 300)}`,
            )
      seen += r.numPassedTests
    }
    if (code !== 0 && total.failed === 0) count('tests', 0, 1)
    console.log(`\n${seen} tests passed in the packages`)
    await server?.stop()
    server = undefined
  }

  if (selected('e2e') && !stopping) {
    header('end to end, in a browser')
    const results = path.join(root, 'e2e/.results/playwright.json')
    rmSync(path.dirname(results), { recursive: true, force: true })
    const code = await run(process.execPath, ['e2e/run.mjs'], { CHROMIUM_PATH: chromium, PLAYWRIGHT_JSON_OUTPUT_NAME: results })
    if (existsSync(results)) {
      const { stats, suites } = JSON.parse(readFileSync(results, 'utf8'))
      count('end to end', stats.expected + stats.flaky, stats.unexpected)
      for (const why of failedSpecs(suites)) failures.push(`  ${why}`)
      if (code !== 0 && stats.unexpected === 0) count('end to end (see above)', 0, 1)
    } else count('end to end (did not run)', 0, 1)
  }

  // The long loop of kills is bench/faults. How long a recovery takes is reported there and judged only when it is absurd.
  const kills = ['--kills', '4', '--kinds', 'worker,postgres,worker+postgres,web', '--seed', '3', '--pause', '4']
  await check('faults', 'kill -9 of the running product', process.execPath, ['bench/faults/kills.bench.ts', ...kills])
} catch (e) {
  console.error(`\n${e.message}\n`)
  count(e.message, 0, 1)
} finally {
  await server?.stop()
}
if (stopping) count('interrupted', 0, 1)
console.log(`\n${((performance.now() - started) / 1000).toFixed(0)} s`)
for (const f of failures) console.log(f.startsWith(' ') ? f : `FAILED ${f}`)
console.log(`${total.passed} passed, ${total.failed} failed`)
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1)
