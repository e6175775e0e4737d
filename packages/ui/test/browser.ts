/** A headless Chromium and a page server for tests and benchmarks of what is seen. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Browser, chromium } from '@playwright/test'
import { createViteServer } from 'vitest/node'

const SYSTEM = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** `CHROMIUM_PATH`, else Playwright's own browser, else the system's; null when there is none. */
export function chromiumPath(): string | null {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH
  return [chromium.executablePath(), ...SYSTEM].find((p) => existsSync(p)) ?? null
}

export const NO_CHROMIUM = 'no Chromium found: install one, or set CHROMIUM_PATH to its executable'

export interface Stage {
  browser: Browser
  /** of the folder of pages */
  url: string
  close(): Promise<void>
}

/** `pages`: the folder that is served; without it, test/page. */
export async function openStage(executablePath: string, pages?: string): Promise<Stage> {
  const served = await servePages(pages)
  const browser = await chromium.launch(launchOptions(executablePath))
  return {
    browser,
    url: served.url,
    async close() {
      await browser.close()
      await served.close()
    },
  }
}

export const launchOptions = (executablePath: string) => ({
  executablePath,
  args: [
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), // Chromium's sandbox refuses to run as root
    '--disable-dev-shm-usage', // /dev/shm is 64 MB in containers: large canvases crash the tab
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-quic',
    '--no-first-run',
  ],
})

/** Pages and what they import, as a browser takes it. */
export async function servePages(pages = path.join(import.meta.dirname, 'page')): Promise<{ url: string; close(): Promise<void> }> {
  const cacheDir = mkdtempSync(path.join(tmpdir(), 'faultline-ui-'))
  const server = await createViteServer({
    root: pages,
    configFile: false,
    logLevel: 'error',
    cacheDir,
    server: { host: '127.0.0.1', port: 0, hmr: false, watch: null },
    optimizeDeps: { include: ['echarts/core', 'echarts/charts', 'echarts/components', 'echarts/renderers'] },
  })
  await server.listen()
  return {
    url: server.resolvedUrls?.local[0] ?? '',
    async close() {
      await server.close()
      rmSync(cacheDir, { recursive: true, force: true })
    },
  }
}
