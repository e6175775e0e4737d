/**
 * The chart beside others, in one run in one browser: the same grid and candles, the same steps, each chart on a page of its own.
 *
 *   node bench/speed/chart-peers.bench.ts [--write] [--quick]
 *
 * Ours has all panes on, with the heat layer on and off in turns; the others draw the heat alone, the floor a single line. Software
 * rendering, 1400 × 800 CSS pixels at DPR 1; after each step a pixel is read back from every canvas. The first picture is the median of
 * several pages, unless it takes seconds. A chart that takes longer than two minutes for a step, or breaks its tab, is written down as that
 * and not asked again at a larger size, nor is one whose pan takes over half a second. `--write` keeps the figures in bench/speed/results/chart-peers.json, with the machine's load.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import type { CDPSession, Page } from '@playwright/test'
import { chromiumPath, NO_CHROMIUM, openStage } from '../../packages/ui/test/browser.ts'
import type { Bench } from './chart/page/main.ts'

const SIZES = [
  [288, 350],
  [1440, 350],
  [2880, 350],
  [8640, 400],
] as const
const PEERS = ['faultline', 'echarts line', 'echarts heatmap', 'plotly', 'lightweight-charts', 'uplot'] as const
const KINDS = ['pan', 'zoom', 'whole'] as const
const GIVE_UP_MS = 120_000
/** a pan that takes longer is not measured at larger sizes */
const TOO_SLOW_MS = 500
/** pages for the first picture; one only of charts that take longer than this */
const FIRSTS = 5
const SLOW_MS = 2_000
const quick = process.argv.includes('--quick')
const [rounds, steps] = quick ? [2, 4] : [6, 6]

type Kind = (typeof KINDS)[number]
interface Figures {
  peer: string
  grid: string
  firstMs?: number
  /** our first picture without any heat: what the layer adds to it */
  firstWithoutHeatMs?: number
  heapMB?: number
  step?: Partial<Record<Kind, number>>
  /** our chart without its heat layer */
  withoutHeat?: Record<Kind, number>
  recolourMs?: number
  failed?: string
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
const round = (ms: number): number => Math.round(ms * 10) / 10
const medians = (runs: readonly Record<Kind, number[]>[]): Record<Kind, number> =>
  Object.fromEntries(KINDS.map((kind) => [kind, round(median(runs.flatMap((run) => run[kind])))])) as Record<Kind, number>

const loadBefore = loadavg()[0]
const executable = chromiumPath()
if (!executable) throw new Error(NO_CHROMIUM)
const stage = await openStage(executable, join(import.meta.dirname, 'chart/page'))
const results: Figures[] = []
const gone = new Set<string>()
try {
  for (const [columns, bins] of SIZES)
    for (const peer of PEERS) {
      const grid = `${columns} × ${bins}`
      if (gone.has(peer)) continue
      const figures = await measure(peer, columns, bins).catch((error: unknown): Figures => {
        gone.add(peer)
        return { peer, grid, failed: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error) }
      })
      results.push(figures)
      console.log(JSON.stringify(figures))
      // A chart that is far behind would take most of the run to say so again.
      if ((figures.step?.pan ?? 0) > TOO_SLOW_MS) gone.add(peer)
    }
} finally {
  await stage.close()
}

/** A page with the chart's library and the data, nothing drawn yet, for `use`; closed after it. */
async function onPage<T>(peer: string, columns: number, bins: number, use: (opened: Opened) => Promise<T>): Promise<T> {
  const context = await stage.browser.newContext({ viewport: { width: 1400, height: 800 } })
  try {
    const page = await context.newPage()
    const session = await context.newCDPSession(page)
    const run = async <R>(work: (b: Bench) => Promise<R>, args: object = {}): Promise<R> => {
      let timer: ReturnType<typeof setTimeout> | undefined
      const late = new Promise<never>((_, fail) => {
        timer = setTimeout(() => fail(new Error(`no answer after ${GIVE_UP_MS / 1000} s`)), GIVE_UP_MS)
      })
      const crash = new Promise<never>((_, fail) => page.once('crash', () => fail(new Error('the tab crashed'))))
      const answer = page.evaluate(
        `(${work.toString()})(Object.assign(Object.create(window.bench), ${JSON.stringify(args)}))`,
      ) as Promise<R>
      return await Promise.race([answer, late, crash]).finally(() => clearTimeout(timer))
    }
    await page.goto(stage.url)
    await page.waitForFunction(() => 'bench' in window)
    await page.evaluate(([name, c, b]) => window.bench.load(name as string, c as number, b as number), [peer, columns, bins] as const)
    return await use({ page, session, run })
  } finally {
    await context.close()
  }
}

