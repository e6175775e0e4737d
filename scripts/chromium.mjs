// A browser for the tests: the one named by CHROMIUM_PATH, Playwright's own, the system's, else one that is installed now.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { chromium } from '@playwright/test'

const SYSTEM = [
  '/usr/bin/chromium', // Debian
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]
const present = () => [process.env.CHROMIUM_PATH, chromium.executablePath(), ...SYSTEM].find((p) => p && existsSync(p))
const quietly = (cmd, args) => spawnSync(cmd, args, { stdio: ['ignore', 2, 'inherit'] }).status === 0

/** @returns {Promise<string>} path of the executable */
export async function findChromium() {
  const there = present()
  if (there) return there
  console.error('No browser for the tests yet: installing one.')
  if (existsSync('/etc/debian_version') && process.getuid?.() === 0) {
    quietly('apt-get', ['update', '-q'])
    quietly('apt-get', ['install', '-y', '-q', 'chromium', 'fonts-liberation'])
  }
  if (!present()) {
    const cli = path.join(path.dirname(createRequire(import.meta.url).resolve('@playwright/test/package.json')), 'cli.js')
    quietly(process.execPath, [cli, 'install', 'chromium'])
  }
  const now = present()
  if (now) return now
  throw new Error(
    [
      'The tests need a browser, and none could be installed. One of these helps:',
      '  Debian/Ubuntu:  apt-get update && apt-get install -y chromium fonts-liberation',
      '  elsewhere:      pnpm exec playwright install chromium',
      '  or:             CHROMIUM_PATH=/path/to/chromium npm test',
    ].join('\n'),
  )
}
