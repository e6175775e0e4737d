/**
 * Speed of the chart in a real browser: main-thread time of a pan, a zoom, the whole range and a hover over 30 days with
 * all panes on, the heat layer on and off side by side, and of recolouring by the threshold.
 *
 *   node bench/speed/chart.bench.ts [--write]
 *
 * Software rendering, a chart of 1400 × 800 CSS pixels at DPR 1; after each step a pixel is read back from every canvas, so
 * that what was drawn lazily is counted. On and off alternate every few steps within one page, so that what else the machine does meets both. `--write` keeps the figures in
 * bench/speed/results/chart.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { chromiumPath, NO_CHROMIUM, openStage } from '../../packages/ui/test/browser.ts'
import type {} from '../../packages/ui/test/page/probe.ts'

const ROUNDS = 16
const STEPS = 6
const MINUTE = 60_000
const CASES = [
  { name: '1440 columns × 1600 bins', columns: 1440, resolutionMs: 30 * MINUTE },
  { name: '8640 columns × 1600 bins', columns: 8640, resolutionMs: 5 * MINUTE },
] as const
const KINDS = ['pan', 'zoom', 'whole', 'hover'] as const

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
const round = (ms: number): number => Math.round(ms * 10) / 10

const executable = chromiumPath()
if (!executable) throw new Error(NO_CHROMIUM)
const stage = await openStage(executable)
const results: object[] = []
try {
  for (const test of CASES)
    for (const prices of ['default', 'full'] as const) {
      const page = await stage.browser.newPage({ viewport: { width: 1400, height: 800 } })
      await page.goto(`${stage.url}probe.html`)
      await page.waitForFunction(() => 'probe' in window)
      await page.addStyleTag({ content: '#host { width: 1400px; height: 800px }' })
      const raw = await page.evaluate(
        ({ columns, resolutionMs, prices, rounds, steps, minute }) => {
          window.probe.open({ columns, resolutionMs, bucketMs: 5 * minute, bins: 1600 })
          const chart = window.probe.chart()
          if (prices === 'full') chart.setView({ ...chart.view(), ...window.probe.fullPrices() })
          const runs: { on: Record<string, number[]>[]; off: Record<string, number[]>[] } = { on: [], off: [] }
          for (let i = 0; i <= rounds; i++)
            for (const state of ['on', 'off'] as const) {
              chart.setHeatVisible(state === 'on')
              const frames = window.probe.frames(steps)
              if (i > 0) runs[state].push(frames) // the first round only warms up
            }
          chart.setHeatVisible(true)
          return { runs, recolour: window.probe.recolourMs(40) }
        },
        { columns: test.columns, resolutionMs: test.resolutionMs, prices, rounds: ROUNDS, steps: STEPS, minute: MINUTE },
      )
      await page.close()
      const row: Record<string, unknown> = { grid: test.name, prices, recolourMs: round(median(raw.recolour)) }
      for (const kind of KINDS) {
        const on = median(raw.runs.on.flatMap((r) => r[kind] ?? []))
        const off = median(raw.runs.off.flatMap((r) => r[kind] ?? []))
        row[kind] = { onMs: round(on), offMs: round(off), ratio: Math.round((on / off) * 100) / 100 }
      }
      results.push(row)
      console.log(JSON.stringify(row))
    }
} finally {
  await stage.close()
}

if (process.argv.includes('--write')) {
  const folder = join(import.meta.dirname, 'results')
  mkdirSync(folder, { recursive: true })
  const report = {
    measured: new Date().toISOString(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    rounds: ROUNDS,
    steps: STEPS,
    results,
  }
  writeFileSync(join(folder, 'chart.json'), `${JSON.stringify(report, null, 2)}\n`)
}
