import { binCentrePrice, binOf } from '@faultline/market/price-grid'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { liveState } from '../react/badge.tsx'
import { decimateLine } from './decimate.ts'
import { fundingAt, fundingBars, fundingPeak } from './funding-series.ts'
import { hatchLines, without } from './hatch.ts'
import { type HeatGridPair, historyColumns } from './heat-grid.ts'
import type { CandleRow } from './heatmap-data.ts'
import { interestChange, interestExtent, interestLine } from './interest-series.ts'
import { chartLayout } from './layout.ts'
import { defaultPriceRange, fullPriceRange } from './price-range.ts'
import { readingAt } from './reading.ts'
import { suggestThreshold, thresholdDomain } from './threshold.ts'
import { decimalsOfStep, niceStep, priceTicks } from './ticks.ts'
import { gapNote, placeTooltip } from './tooltip.ts'
import { followData, panTime, zoomPrice, zoomTime } from './viewport.ts'

const HOUR = 3_600_000
const candles: CandleRow[] = [
  [0, 100, 104, 99, 103, 1],
  [HOUR, 103, 103, 96, 100, 1],
]

function gridAround(price: number, strong: readonly number[]): HeatGridPair {
  const bins = 1200
  const firstBin = binOf(price) - 600
  const long = new Uint8Array(bins * 2)
  for (const p of strong) long[(binOf(p) - firstBin) * 2 + 1] = 200
  return { from: 0, resolutionMs: HOUR, columns: 2, firstBin, bins, long, short: new Uint8Array(bins * 2), state: Uint8Array.of(1, 1) }
}

describe('price range', () => {
  it('holds all candles and room around the last price', () => {
    const range = defaultPriceRange(candles, null)
    expect(range?.low).toBeLessThan(96)
    expect(range?.high).toBeGreaterThan(104)
  })
  it('stretches to the dense heat near the price, not to what is far', () => {
    const near = defaultPriceRange(candles, gridAround(100, [91.5]))
    expect(near?.low).toBeLessThan(91.5)
    expect(defaultPriceRange(candles, gridAround(100, [70]))).toEqual(defaultPriceRange(candles, null))
  })
  it('reaches every row of the heat in full', () => {
    const grid = gridAround(100, [])
    const range = fullPriceRange(candles, grid)
    expect(range?.low).toBeLessThan(binCentrePrice(grid.firstBin))
    expect(range?.high).toBeGreaterThan(binCentrePrice(grid.firstBin + grid.bins - 1))
  })
})

describe('viewport', () => {
  const bounds = { from: 0, to: 1000, priceLow: 10, priceHigh: 1000, minSpan: 10 }
  const view = { from: 200, to: 600, priceLow: 100, priceHigh: 200 }
  it('keeps what is under the pointer while zooming', () => {
    const next = zoomTime(view, bounds, 300, 0.5)
    expect((300 - next.from) / (next.to - next.from)).toBeCloseTo((300 - 200) / 400)
  })
  it('never leaves the bounds and never turns over', () => {
    const arbitrary = fc.record({
      at: fc.double({ min: 0, max: 1000, noNaN: true }),
      factor: fc.double({ min: 0.01, max: 100, noNaN: true }),
      by: fc.double({ min: -5000, max: 5000, noNaN: true }),
    })
    fc.assert(
      fc.property(arbitrary, fc.constantFrom('linear' as const, 'log' as const), ({ at, factor, by }, scale) => {
        for (const v of [
          zoomTime(view, bounds, at, factor),
          panTime(view, bounds, by),
          zoomPrice(view, bounds, 10 + at * 0.9, factor, scale),
        ]) {
          expect(v.from).toBeGreaterThanOrEqual(-1e-9)
          expect(v.to).toBeLessThanOrEqual(1000 + 1e-9)
          expect(v.to - v.from).toBeGreaterThanOrEqual(10 - 1e-9)
          expect(v.priceLow).toBeGreaterThanOrEqual(10 - 1e-9)
          expect(v.priceHigh).toBeLessThanOrEqual(1000 + 1e-6)
          expect(v.priceHigh).toBeGreaterThan(v.priceLow)
        }
      }),
    )
  })
  it('follows the newest data only while they are visible', () => {
    const after = { ...bounds, from: 50, to: 1050 }
    expect(followData({ ...view, from: 0, to: 1000 }, bounds, after)).toMatchObject({ from: 50, to: 1050 })
    expect(followData({ ...view, from: 700, to: 1000 }, bounds, after)).toMatchObject({ from: 750, to: 1050 })
    expect(followData(view, bounds, after)).toMatchObject({ from: 200, to: 600 })
  })
})