interface Opened {
  page: Page
  session: CDPSession
  run: <R>(work: (b: Bench) => Promise<R>, args?: object) => Promise<R>
}

async function firstOf(peer: string, columns: number, bins: number): Promise<number> {
  return await onPage(peer, columns, bins, ({ run }) => run((b) => b.first()))
}

async function measure(peer: string, columns: number, bins: number): Promise<Figures> {
  const figures = await onPage(peer, columns, bins, ({ page, session, run }) => steady(peer, `${columns} × ${bins}`, page, session, run))
  const firsts = [figures.firstMs ?? Number.NaN]
  const without: number[] = []
  for (let i = 1; i < FIRSTS && (firsts[0] as number) < SLOW_MS; i++) {
    firsts.push(await firstOf(peer, columns, bins))
    if (peer === 'faultline') without.push(await firstOf('faultline without heat', columns, bins))
  }
  return { ...figures, firstMs: round(median(firsts)), ...(without.length > 0 && { firstWithoutHeatMs: round(median(without)) }) }
}

async function steady(peer: string, grid: string, page: Page, session: CDPSession, run: Opened['run']): Promise<Figures> {
  const heap = async () => {
    await session.send('HeapProfiler.collectGarbage')
    const { usedSize, backingStorageSize } = (await session.send('Runtime.getHeapUsage')) as {
      usedSize: number
      backingStorageSize?: number
    }
    return usedSize + (backingStorageSize ?? 0)
  }
  const before = await heap()
  const firstMs = round(await run((b) => b.first()))
  const runs: { on: Record<Kind, number[]>[]; off: Record<Kind, number[]>[] } = { on: [], off: [] }
  for (let i = 0; i <= rounds; i++)
    for (const state of peer === 'faultline' ? (['on', 'off'] as const) : (['on'] as const)) {
      await page.evaluate((on) => window.bench.heat(on), state === 'on')
      const frames = await run((b) => b.frames((b as unknown as { steps: number }).steps), { steps })
      if (i > 0) runs[state].push(frames) // the first round only warms up
    }
  const figures: Figures = { peer, grid, firstMs, step: medians(runs.on) }
  if (peer === 'faultline') {
    figures.withoutHeat = medians(runs.off)
    await page.evaluate(() => window.bench.heat(true))
    figures.recolourMs = round(median(await run((b) => b.recolour(20))))
  }
  figures.heapMB = Math.round(((await heap()) - before) / 1e5) / 10
  return figures
}

const by = (peer: string, grid: string) => results.find((r) => r.peer === peer && r.grid === grid)
const ratio = (a: number | undefined, b: number | undefined) => (a && b ? Math.round((a / b) * 100) / 100 : null)
const ratios = SIZES.map(([columns, bins]) => {
  const grid = `${columns} × ${bins}`
  const [ours, floor] = [by('faultline', grid), by('echarts line', grid)]
  return {
    grid,
    heatOnOverOff: Object.fromEntries(KINDS.map((kind) => [kind, ratio(ours?.step?.[kind], ours?.withoutHeat?.[kind])])),
    oursOverFloor: Object.fromEntries(KINDS.map((kind) => [kind, ratio(ours?.step?.[kind], floor?.step?.[kind])])),
    firstOverFloor: ratio(ours?.firstMs, floor?.firstMs),
    firstOverWithoutHeat: ratio(ours?.firstMs, ours?.firstWithoutHeatMs),
    others: PEERS.slice(2).flatMap((peer) => {
      const theirs = by(peer, grid)
      return theirs?.step
        ? [{ peer, panOverOurs: ratio(theirs.step.pan, ours?.step?.pan), firstOverOurs: ratio(theirs.firstMs, ours?.firstMs) }]
        : []
    }),
  }
})
for (const row of ratios) console.log(JSON.stringify(row))

if (process.argv.includes('--write')) {
  const folder = join(import.meta.dirname, 'results')
  mkdirSync(folder, { recursive: true })
  const report = {
    measured: new Date().toISOString(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    load: [loadBefore, loadavg()[0]],
    rounds,
    steps,
    ratios,
    results,
  }
  writeFileSync(join(folder, 'chart-peers.json'), `${JSON.stringify(report, null, 2)}\n`)
}
