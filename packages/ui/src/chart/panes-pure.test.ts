import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDateTime, type TimeZone, timeOfParts, timeParts } from '../format.ts'
import { timeLabel } from './axes-series.ts'
import { binAt, binsOnScreen } from './bins.ts'
import { homeSpan, lastPriceOf, openingView, samePicture } from './data-view.ts'
import { cumulative, takerDeltas } from './flow-pane.ts'
import { fundingBars, predictedSpan } from './funding-series.ts'
import type { CandleRow, HeatmapData } from './heatmap-data.ts'
import { interestLine } from './interest-series.ts'
import { chartLayout, LEAST_HEAT } from './layout.ts'
import { breakBeyond, denseColumns } from './line-points.ts'
import { movePane, placeAt, resizePane } from './pane-edit.ts'
import { PANE_IDS, type PaneState } from './panes.ts'
import { PanesLayer } from './panes-series.ts'
import { linearHeight, priceHeight, viewTimeScale } from './scales.ts'
import type { Scene } from './scene.ts'
import { timeTicks } from './time-ticks.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const ALL: readonly PaneState[] = PANE_IDS.map((id) => ({ id }))

describe('layout of panes', () => {
  it('keeps the heat its height, whatever panes ask for', () => {
    const panes = fc.array(
      fc.record({ id: fc.constantFrom(...PANE_IDS), height: fc.option(fc.integer({ min: 1, max: 900 }), { nil: undefined }) }),
      {
        maxLength: 7,
      },
    )
    fc.assert(
      fc.property(panes, fc.integer({ min: 620, max: 1400 }), (shown, height) => {
        const l = chartLayout(900, height, shown)
        expect(l.heat.height).toBeGreaterThanOrEqual(LEAST_HEAT - 1e-9)
        expect(l.panes.map((p) => p.id)).toEqual(shown.map((p) => p.id))
        expect(l.timeAxisTop).toBeCloseTo(height - 24)
        let y = l.heat.y + l.heat.height
        for (const pane of l.panes) {
          expect(pane.y).toBeCloseTo(y + l.gap)
          expect(pane.height).toBeGreaterThanOrEqual(l.leastPane - 1e-9)
          y = pane.y + pane.height
        }
      }),
    )
  })
  it('leaves out the last ones where not even the lowest fit', () => {
    const { panes, heat, timeAxisTop } = chartLayout(390, 260, ALL)
    expect(panes.length).toBeGreaterThan(0)
    expect(panes.length).toBeLessThan(7)
    expect(heat.height).toBeGreaterThanOrEqual(60)
    expect(timeAxisTop).toBeLessThanOrEqual(260 - 22 + 1e-9)
  })
  it('gives to one pane what it takes from its neighbour, and no more than that has', () => {
    const panes: PaneState[] = [
      { id: 'funding', height: 80 },
      { id: 'volume', height: 60 },
    ]
    const l = chartLayout(900, 800, panes)
    expect(resizePane(panes, 1, -20, l).map((p) => p.height)).toEqual([60, 80])
    expect(resizePane(panes, 1, -500, l).map((p) => p.height)).toEqual([34, 106])
    expect(resizePane(panes, 1, 500, l).map((p) => p.height)).toEqual([106, 34])
    expect(resizePane(panes, 0, -5000, l)[0]?.height).toBe(80 + l.heat.height - LEAST_HEAT)
  })
  it('moves a pane to where it is let go', () => {
    const l = chartLayout(900, 900, ALL.slice(0, 3))
    const place = (y: number) => movePane(ALL.slice(0, 3), 'liquidations', placeAt(l, 'liquidations', y)).map((p) => p.id)
    expect(place(l.heat.y + l.heat.height)).toEqual(['liquidations', 'funding', 'interest'])
    expect(place((l.panes[1]?.y ?? 0) + 5)).toEqual(['funding', 'liquidations', 'interest'])
    expect(place(900)).toEqual(['funding', 'interest', 'liquidations'])
    expect(movePane(ALL, 'funding', -3)[0]?.id).toBe('funding')
  })
})

