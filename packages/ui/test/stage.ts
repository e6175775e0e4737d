/** One browser and one page server for all tests of a run: starting them takes longer than most of the tests. */
import { chromium } from '@playwright/test'
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
