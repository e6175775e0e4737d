/** What the soak drives from outside: window.soak. A chart with all panes and marks under which columns arrive. */
import { HeatmapChart } from '@faultline/ui/chart/heatmap-chart'
import type { CandleRow, HeatmapData } from '@faultline/ui/chart/heatmap-data'
import { HEAT_SCALES, PALETTES, PRICE_STYLES, SHOWN_SIDES } from '@faultline/ui/chart/palette'
import { PANE_IDS } from '@faultline/ui/chart/panes'
import '@faultline/ui/styles.css'
import { generator, syntheticData } from '../../../../packages/ui/test/page/synthetic.ts'
import { withMarks } from '../../../../packages/ui/test/page/synthetic-marks.ts'
import { withPanes } from '../../../../packages/ui/test/page/synthetic-panes.ts'

const COLUMN_MS = 300_000
/** columns that are loaded for each range */
const RANGES = [144, 288, 864, 2016] as const
const random = generator(6)

const host = document.getElementById('host') as HTMLElement
let chart: HeatmapChart
let data: HeatmapData
let turn = 0

/** The same window one column later: all that came before moves to the left, and the newest column goes on from the last one. */
function advanced(before: HeatmapData): HeatmapData {
  const { heat, candles } = before
  const last = candles.rows.at(-1) as CandleRow
  const move = 0.002 * (random() - 0.5)
  const close = last[4] * (1 + move)
  const wick = () => 0.001 * random()
  const row: CandleRow = [
    before.to,
    last[4],
    Math.max(last[4], close) * (1 + wick()),
    Math.min(last[4], close) * (1 - wick()),
    close,
    100 * random(),
  ]
  const slide = (cells: Uint8Array, columns: number) => {
    const moved = new Uint8Array(cells.length)
    moved.set(cells.subarray(1))
    for (let end = columns - 1; end < cells.length; end += columns) {
      const byte = cells[end] as number
      moved[end] = random() < 0.05 ? Math.min(255, byte + 6) : byte
    }
    return moved
  }
  const from = before.from + COLUMN_MS
  return withMarks(
    withPanes({
      ...before,
      from,
      to: before.to + COLUMN_MS,
      lastBucket: before.lastBucket + COLUMN_MS,
      heat: heat && { ...heat, from: heat.from + COLUMN_MS, long: slide(heat.long, heat.columns), short: slide(heat.short, heat.columns) },
      candles: { ...candles, rows: [...candles.rows.slice(1), row] },
      openInterest: [...before.openInterest.slice(1), [before.to, 1.9e6 + 1e5 * random(), null]],
      funding: [
        ...before.funding.filter(([time]) => time >= from),
        ...(before.to % 7_200_000 === 0 ? [[before.to, 1e-5, 2] as const] : []),
      ],
    }),
  )
}

const opened = (columns: number): HeatmapData => withMarks(withPanes(syntheticData({ columns, resolutionMs: COLUMN_MS, bins: 350 })))
const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T

/** Each once in a round, in an order that shifts. */
const ACTS: readonly (() => void)[] = [
  () => {
    data = opened(pick(RANGES))
    chart.setData(data)
  },
  () => chart.setTheme(pick(['dark', 'light'])),
  () => chart.setPalette(pick(PALETTES)),
  () => chart.setHeatScale(pick(HEAT_SCALES)),
  () => chart.setSides(pick(SHOWN_SIDES)),
  () => chart.setPriceStyle(pick(PRICE_STYLES)),
  () => chart.setPriceScale(pick(['linear', 'log'])),
  () => chart.setPanes(PANE_IDS.filter(() => random() < 0.7).map((id) => ({ id }))),
  () => chart.setHeatVisible(random() < 0.7),
  () => chart.setThreshold(1e4 * (1 + 20 * random()), 1e7),
  () => {
    const span = data.to - data.from
    const from = data.from + random() * 0.6 * span
    chart.setView({ from, to: from + (0.1 + 0.3 * random()) * span })
  },
  () => chart.resetView(),
  () => {
    const box = host.getBoundingClientRect()
    const at = { clientX: box.left + 200 + 900 * random(), clientY: box.top + 60 + 300 * random() }
    host.querySelector('.fl-chart')?.dispatchEvent(new PointerEvent('pointermove', { ...at, bubbles: true, pointerType: 'mouse' }))
  },
]

export interface Soak {
  open(): void
  /** `times` columns, with something else done to the chart after each; columns that came so far */
  go(times: number): number
  /** the state in which readings are compared */
  settle(): void
}

const soak: Soak = {
  open() {
    data = opened(288)
    chart = new HeatmapChart(host, { theme: 'dark', timeZone: 'utc' })
    chart.onPanes(() => {})
    chart.setPanes(PANE_IDS.map((id) => ({ id })))
    chart.setData(data)
  },
  go(times) {
    for (let i = 0; i < times; i++, turn++) {
      data = advanced(data)
      chart.setData(data)
      ACTS[turn % ACTS.length]?.()
    }
    return turn
  },
  settle() {
    chart.setTheme('dark')
    chart.setPalette('twin')
    chart.setHeatScale('absolute')
    chart.setSides('both')
    chart.setPriceStyle('candles')
    chart.setPriceScale('linear')
    chart.setHeatVisible(true)
    chart.setPanes(PANE_IDS.map((id) => ({ id })))
    data = opened(288)
    chart.setData(data)
    chart.resetView()
  },
}

declare global {
  interface Window {
    soak: Soak
  }
}
window.soak = soak