describe('tooltip place', () => {
  it('is inside the pane and off the pointer wherever there is room', () => {
    const pane = { x: 10, y: 10, width: 800, height: 470 }
    const size = { width: 248, height: 130 }
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 810 }), fc.integer({ min: 10, max: 480 }), (x, y) => {
        const p = placeTooltip({ x, y }, size, pane)
        expect(p.x >= 10 && p.y >= 10 && p.x + 248 <= 810 && p.y + 130 <= 480).toBe(true)
        expect(x > p.x && x < p.x + 248).toBe(false)
      }),
    )
  })
})

describe('funding', () => {
  const bars = fundingBars([
    [8 * HOUR, 0.0001, 8],
    [16 * HOUR, -0.0003, null],
    [24 * HOUR, 0.0002, 8],
  ])
  it('spans the interval before the settlement', () => {
    expect([...bars.start].map((t) => t / HOUR)).toEqual([0, 8, 16])
    expect([-1, 1, 8, 12, 99].map((h) => fundingAt(bars, h * HOUR))).toEqual([-1, 0, 1, 1, 2])
  })
  it('scales the pane to what is in view', () => {
    expect([fundingPeak(bars, 0, 7 * HOUR), fundingPeak(bars, 0, 24 * HOUR), fundingPeak(bars, 30 * HOUR, 40 * HOUR)]).toEqual([
      0.0001, 0.0003, 0,
    ])
  })
})

describe('open interest', () => {
  it('is USD where given or where a price is known, else coins', () => {
    expect([
      ...interestLine(
        [
          [HOUR, 5, null],
          [2 * HOUR, 6, 640],
        ],
        candles,
      ).value,
    ]).toEqual([500, 640])
    expect(
      interestLine(
        [
          [-HOUR, 5, null],
          [HOUR, 6, 640],
        ],
        candles,
      ),
    ).toMatchObject({ unit: 'base' })
  })
  it('has the extent of what is in view', () => {
    const line = interestLine(
      [
        [0, 1, 10],
        [HOUR, 1, 30],
        [2 * HOUR, 1, 20],
      ],
      [],
    )
    expect([interestExtent(line, HOUR, 3 * HOUR), interestExtent(interestLine([], []), 0, 1)]).toEqual([[20, 30], null])
  })
})

it('thins a line to its extremes per pixel and breaks it at gaps', () => {
  const x = Float64Array.of(0.1, 0.2, 0.3, 0.4, 0.9, 1.5)
  const y = Float64Array.of(5, 1, 9, 4, 6, 7)
  expect([...decimateLine(x, y, () => false)]).toEqual([0.1, 5, 0.2, 1, 0.3, 9, 0.9, 6, 1.5, 7])
  expect([...decimateLine(x.subarray(4), y.subarray(4), (i) => i === 0)]).toEqual([0.9, 6, Number.NaN, Number.NaN, 1.5, 7])
})

