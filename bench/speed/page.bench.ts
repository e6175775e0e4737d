// What a person waits for: from the click on Sign in to the first heat, and the frames of panning and zooming 30 days, with the
// heat layer on and off in the same run. `node bench/speed/page.bench.ts [--write]`, or `npm run bench -- page`.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { chromium, type Page } from '@playwright/test'
import { startProduct } from '../../e2e/start-product.mjs'

const ROUNDS = 7
const FRAMES = 60
const root = fileURLToPath(new URL('../..', import.meta.url))
const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
const quantile = (values: number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * q)] ?? Number.NaN
const round = (value: number): number => Math.round(value * 10) / 10

const product = await startProduct()
const folder = mkdtempSync(path.join(os.tmpdir(), 'faultline-bench-'))
const browser = await chromium.launch({
  ...(process.env.CHROMIUM_PATH ? { executablePath: process.env.CHROMIUM_PATH } : {}),
  args: [
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    '--disable-dev-shm-usage',
    '--disable-background-networking',
    '--no-first-run',
  ],
})
try {
  const faultline = (...args: string[]) =>
    promisify(execFile)(process.execPath, ['scripts/faultline.mjs', ...args], { cwd: root, env: product.env, maxBuffer: 1 << 26 })
  const out = path.join(folder, 'market')
  await faultline('simulate', '--days', '31', '--seed', '3', '--interval', '5m', '--out', out)
  await faultline('import', '--dump', out)

  const firstHeat: number[] = []
  for (let i = 0; i < ROUNDS; i++) {
    const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } }) // a context of its own: nothing is cached
    await page.goto(product.origin)
    await page.getByLabel('Email', { exact: true }).fill(product.email)
    await page.getByLabel('Password', { exact: true }).fill(product.password)
    const t = performance.now()
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.waitForSelector('[data-testid=heatmap][data-state=ready]')
    firstHeat.push(performance.now() - t)
    if (i < ROUNDS - 1) await page.close()
  }

  const page = browser.contexts().at(-1)?.pages()[0]
  if (!page) throw new Error('the last page is gone')
  await page.getByRole('button', { name: '30d', exact: true }).click()
  await page.waitForSelector('[data-testid=heatmap][data-state=ready]')
  await page.waitForTimeout(1500)
  const heatSwitch = page.getByRole('switch', { name: 'Heat' }).or(page.getByRole('button', { name: 'Heat', exact: true }))
  if ((await heatPrint(page)) === 0) throw new Error('There is no heat to measure.')
  const on = { pan: await frames(page, 'pan'), zoom: await frames(page, 'zoom') }
  await heatSwitch.click()
  await page.waitForTimeout(500)
  const off = { pan: await frames(page, 'pan'), zoom: await frames(page, 'zoom') }

  const result = {
    machine: `${os.cpus().length} × ${os.cpus()[0]?.model}`,
    command: 'npm run bench -- page --write',
    signInToFirstHeatMs: {
      median: round(median(firstHeat)),
      min: round(Math.min(...firstHeat)),
      max: round(Math.max(...firstHeat)),
      rounds: ROUNDS,
    },
    frameMsAt30Days: (['pan', 'zoom'] as const).map((what) => ({
      what,
      heatOn: { median: round(median(on[what])), p95: round(quantile(on[what], 0.95)), max: round(Math.max(...on[what])) },
      heatOff: { median: round(median(off[what])), p95: round(quantile(off[what], 0.95)), max: round(Math.max(...off[what])) },
      ratio: round(median(on[what]) / median(off[what])),
    })),
  }
  console.log(JSON.stringify(result, null, 2))
  if (process.argv.includes('--write'))
    writeFileSync(path.join(root, 'bench/speed/results/page.json'), `${JSON.stringify(result, null, 2)}\n`)
} finally {
  await browser.close()
  await product.stop()
  rmSync(folder, { recursive: true, force: true })
}

/** Milliseconds between animation frames while the pointer drags (pan) or the wheel turns (zoom) over the chart. */
async function frames(page: Page, what: 'pan' | 'zoom'): Promise<number[]> {
  const box = await page.getByTestId('heatmap').boundingBox()
  if (!box) throw new Error('the heatmap has no box')
  const x = box.x + box.width / 2
  const y = box.y + box.height / 3
  await page.mouse.move(x, y)
  // The whole range is on screen at first, and what shows all there is cannot be dragged: go closer.
  for (let i = 0; i < 4; i++) await page.mouse.wheel(0, -120)
  await page.waitForTimeout(300)
  const before = await heatPrint(page)
  await page.evaluate(() => {
    const times: number[] = []
    const tick = (t: number) => {
      times.push(t)
      if (times.length < 100_000) requestAnimationFrame(tick)
    }
    requestAnimationFrame(tick)
    Object.assign(window, { frameTimes: times })
  })
  if (what === 'pan') await page.mouse.down()
  for (let i = 0; i < FRAMES; i++) {
    if (what === 'pan') await page.mouse.move(x + 200 * Math.sin(i / 8), y)
    else await page.mouse.wheel(0, i % 20 < 10 ? -120 : 120)
  }
  const times = await page.evaluate(() => (window as unknown as { frameTimes: number[] }).frameTimes)
  if (what === 'zoom') for (let i = 0; i < 5; i++) await page.mouse.wheel(0, -120)
  const after = await heatPrint(page)
  if (before !== 0 && after === before) throw new Error(`The picture did not move: the frames of ${what} would be those of a still page.`)
  if (what === 'pan') await page.mouse.up()
  for (let i = 0; i < 12; i++) await page.mouse.wheel(0, 120) // back to all of it
  return times.slice(1).map((t, i) => t - (times[i] as number))
}

/** A number for what is on the heat layer's own canvas, where no crosshair is drawn; 0 while heat is off. */
async function heatPrint(page: Page): Promise<number> {
  return await page.getByTestId('heatmap').evaluate((element) => {
    const canvas = element.querySelector<HTMLCanvasElement>('canvas.fl-chart-heat')
    const pixels = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data
    let print = 0
    if (pixels) for (const word of new Uint32Array(pixels.buffer)) print = Math.imul(print ^ word, 16_777_619)
    return print
  })
}