describe('time ticks', () => {
  const zones = fc.oneof(
    fc.constantFrom<TimeZone>('utc', 'local'),
    fc.integer({ min: -48, max: 56 }).map((quarters): TimeZone => ({ offsetMinutes: quarters * 15 })),
  )
  it('stand at round times of the zone, inside, about as many as asked for', () => {
    const spans = fc.integer({ min: 10 * MINUTE, max: 2000 * DAY })
    fc.assert(
      fc.property(zones, fc.integer({ min: 0, max: 2e12 }), spans, (zone, from, span) => {
        const ticks = timeTicks(from, from + span, 8, zone)
        expect(ticks.length).toBeLessThanOrEqual(12)
        if (span > 40 * MINUTE) expect(ticks.length).toBeGreaterThan(0)
        for (const [i, tick] of ticks.entries()) {
          expect(tick >= from && tick <= from + span && (i === 0 || tick > (ticks[i - 1] as number))).toBe(true)
          const p = timeParts(tick, zone)
          if (span > 8 * DAY) expect(p.hour + p.minute).toBe(0)
          else if (span > 8 * HOUR) expect(p.minute).toBe(0)
        }
      }),
    )
  })
  it('do not move while the picture is panned', () => {
    const from = Date.UTC(2026, 2, 3, 5)
    const a = timeTicks(from, from + 40 * DAY, 8, 'utc')
    const b = timeTicks(from + 3 * DAY, from + 43 * DAY, 8, 'utc')
    expect(a.filter((t) => t >= from + 3 * DAY)).toEqual(b.filter((t) => t <= from + 40 * DAY))
  })
  it('name the day at midnight of the zone, and the year at its first', () => {
    const zone = { offsetMinutes: 8 * 60 }
    expect(timeLabel(Date.UTC(2026, 2, 3, 16), zone)).toEqual({ text: '4 Mar', bold: true })
    expect(timeLabel(Date.UTC(2026, 2, 3, 16), 'utc')).toEqual({ text: '16:00', bold: false })
    expect(timeLabel(Date.UTC(2025, 11, 31, 16), zone)).toEqual({ text: '2026', bold: true })
  })
})

it('writes and finds times of any fixed zone', () => {
  expect(formatDateTime(Date.UTC(2026, 2, 3, 20, 30), { offsetMinutes: 330 })).toBe('4 Mar 2026, 02:00 UTC+5:30')
  expect(formatDateTime(Date.UTC(2026, 2, 3, 2), { offsetMinutes: -180 })).toBe('2 Mar 2026, 23:00 UTC−3')
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3e7 }), fc.integer({ min: -720, max: 840 }), (minutes, offsetMinutes) => {
      const zone = { offsetMinutes }
      const p = timeParts(minutes * MINUTE, zone)
      expect(timeOfParts(zone, p.year, p.month, p.day, p.hour * 60 + p.minute)).toBe(minutes * MINUTE)
    }),
  )
})

it('places times and prices alike in both directions, on both scales', () => {
  const view = { from: 1000, to: 5000, priceLow: 50, priceHigh: 800 }
  const plot = { x: 10, y: 20, width: 400, height: 300 }
  expect(viewTimeScale(view, plot).toX(3000)).toBe(210)
  expect(priceHeight(view, plot, 'log').toY(200)).toBeCloseTo(170)
  for (const scale of ['linear', 'log'] as const) {
    const y = priceHeight(view, plot, scale)
    expect([y.toY(50), y.toY(800)].map(Math.round)).toEqual([320, 20])
    expect(y.toValue(y.toY(333))).toBeCloseTo(333)
  }
})

