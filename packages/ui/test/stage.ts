/** One browser and one page server for all tests of a run: starting them takes longer than most of the tests. */
import { chromium, type Page } from '@playwright/test'
import { inject } from 'vitest'
import type { TestProject } from 'vitest/node'
import { chromiumPath, launchOptions, type Stage, servePages } from './browser.ts'

declare module 'vitest' {
  interface ProvidedContext {
    faultlineStage: { endpoint: string; url: string } | null
  }
}

/** vitest's global set-up */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const executable = chromiumPath()
  project.provide('faultlineStage', null)
  if (executable === null) return
  const [served, browser] = await Promise.all([servePages(), chromium.launchServer(launchOptions(executable))])
  project.provide('faultlineStage', { endpoint: browser.wsEndpoint(), url: served.url })
  return async () => {
    await browser.close()
    await served.close()
  }
}

/** The run's browser and pages; `close` leaves them to the others. */
export async function joinStage(): Promise<Stage> {
  const stage = inject('faultlineStage')
  if (!stage) throw new Error('There is no browser.')
  const browser = await chromium.connect(stage.endpoint)
  return { browser, url: stage.url, close: () => browser.close() }
}

interface ProbePage {
  page: Page
  /** what the page threw; whoever looks empties it */
  errors: string[]
}

/** The probe's page by device pixels per pixel, one for each: every test opens a chart of its own in it. `kit`: a script beside the probe. */
export function probePages({ browser, url }: Stage, kit?: 'heat-kit.ts'): (scale: number) => Promise<ProbePage> {
  const pages = new Map<number, ProbePage>()
  return async (scale) => {
    const known = pages.get(scale)
    if (known) return known
    const page = await browser.newPage({ viewport: { width: 1000, height: 640 }, deviceScaleFactor: scale })
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(error.message))
    await page.goto(`${url}probe.html`)
    if (kit) await page.addScriptTag({ type: 'module', url: kit })
    await page.waitForFunction((withKit) => 'probe' in window && (!withKit || 'heatKit' in window), kit !== undefined)
    pages.set(scale, { page, errors })
    return { page, errors }
  }
}
