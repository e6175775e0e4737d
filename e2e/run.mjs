// The whole product as a person uses it: `npm start` with an empty database, then Playwright against it, then the end. What the
// start prints on the way (the ready line, the first administrator) is part of what is tested.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { startProduct } from './start-product.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const cli = path.join(path.dirname(createRequire(import.meta.url).resolve('@playwright/test/package.json')), 'cli.js')
let code = 1
let product
let runner
let stopping = false
for (const s of ['SIGINT', 'SIGTERM'])
  process.on(s, () => {
    stopping = true
    runner?.kill('SIGTERM')
  })
try {
  product = await startProduct()
  if (!stopping)
    code = await new Promise((done) => {
      runner = spawn(process.execPath, [cli, 'test', '--config', 'e2e/playwright.config.ts', ...process.argv.slice(2)], {
        cwd: root,
        stdio: 'inherit',
        env: { ...product.env, BASE_URL: product.origin, E2E_EMAIL: product.email, E2E_PASSWORD: product.password },
      })
      runner.once('exit', (c) => done(c ?? 1))
    })
} catch (e) {
  console.error(`\n${e.message}\n`)
} finally {
  await product?.stop()
}
process.exit(code)