describe('bars', () => {
  const time = Float64Array.from({ length: 100 }, (_, i) => i * MINUTE)
  const ones = new Float64Array(100).fill(1)
  const wide = { from: 7 * MINUTE, to: 93 * MINUTE, msPerPixel: 40_000 }
  it('add up whole intervals, also at the edges', () => {
    const bins = binsOnScreen(time, [ones], MINUTE, wide)
    expect(bins.intervalMs).toBe(5 * MINUTE)
    expect([...(bins.sums[0] ?? [])]).toEqual(Array.from({ length: 18 }, () => 5))
    expect([binAt(bins, 7 * MINUTE), binAt(bins, 94 * MINUTE), binAt(bins, 96 * MINUTE)]).toEqual([0, 17, -1])
  })
  it('do not call a sum known of which a part is not', () => {
    const some = Float64Array.from(ones, (v, i) => (i === 12 ? Number.NaN : v))
    const [sums] = binsOnScreen(time, [some], MINUTE, wide).sums
    expect([...(sums ?? [])].map(Number.isNaN).flatMap((nan, i) => (nan ? [i] : []))).toEqual([1])
    expect([...cumulative(sums as Float64Array)].slice(0, 4)).toEqual([5, Number.NaN, 10, 15])
  })
  it('leave out intervals without a row', () => {
    const bins = binsOnScreen(
      time.filter((t) => t < 20 * MINUTE || t >= 40 * MINUTE),
      [ones],
      MINUTE,
      wide,
    )
    expect(binAt(bins, 30 * MINUTE)).toBe(-1)
    expect(bins.start.includes(20 * MINUTE)).toBe(false)
  })
})

it('takes what takers bought less what they sold, where both are known', () => {
  const candles: CandleRow[] = [
    [0, 1, 1, 1, 1, 10],
    [MINUTE, 1, 1, 1, 1, 20],
    [3 * MINUTE, 1, 1, 1, 1, 5],
  ]
  const times = Float64Array.from(candles, (c) => c[0])
  const flow = [
    [0, 8],
    [MINUTE, null],
    [2 * MINUTE, 3],
    [3 * MINUTE, 0],
  ] as const
  expect([...takerDeltas(flow, candles, times)]).toEqual([6, Number.NaN, Number.NaN, -5])
})

it('lets the predicted settlement follow the last one', () => {
  const bars = fundingBars([
    [8 * HOUR, 0.0001, 8],
    [16 * HOUR, 0.0002, 8],
  ])
  expect(predictedSpan(bars, 24 * HOUR)).toEqual({ start: 16 * HOUR, end: 24 * HOUR })
  expect(predictedSpan(bars, 40 * HOUR)).toEqual({ start: 32 * HOUR, end: 40 * HOUR })
})

it('shows open interest in coins when that is asked for', () => {
  expect(interestLine([[0, 5, 500]], [], 'base')).toMatchObject({ unit: 'base' })
  expect([...interestLine([[0, 5, 500]], [], 'base').value]).toEqual([5])
})

describe('a crowded line', () => {
  const size = 4000
  const time = Float64Array.from({ length: size }, (_, i) => i)
  const plot = { x: 0, y: 0, width: 400, height: 100 }
  const place = { x: viewTimeScale({ from: 0, to: size }, plot), y: linearHeight(0, 100, plot), plot, dpr: 1 }
  const boxesOf = (value: Float64Array, breakAfter = (_: number) => false) =>
    denseColumns({ time, value, breakAfter }, place, { lineWidth: 1 }, 0, size).boxes
  const columns = (boxes: Float64Array) =>
    Array.from({ length: boxes.length / 4 }, (_, i) => [...boxes.subarray(i * 4, i * 4 + 4)] as [number, number, number, number])

  it('has a box per pixel, loses no spike and has no hole', () => {
    const value = Float64Array.from(time, (t) => (t === 1234 ? 90 : (t < 2000 ? 30 : 60) + 20 * Math.sin(t / 300)))
    const boxes = columns(boxesOf(value))
    expect(boxes.length).toBe(400)
    expect(Math.min(...boxes.map(([, y]) => y))).toBeLessThanOrEqual(10)
    for (const [i, [x, y, width, height]] of boxes.entries()) {
      expect([x, width]).toEqual([i, 1])
      const before = boxes[i - 1]
      if (before) expect(y <= before[1] + before[3] && before[1] <= y + height).toBe(true)
    }
  })
  it('breaks where it is told to, and where a value is unknown', () => {
    const value = new Float64Array(size).fill(50)
    expect(columns(boxesOf(value)).length).toBe(400)
    value.fill(Number.NaN, 1000, 2000)
    const xs = columns(boxesOf(value)).map(([x]) => x)
    expect(xs.some((x) => x > 100 && x < 200)).toBe(false)
    const far = Float64Array.from(time, (t) => (t < 2000 ? t : t + 5000))
    const place2 = { ...place, x: viewTimeScale({ from: 0, to: 9000 }, plot) }
    const { boxes } = denseColumns(
      { time: far, value: new Float64Array(size).fill(1), breakAfter: breakBeyond(far, 100) },
      place2,
      { lineWidth: 1 },
      0,
      size,
    )
    expect(columns(boxes).every(([, , width]) => width === 1)).toBe(true)
  })
})

