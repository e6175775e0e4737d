import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, type Locator, type Page } from '@playwright/test'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The administrator whose password the start printed (e2e/run.mjs reads it). */
export const administrator = { email: process.env.E2E_EMAIL ?? '', password: process.env.E2E_PASSWORD ?? '' }

export async function signIn(page: Page, { email, password } = administrator): Promise<void> {
  await page.goto('/')
  await expect(page).toHaveURL(/sign/)
  await page.getByLabel('Email', { exact: true }).fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await expect(page).not.toHaveURL(/sign/)
}

export const heatmap = (page: Page): Locator => page.getByTestId('heatmap')
export const columns = async (page: Page): Promise<number> => Number(await heatmap(page).getAttribute('data-columns'))

/** `npm run -s faultline -- …` against the product under test: it shares the state folder, so also the database. */
export async function faultline(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  return await promisify(execFile)(process.execPath, ['scripts/faultline.mjs', ...args], {
    cwd: root,
    env: process.env,
    maxBuffer: 1 << 26,
  })
}

/** Distinct colours on the heat layer's own canvas (below the rest of the chart): a drawn map has dozens. */
export async function coloursOf(page: Page): Promise<number> {
  return await heatmap(page).evaluate((element) => {
    const canvas = element.querySelector<HTMLCanvasElement>('canvas.fl-chart-heat')
    const context = canvas?.getContext('2d')
    if (!canvas || !context || canvas.width === 0 || canvas.height === 0) return 0
    const pixels = new Uint32Array(context.getImageData(0, 0, canvas.width, canvas.height).data.buffer)
    return new Set(pixels.filter((colour) => colour !== 0)).size
  })
}

/** Start of the last bucket that the page shows, UTC ms. */
export const lastBucket = async (page: Page): Promise<number> => Date.parse((await heatmap(page).getAttribute('data-last-bucket')) ?? '')

/** Makes the simulated venue misbehave (docs/simulated-venue.md). */
export async function fault(body: Record<string, unknown>): Promise<void> {
  const answer = await fetch(`${venueControl()}/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`The venue refused the fault: ${answer.status} ${await answer.text()}`)
}

/** The running product says in its state folder where its simulated venue listens. */
function venueControl(): string {
  const file = path.join(process.env.FAULTLINE_STATE_DIR ?? '', 'venue.json')
  return (JSON.parse(readFileSync(file, 'utf8')) as { control: string }).control
}
