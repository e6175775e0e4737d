/**
 * Does the chart grow while it is used for long? Columns arrive, and after each something is done to it: another range, theme, palette,
 * scale, side, view, other panes, the pointer over it. Once a minute: the heap after a collection, DOM nodes and listeners.
 *
 *   node bench/speed/chart-soak.bench.ts [--write] [--minutes 10] [--quick]
 *
 * `--quick` is a minute, read every ten seconds. For each reading the chart is brought to the same state, or a range of many columns would
 * pass for growth. The growth printed is from the second reading to the last. `--write` keeps it in bench/speed/results/chart-soak.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { chromiumPath, NO_CHROMIUM, openStage } from '../../packages/ui/test/browser.ts'
import type {} from './chart/page/soak.ts'

const { values: options } = parseArgs({
  options: {
    write: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '10' },
  },
})
const minutes = options.quick ? 1 : Number(options.minutes)
if (!(minutes > 0)) throw new Error(`--minutes takes a positive number, not ${options.minutes}`)
const everyMs = options.quick ? 10_000 : 60_000
/** between two columns: the chart is used, the machine is not flooded */
const PAUSE_MS = 100

interface Reading {
  second: number
  columnsSoFar: number
  heapMB: number
  nodes: number
  listeners: number
}

const executable = chromiumPath()
if (!executable) throw new Error(NO_CHROMIUM)
const stage = await openStage(executable, join(import.meta.dirname, 'chart/page'))
const readings: Reading[] = []
try {
  const context = await stage.browser.newContext({ viewport: { width: 1400, height: 800 } })
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  const session = await context.newCDPSession(page)
  await session.send('Performance.enable')
  await page.goto(`${stage.url}soak.html`)
  await page.waitForFunction(() => 'soak' in window)
  await page.evaluate(() => window.soak.open())
  const start = performance.now()
  for (let next = everyMs; next <= minutes * 60_000; next += everyMs) {
    let columnsSoFar = 0
    while (performance.now() - start < next) {
      columnsSoFar = await page.evaluate(() => window.soak.go(1))
      await sleep(PAUSE_MS)
    }
    await page.evaluate(() => window.soak.settle())
    // Twice, with a frame between them: what the page lets go of in the frame is still held in the first one.
    for (let i = 0; i < 2; i++) {
      await session.send('HeapProfiler.collectGarbage')
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)))
    }
    const heap = (await session.send('Runtime.getHeapUsage')) as { usedSize: number; backingStorageSize?: number }
    const { metrics } = await session.send('Performance.getMetrics')
    const metric = (name: string) => metrics.find((m) => m.name === name)?.value ?? Number.NaN
    const reading: Reading = {
      second: Math.round((performance.now() - start) / 1000),
      columnsSoFar,
      heapMB: Math.round((heap.usedSize + (heap.backingStorageSize ?? 0)) / 1e4) / 100,
      nodes: metric('Nodes'),
      listeners: metric('JSEventListeners'),
    }
    readings.push(reading)
    console.log(JSON.stringify(reading))
  }
  if (errors.length > 0) throw new Error(`the page failed ${errors.length} times: ${errors[0]}`)
} finally {
  await stage.close()
}

const [first, last] = [readings[1] ?? readings[0], readings.at(-1)]
if (!first || !last) throw new Error('no reading was taken: --minutes takes at least 1')
const growth = {
  fromSecond: first.second,
  toSecond: last.second,
  heapMB: Math.round((last.heapMB - first.heapMB) * 100) / 100,
  nodes: last.nodes - first.nodes,
  listeners: last.listeners - first.listeners,
}
console.log(JSON.stringify({ growth }))

if (options.write) {
  const folder = join(import.meta.dirname, 'results')
  mkdirSync(folder, { recursive: true })
  const report = { measured: new Date().toISOString(), cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, minutes, growth, readings }
  writeFileSync(join(folder, 'chart-soak.json'), `${JSON.stringify(report, null, 2)}\n`)
}
