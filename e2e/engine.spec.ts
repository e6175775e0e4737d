import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import type { EngineRun } from './engine-run.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const SEED = 7
const RUN = `import('%/e2e/engine-run.ts').then(({ engineRun }) => engineRun(${SEED}))`

/** Sources as Node itself runs them: types stripped, every file its own module. */
const source = (file: string) => stripTypeScriptTypes(readFileSync(path.join(root, file), 'utf8'))

/** Names of packages as their package.json exports them. */
function importMap(): string {
  const { exports } = JSON.parse(readFileSync(path.join(root, 'packages/market/package.json'), 'utf8')) as {
    exports: Record<string, string>
  }
  const imports = Object.entries(exports).map(([name, file]) => [`@faultline/market${name.slice(1)}`, `/packages/market${file.slice(1)}`])
  return JSON.stringify({ imports: Object.fromEntries(imports) })
}

async function inNode(): Promise<EngineRun> {
  const script = `${RUN.replace('%', new URL('..', import.meta.url).href.replace(/\/$/, ''))}.then((run) => console.log(JSON.stringify(run)))`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], { cwd: root })
  return JSON.parse(stdout)
}

test('the engine gives the same bytes in the browser as in Node', async ({ page }) => {
  // A secure origin that is nowhere: every file of it is answered here.
  await page.route('https://engine.test/**', (route) => {
    const { pathname } = new URL(route.request().url())
    if (!pathname.endsWith('.ts'))
      return route.fulfill({ contentType: 'text/html', body: `<script type="importmap">${importMap()}</script>` })
    return route.fulfill({ contentType: 'text/javascript', body: source(pathname.slice(1)) })
  })
  await page.goto('https://engine.test/')
  const [browser, node] = await Promise.all([page.evaluate<EngineRun>(RUN.replace('%', '')), inNode()])
  expect(browser).toEqual(node)
  // …and it was a run with something in it: two days of columns, prints to learn from, some of them outside their candle
  expect(new Set(node.columns).size).toBe(57)
  expect(node.printsSeen).toBeGreaterThan(500)
  expect(node.printsOutsideCandle).toBeGreaterThan(10)
})
