/** Markets made up for tests. */
import { binOf } from '@faultline/market/price-grid'
import type { CurrentReadings } from '../../readings/server/schema.ts'
import { type CascadeMarket, marketOf } from './market.ts'
import type { Scenario } from './scenario.ts'

type Plane = CurrentReadings['draws'][number]['long']

/** A plane of USD by price: each stands in the bin that holds its price. */
export function planeOf(usdAt: Readonly<Record<number, number>>): Plane {
  const rows = Object.entries(usdAt).map(([price, usd]) => ({ bin: binOf(Number(price)), usd }))
  if (rows.length === 0) return { firstBin: 0, usd: [] }
  const firstBin = Math.min(...rows.map(({ bin }) => bin))
  const usd = new Array<number>(Math.max(...rows.map(({ bin }) => bin)) - firstBin + 1).fill(0)
  for (const row of rows) usd[row.bin - firstBin] = (usd[row.bin - firstBin] ?? 0) + row.usd
  return { firstBin, usd }
}

/** Ten coins each at 99, 98, 97, 96, 95: the book of docs/readings.md. */
const BIDS: [number, number][] = [99, 98, 97, 96, 95].map((price) => [price, 10])
const NO_LEVERAGE = { leverage: null, p10: null, p90: null }

/** The worked example of docs/readings.md: price 100; longs of 300 at 98.5, 400 at 98, 400 at 97.2, 100 at 96.5, in the bins that lie there. */
export function readingsOf(more: Partial<CurrentReadings> = {}): CurrentReadings {
  return {
    instrument: 'made-up:XUSDT',
    simulated: true,
    buildId: 1,
    modelVersion: 'test-1',
    bucket: Date.UTC(2026, 2, 5, 12),
    bucketMs: 60_000,
    price: 100,
    openInterestUsd: null,
    fundingRate: null,
    fundingHours: null,
    profile: {
      long: { total: planeOf({ 98.5: 300, 98.05: 400, 97.2: 400, 96.5: 100 }), ...NO_LEVERAGE },
      short: { total: planeOf({ 103: 500 }), ...NO_LEVERAGE },
    },
    clusters: [],
    whatIf: [],
    asymmetry: [],
    maxPain: null,
    risk: null,
    sigmaDay: null,
    volumeDayUsd: null,
    book: { time: Date.UTC(2026, 2, 5, 12, 3), bids: BIDS, asks: [] },
    draws: [],
    ...more,
  }
}

export const sampleMarket = (more: Partial<CurrentReadings> = {}): CascadeMarket => marketOf(readingsOf(more))

export const sampleScenario = (more: Partial<Scenario> = {}): Scenario => ({
  direction: 'down',
  shock: 2,
  passThrough: 1,
  depthFactor: 1,
  halfLifeMs: 20_000,
  durationMs: 60_000,
  ...more,
})
