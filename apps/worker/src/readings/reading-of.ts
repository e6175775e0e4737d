/** From a market's newest columns and stored rows to its reading: pure. */
import type { MarketReading, NearCluster, ReadingUpdate, StaleReading } from '@faultline/db/repositories/market-readings'
import { asymmetryOf } from '@faultline/engine/readings/asymmetry'
import { type Breakout, type BreakoutState, NO_ZONES, stepBreakouts } from '@faultline/engine/readings/breakouts'
import type { Cluster } from '@faultline/engine/readings/clusters'
import { type CandleSeries, type MarketInputs, type MarketRows, marketInputs } from '@faultline/engine/readings/market-inputs'
import { standoutsOf } from '@faultline/engine/readings/prominent-stretches'
import { riskIndex } from '@faultline/engine/readings/risk-index'
import type { Column } from '@faultline/market/column'
import { DAY_MS, SIDES } from '@faultline/market/units'
import { z } from 'zod'
import { mapOf, nearMap } from '../live/score/near-map.ts'

/** ±, log distance */
const ASYMMETRY_WITHIN = 0.05
const SPARKLINE_POINTS = 48
/** of each side, for alerts */
const MOST_CLUSTERS = 16
/** η of breakouts, the median of what cascades draw. */
const PASS_THROUGH = 0.7

export type ReadingTarget = Pick<StaleReading, 'instrumentId' | 'buildId' | 'bucketMs' | 'readTo' | 'breakoutState'>

/**
 * `columns` rise; the last one is what is read, those before it only step the detector of breakouts. `rows` are those of the end of the
 * last. Where nobody knows the price, figures are null and the detector stays as it was.
 */
export function readingOf(target: ReadingTarget, columns: readonly Column[], rows: MarketRows): ReadingUpdate {
  const { instrumentId, buildId, bucketMs } = target
  const last = columns.at(-1)
  if (!last) throw new RangeError('There is no column to read.')
  const inputs = marketInputs(rows)
  const { price, sigmaDay, depth, openInterestUsd, openInterestZ, fundingZ } = inputs
  const map = price === null ? null : mapOf(last, price)
  const clusters = map === null ? [] : standoutsOf(map)
  const [asymmetry] = map === null ? [] : asymmetryOf(map, [ASYMMETRY_WITHIN])
  const risk =
    map !== null && sigmaDay !== null && depth !== null && openInterestUsd !== null && openInterestUsd > 0
      ? riskIndex({ map: nearMap(map), sigmaDay, depth, openInterestUsd, openInterestZ, fundingZ }).value
      : null
  const reading: MarketReading = {
    instrumentId,
    buildId,
    bucket: last.bucketStart,
    bucketMs,
    price,
    change24h: inputs.change24h,
    risk,
    longUsd: asymmetry?.longUsd ?? null,
    shortUsd: asymmetry?.shortUsd ?? null,
    below: nearest(clusters, 'long'),
    above: nearest(clusters, 'short'),
    openInterestUsd,
    openInterestChange24h: inputs.openInterestChange24h,
    fundingRate: inputs.fundingRate,
    fundingHours: inputs.fundingHours,
    liquidatedLongUsd: inputs.liquidations24h?.longUsd ?? null,
    liquidatedShortUsd: inputs.liquidations24h?.shortUsd ?? null,
    sparkline: sparklineOf(inputs.closes, rows.at),
  }
  const stepped = step(target, columns, inputs)
  return {
    reading,
    breakoutState: plain(stepped.state),
    breakouts: stepped.breakouts.map(({ time, zone }) => ({
      instrumentId,
      time,
      side: zone.side,
      low: zone.lowPrice,
      high: zone.highPrice,
      usd: zone.usd,
      n: finite(zone.n),
    })),
    clusters:
      price === null ? [] : SIDES.flatMap((side) => clusters.filter((cluster) => cluster.side === side).slice(0, MOST_CLUSTERS)).map(near),
  }
}

/** What alerts look at. Its near edge is the one that price comes to first. */
const near = ({ side, peakPrice, lowPrice, highPrice, usd, distancePercent }: Cluster) => ({
  side,
  price: peakPrice,
  edge: side === 'long' ? highPrice : lowPrice,
  usd,
  distance: distancePercent / 100,
})

/** They are from the price outwards. */
function nearest(clusters: readonly Cluster[], side: Cluster['side']): NearCluster | null {
  const found = clusters.find((cluster) => cluster.side === side)
  return found ? { price: found.peakPrice, usd: found.usd, distance: found.distancePercent / 100 } : null
}

/** The close at each half-hour of the last day; as many as there are. */
export function sparklineOf(closes: MarketInputs['closes'], at: number): number[] {
  const out: number[] = []
  let i = 0
  for (let k = SPARKLINE_POINTS - 1; k >= 0; k--) {
    const time = at - (k * DAY_MS) / SPARKLINE_POINTS
    while (i < closes.length && (closes[i] as { time: number }).time <= time) i++
    const close = closes[i - 1]?.close
    if (close !== undefined) out.push(Number(close.toPrecision(7)))
  }
  return out
}

function step(target: ReadingTarget, columns: readonly Column[], { depth, candles }: MarketInputs) {
  let state = stateOf(target.breakoutState)
  const breakouts: Breakout[] = []
  if (depth === null || candles === null) return { state, breakouts }
  let before = target.readTo === null ? null : target.readTo + target.bucketMs
  for (const column of columns) {
    const end = column.bucketStart + column.bucketMs
    const seen = extremes(candles, before ?? column.bucketStart, end)
    before = end
    if (!seen) continue
    const stepped = stepBreakouts(state, {
      map: mapOf(column, seen.price),
      low: seen.low,
      high: seen.high,
      depth,
      passThrough: PASS_THROUGH,
    })
    state = stepped.state
    breakouts.push(...stepped.breakouts)
  }
  return { state, breakouts }
}

/** Extremes of what traded in [from, to), and the close of it; null where nothing is known of it. */
function extremes({ openTime, intervalMs, high, low, close }: CandleSeries, from: number, to: number) {
  let [lowest, highest, price] = [Number.POSITIVE_INFINITY, 0, 0]
  for (let i = openTime.length - 1; i >= 0; i--) {
    const end = (openTime[i] as number) + intervalMs
    if (end > to) continue
    if (end <= from) break
    lowest = Math.min(lowest, low[i] as number)
    highest = Math.max(highest, high[i] as number)
    if (price === 0) price = close[i] as number
  }
  return price === 0 ? null : { low: lowest, high: highest, price }
}

const side = z.enum(['long', 'short'])
const zone = z.object({
  side,
  firstBin: z.int(),
  lastBin: z.int(),
  lowPrice: z.number(),
  highPrice: z.number(),
  usd: z.number(),
  band: z.null(),
  n: z.number(),
  nBefore: z.number(),
})
const storedState = z.object({ armed: z.array(zone), entered: z.array(zone) })

/** What is no state of this version is none: the detector begins anew. */
function stateOf(stored: unknown): BreakoutState {
  const parsed = storedState.safeParse(stored)
  return parsed.success ? parsed.data : NO_ZONES
}

/** A stretch without a book has no end of n: JSON has no such number. */
const finite = (n: number): number => Math.min(n, Number.MAX_VALUE)

function plain({ armed, entered }: BreakoutState): BreakoutState {
  const of = (zones: BreakoutState['armed']) => zones.map((z) => ({ ...z, band: null, n: finite(z.n), nBefore: finite(z.nBefore) }))
  return { armed: of(armed), entered: of(entered) }
}