describe('what is compared over a gap', () => {
  it('gives the change of open interest over a day, and none where nothing was known then', () => {
    // hourly, without hours 5 to 30
    const hours = [0, 1, 2, 3, 4, 5, 30, 31, 32, 33]
    const line = interestLine(
      hours.map((h) => [h * HOUR, 100 + h, 1000 + h] as const),
      [],
    )
    const change = (i: number) => interestChange(line, i, (hours[i] as number) * HOUR, 24 * HOUR)
    expect(change(5)).toBeNull() // before the first figure
    expect(change(6)).toBe(30 - 5) // hour 6: an hour after the last figure, which still counts
    expect(change(9)).toBe(33 - 5)
    expect(interestChange(line, 9, 36 * HOUR, 24 * HOUR)).toBeNull() // hour 12: in the middle of the gap
  })

  it('counts a gap at an end of the range as history, and what is before the first column as none', () => {
    const grid = { from: 100 * HOUR, resolutionMs: HOUR, state: Uint8Array.of(0, 0, 0, 1, 0, 1, 0) }
    expect(historyColumns(grid, [])).toEqual({ first: 3, last: 5 })
    expect(historyColumns(grid, [{ from: 101.5 * HOUR, to: 103 * HOUR }])).toEqual({ first: 1, last: 5 })
    expect(historyColumns(grid, [{ from: 0, to: 103 * HOUR }])).toEqual({ first: 0, last: 5 })
    expect(historyColumns(grid, [{ from: 106 * HOUR, to: 107 * HOUR }])).toEqual({ first: 3, last: 6 })
    expect(historyColumns(grid, [{ from: 0, to: 90 * HOUR }])).toEqual({ first: 3, last: 5 })
    expect(historyColumns({ ...grid, state: new Uint8Array(7) }, [])).toEqual({ first: -1, last: -1 })
  })
})

describe('ticks', () => {
  it('are round and lie inside', () => expect(priceTicks(1867, 2427, 6, 'linear')).toEqual([1900, 2000, 2100, 2200, 2300, 2400]))
  it('stand at several prices of less than a decade on a log axis', () => {
    const ticks = priceTicks(49_800, 170_200, 6, 'log')
    expect(ticks.length).toBeGreaterThanOrEqual(4)
    expect(ticks.every((t) => t >= 49_800 && t <= 170_200)).toBe(true)
    expect(ticks.toSorted((a, b) => a - b)).toEqual(ticks)
  })
  it('know their decimals', () => expect([20, 2.5, 0.25, 1, 5e-7].map(decimalsOfStep)).toEqual([0, 1, 2, 0, 7]))
  it('steps are nice', () => expect([0.7, 9, 24, 1001].map((s) => niceStep(s, 4))).toEqual([0.2, 2.5, 10, 500]))
})

it('hatches inside the box, along the same lines wherever the box begins', () => {
  const points = hatchLines(10, 60, 100, 130)
  for (let i = 0; i < points.length; i += 6) {
    const [x0, y0, x1, y1] = points.slice(i, i + 4) as [number, number, number, number]
    expect(x0 >= 10 && x1 <= 60 && y0 <= 130 && y1 >= 100).toBe(true)
    expect(x1 - x0).toBeCloseTo(y0 - y1)
    // every line belongs to one family: x + y is a multiple of the period at the bottom edge
    expect(Math.abs((x0 + y0 - 130) % 7)).toBe(0)
  }
  expect(points.length).toBeGreaterThan(6 * 6)
  expect(hatchLines(20, 20, 0, 10)).toEqual([])
})

it('leaves out of spans what lies in others', () => {
  const span = (from: number, to: number) => ({ from, to })
  expect(without([span(10, 20), span(0, 5)], [])).toEqual([span(0, 5), span(10, 20)])
  expect(without([span(0, 100)], [span(90, 200), span(20, 30), span(25, 40), span(-5, 1)])).toEqual([span(1, 20), span(40, 90)])
  expect(without([span(20, 30)], [span(0, 50)])).toEqual([])
  // what overlaps is drawn once
  expect(without([span(0, 10), span(5, 20), span(6, 8)], [])).toEqual([span(0, 10), span(10, 20)])
})

it('tells a gap in the market from a channel that was missed', () => {
  expect(gapNote({ columnState: 0, gaps: ['candle', 'liquidation'] })).toBe('No candles, liquidations for this time: a gap, not a zero')
  expect(gapNote({ columnState: 0, gaps: [] })).toBe('No data for this time: a gap, not a zero')
  expect(gapNote({ columnState: 1, gaps: ['liquidation', 'openInterest'] })).toBe('Missed at this time: liquidations, open interest')
})

