import { expect, it } from 'vitest'
import type { HeatmapView } from '../server/schema.ts'
import { marketFigures, provenanceOf, reachesNewest } from './summary.ts'

const M5 = 300_000
const DAY = 86_400_000
const END = Date.UTC(2026, 2, 5, 11)

function view(more: Partial<HeatmapView> = {}): HeatmapView {
  return {
    instrument: {
      id: 1,
      key: 'binance-usdm:ETHUSDT',
      venue: 'binance-usdm',
      symbol: 'ETHUSDT',
      baseAsset: 'ETH',
      quoteAsset: 'USDT',
      simulated: false,
    },
    build: {
      id: 7,
      modelVersion: 'books-1',
      generation: 2,
      bucketMs: M5,
      firstBucket: END - 30 * DAY,
      lastBucket: END - M5,
      status: 'complete',
    },
    range: '3d',
    resolutionMs: M5,
    from: END - 3 * DAY,
    to: END,
    history: { from: END - 30 * DAY, to: END },
    tiles: [],
    takerBuy: [],
    liquidations: [],
    ratios: [],
    predictedFunding: null,
    candles: {
      intervalMs: M5,
      rows: [
        [END - DAY - M5, 90, 101, 89, 99, 1],
        [END - DAY, 100, 101, 99, 100.5, 1],
        [END - M5, 108, 111, 107, 110, 1],
      ],
    },
    openInterest: [
      [END - M5, 10, 1000],
      [END, 20, null],
    ],
    funding: [[END - 3_600_000, 0.0001, 8]],
    gaps: [],
    coverage: { columns: 864, expected: 864 },
    channels: [],
    liquidationsSampled: false,
    sum: null,
    gapsKnown: '',
    serverTime: END,
    ...more,
  }
}

it('reads the last price, the change of a day, open interest and funding', () => {
  expect(marketFigures(view())).toEqual({
    lastPrice: 110,
    change24h: 110 / 100 - 1,
    // the newest figure has no USD: coins at the last price
    openInterestUsd: 20 * 110,
    fundingRate: 0.0001,
    fundingHours: 8,
  })
})

it('counts the day from the last bucket, not from the gap that has followed it', () => {
  const gap = { channel: 'candle', from: END, to: END + DAY / 2, status: 'open' }
  expect(marketFigures(view({ to: END + DAY / 2, gaps: [gap] })).change24h).toBe(110 / 100 - 1)
})

it('counts the columns that a gap at the end lacks', () => {
  const lacking = view({ to: END + 288 * M5, coverage: { columns: 864, expected: 864 + 288 } })
  expect(provenanceOf(lacking)).toMatchObject({ columns: 864, expected: 864 + 288, coverageTone: 'err' })
})

it('prefers the dollars that the venue gives', () =>
  expect(marketFigures(view({ openInterest: [[END, 20, 1234]] })).openInterestUsd).toBe(1234))

it('has no change where the picture does not reach back a day, and nothing for an empty one', () => {
  const short = view({ candles: { intervalMs: M5, rows: [[END - M5, 108, 111, 107, 110, 1]] } })
  expect(marketFigures(short).change24h).toBeNull()
  expect(marketFigures(view({ candles: { intervalMs: M5, rows: [] }, openInterest: [], funding: [] }))).toEqual({
    lastPrice: null,
    change24h: null,
    openInterestUsd: null,
    fundingRate: null,
    fundingHours: null,
  })
})

it('does not count as missing what lies before the history begins', () => {
  const young = view({ build: { ...view().build, firstBucket: END - DAY }, coverage: { columns: 280, expected: 864 } })
  expect(provenanceOf(young)).toMatchObject({ columns: 280, expected: 288, coverageTone: 'ok' })
})

it('warns under 95 and under 80 per cent', () => {
  const tone = (columns: number) => provenanceOf(view({ coverage: { columns, expected: 1000 }, from: END - 1000 * M5 })).coverageTone
  expect([950, 949, 800, 799].map(tone)).toEqual(['ok', 'warn', 'warn', 'err'])
})

it('sums gaps by channel, the longest first', () => {
  const gaps = [
    { channel: 'funding', from: 0, to: 10, status: 'open' },
    { channel: 'openInterest', from: 0, to: 50, status: 'open' },
    { channel: 'funding', from: 20, to: 30, status: 'open' },
  ]
  expect(provenanceOf(view({ gaps })).gaps).toEqual([
    { channel: 'openInterest', count: 1, totalMs: 50 },
    { channel: 'funding', count: 2, totalMs: 20 },
  ])
})

it('takes figures of now only from a view that reaches the newest column', () => {
  expect(reachesNewest(view())).toBe(true)
  expect(reachesNewest(view({ from: END - 9 * DAY, to: END - 6 * DAY }))).toBe(false)
  expect(reachesNewest(view({ to: END - M5 }))).toBe(false)
})
