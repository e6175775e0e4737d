import type { CurrentReadings, HistoryReadings } from '../server/schema.ts'

/** Readings to test with: ETH at 2,155.1, one cluster on each side. */
export const sampleReadings = (over: Partial<CurrentReadings> = {}): CurrentReadings => ({
  instrument: 'binance-usdm:ETHUSDT',
  simulated: false,
  buildId: 1,
  modelVersion: 'ensemble-1',
  bucket: 1_772_700_000_000,
  bucketMs: 300_000,
  price: 2_155.1,
  openInterestUsd: 4.58e9,
  fundingRate: 0.0001,
  fundingHours: 8,
  profile: {
    long: { total: { firstBin: 0, usd: [] }, leverage: null, p10: null, p90: null },
    short: { total: { firstBin: 0, usd: [] }, leverage: null, p10: null, p90: null },
  },
  clusters: [
    {
      side: 'short',
      lowPrice: 2_196,
      highPrice: 2_200,
      peakPrice: 2_198.4,
      distance: 0.02,
      usd: 150e6,
      standsOut: true,
      band: { p10: 94e6, p50: 148e6, p90: 222e6 },
      leverage: [0.01, 0.18, 0.65, 0.11, 0.05],
    },
    {
      side: 'long',
      lowPrice: 2_076,
      highPrice: 2_080,
      peakPrice: 2_078.7,
      distance: -0.035,
      usd: 60e6,
      standsOut: false,
      band: null,
      leverage: null,
    },
  ],
  whatIf: [-0.05, -0.02, -0.01, 0.01, 0.02, 0.05].map((distance) => ({
    distance,
    usd: 4e9 * Math.abs(distance),
    band: { p10: 2e9 * Math.abs(distance), p50: 4e9 * Math.abs(distance), p90: 7e9 * Math.abs(distance) },
  })),
  asymmetry: [{ within: 0.05, longUsd: 398e6, shortUsd: 877e6, balance: -0.38 }],
  maxPain: { side: 'short', price: 2_278.2, usd: 300e6 },
  risk: { value: 64, version: 'reach-1', longUsd: 1e6, shortUsd: 2e6, branching: 0.1 },
  sigmaDay: 0.04,
  volumeDayUsd: 9e9,
  book: null,
  draws: [],
  ...over,
})

export const sampleHistory = (over: Partial<HistoryReadings> = {}): HistoryReadings => {
  const to = 1_772_700_300_000
  const from = to - 3 * 86_400_000
  return {
    from,
    to,
    stepMs: 900_000,
    risk: [
      [to - 86_400_000, 55],
      [to, 64],
    ],
    breakouts: [{ time: to - 7_200_000, side: 'short', lowPrice: 2_140, highPrice: 2_150, usd: 12e6 }],
    fates: { turned: 1, ranThrough: 1, missed: 0, within: 0 },
    earlier: [
      { time: from, side: 'short', lowPrice: 2_000, highPrice: 2_010, usd: 140e6, fate: 'turned' },
      { time: from, side: 'short', lowPrice: 2_050, highPrice: 2_060, usd: 200e6, fate: 'ran-through' },
      { time: from, side: 'short', lowPrice: 2_090, highPrice: 2_095, usd: 400e6, fate: 'ran-through' },
      { time: from, side: 'long', lowPrice: 1_900, highPrice: 1_905, usd: 150e6, fate: 'turned' },
    ],
    moves: [
      { from: to - 7_200_000, to: to - 3_600_000, change: -0.031, forced: { share: 0.2, low: 0.1, high: 0.4, usd: 45e6 } },
      { from: from + 3_600_000, to: from + 7_200_000, change: 0.024, forced: null },
    ],
    liquidity: [{ venue: 'binance-usdm', byHour: Array.from({ length: 24 }, (_, hour) => (hour === 23 ? null : 1e6 * (1 + hour))) }],
    ...over,
  }
}