describe('layout', () => {
  it('lines all panes up under the heat, above the time axis', () => {
    for (const [width, height] of [
      [868, 900],
      [390, 480],
      [300, 200],
    ] as const) {
      const l = chartLayout(width, height, [{ id: 'funding' }, { id: 'interest' }])
      for (const p of l.plots) expect([p.x, p.width]).toEqual([l.heat.x, l.heat.width])
      expect(l.heat.width + l.heat.x + l.axisWidth).toBeCloseTo(width)
      expect(l.timeAxisTop).toBeLessThan(height)
      expect(Math.min(...l.plots.map((p) => p.height))).toBeGreaterThan(10)
    }
  })
  it('gives long prices room', () =>
    expect(chartLayout(868, 900, [], 10).axisWidth).toBeGreaterThan(chartLayout(868, 900, [], 7).axisWidth))
})

describe('threshold', () => {
  it('comes from what is loaded and leaves room on the scale', () => {
    const grid = gridAround(100, [90, 91, 92])
    const { lowUsd, highUsd } = suggestThreshold(grid)
    const { min, max } = thresholdDomain(grid)
    expect(min < lowUsd && lowUsd < highUsd && highUsd <= max).toBe(true)
    expect(suggestThreshold(null).lowUsd).toBeGreaterThan(0)
  })
})

describe('reading', () => {
  const grid = gridAround(100, [95])
  const data = {
    symbol: 'X',
    simulated: false,
    from: 0,
    to: 2 * HOUR,
    lastBucket: HOUR,
    rangeMs: 2 * HOUR,
    resolutionMs: HOUR,
    bucketMs: HOUR,
    heat: grid,
    candles: { intervalMs: HOUR, rows: candles },
    openInterest: [],
    funding: [],
    gaps: [],
  }
  const sources = { data, candleTimes: Float64Array.of(0, HOUR), funding: fundingBars([]), interest: interestLine([], []) }
  const row = binOf(95) - grid.firstBin
  const cells = { colFrom: 1, colTo: 2, rowFrom: row, rowTo: row + 1, long: 200, short: 0 }
  it('names the cell, its USD and the distance from the price then', () => {
    const r = readingAt(sources, 1.5 * HOUR, 95, cells)
    expect(r).toMatchObject({ from: HOUR, to: 2 * HOUR, cells: 1, shortUsd: 0, priceThen: 100, columnState: 1 })
    expect(r.longUsd).toBeGreaterThan(1e6)
    expect(r.distance).toBeCloseTo(-0.05, 2)
    expect(r.priceLow <= 95 && r.priceHigh > 95).toBe(true)
  })
  it('names the channels that have a gap there', () => {
    const gaps = [
      { from: 0, to: HOUR, channel: 'funding' },
      { from: HOUR, to: 3 * HOUR, channel: 'openInterest' },
    ]
    expect(readingAt({ ...sources, data: { ...data, gaps } }, 1.5 * HOUR, 95, cells).gaps).toEqual(['openInterest'])
  })
  it('does not call a gap zero', () => {
    const gap = { ...sources, data: { ...data, heat: { ...grid, state: Uint8Array.of(1, 0) } } }
    expect(readingAt(gap, 1.5 * HOUR, 95, cells)).toMatchObject({ longUsd: null, shortUsd: null, columnState: 0 })
  })
})

it.each([
  [{ now: 61_000 }, 'ok', /^Live/],
  [{ now: 105_000 }, 'warn', /^Late/],
  [{ now: 400_000 }, 'err', /^Stale/],
  [{ now: 61_000, connection: 'offline' as const }, 'err', /^Offline/],
  [{ now: 9e9, historic: true }, 'idle', /old$/],
  [{ now: 0, dataTime: null }, 'idle', /^No data$/],
])('live badge %o', (o, tone, text) => {
  const state = liveState({ dataTime: 0, bucketMs: 60_000, connection: 'open', historic: false, ...o })
  expect(state.tone).toBe(tone)
  expect(state.text).toMatch(text)
})