describe('which picture', () => {
  const base: HeatmapData = {
    symbol: 'X',
    simulated: false,
    from: 0,
    to: 10 * DAY,
    lastBucket: 10 * DAY - HOUR,
    rangeMs: 3 * DAY,
    resolutionMs: HOUR,
    bucketMs: HOUR,
    heat: null,
    candles: {
      intervalMs: HOUR,
      rows: [
        [0, 10, 11, 9, 10, 1],
        [9 * DAY, 100, 110, 90, 100, 1],
      ],
    },
    openInterest: [],
    funding: [],
    gaps: [],
  }
  it('goes by the key where there is one', () => {
    expect(samePicture(base, { ...base, resolutionMs: DAY })).toBe(false)
    expect(samePicture({ ...base, viewKey: 'a' }, { ...base, viewKey: 'a', resolutionMs: DAY, rangeMs: 1 })).toBe(true)
    expect(samePicture({ ...base, viewKey: 'a' }, base)).toBe(false)
  })
  it('opens as asked, resets to the newest of the range, with the prices of that time', () => {
    const data = { ...base, history: { from: -90 * DAY, to: 10 * DAY } }
    expect([homeSpan(base), homeSpan(data)]).toEqual([
      { from: 0, to: 10 * DAY },
      { from: 7 * DAY, to: 10 * DAY },
    ])
    expect(openingView(data).priceLow).toBeGreaterThan(80)
    const opened = openingView({ ...data, opening: { from: 0, to: DAY, priceHigh: 20 } })
    expect(opened).toMatchObject({ from: 0, to: DAY, priceHigh: 20 })
    expect(opened.priceLow).toBeLessThan(10)
  })
  it('knows the price now where what is loaded ends earlier', () => {
    expect(lastPriceOf(base)).toBe(100)
    expect(lastPriceOf({ ...base, lastPrice: 120 })).toBe(120)
    expect(lastPriceOf({ ...base, lastPrice: null })).toBeNull()
  })
  it('gives a pane without data no room of its own, and leaves its room to one that had some as the picture opened', () => {
    const printed: HeatmapData = { ...base, liquidations: { binMs: HOUR, sampled: false, rows: [[DAY, 5, 0]] } }
    const panes: readonly PaneState[] = [{ id: 'liquidations' }, { id: 'ratios', height: 80 }, { id: 'risk' }]
    const layer = new PanesLayer({} as Scene)
    const heights = () => layer.arranged(panes).map((p) => p.height)
    expect(heights()).toEqual([undefined, 80, undefined])
    layer.setData(base, false)
    expect(heights()).toEqual([0, 80, undefined])
    layer.setData(printed, true)
    expect(heights()).toEqual([undefined, 80, undefined])
    layer.setData(base, true)
    expect(heights()).toEqual([undefined, 80, undefined])
    layer.setData(base, false)
    expect(heights()).toEqual([0, 80, undefined])
  })
})
