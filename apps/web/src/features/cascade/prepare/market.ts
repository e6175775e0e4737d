/** What a cascade is simulated on, read off a column's readings: pure, and cheap to hand over to the worker. */
import type { HeatMap } from '@faultline/engine/map/heat-map'
import { type Depth, extendedDepth, impactDepth, scaledDepth } from '@faultline/engine/readings/depth'
import { type BookLevel, orderBookDepth } from '@faultline/engine/readings/order-book-depth'
import type { Side } from '@faultline/market/units'
import type { CurrentReadings } from '../../readings/server/schema.ts'

export interface CascadeMarket {
  map: HeatMap
  /** of equal weight; empty: the map's own uncertainty is not known */
  draws: readonly HeatMap[]
  /** bids below the price and asks above it; null without a book */
  book: { time: number; levels: readonly BookLevel[] } | null
  /** null where volatility or volume is not known */
  law: { sigmaDay: number; volumeDayUsd: number } | null
}

/** Where the depth comes from; `none`: there is nothing to run a cascade against. */
export type DepthSource = 'book-then-law' | 'book' | 'law' | 'none'

type Planes = CurrentReadings['draws'][number]

/** What the simulator needs of a reading: the map, its draws, and the depth as far as a book or a day of trading says it. USD, log distances. */
export function marketOf(readings: CurrentReadings): CascadeMarket {
  const { bucket, bucketMs, price, profile, book, sigmaDay, volumeDayUsd } = readings
  const mapOf = ({ long, short }: Planes): HeatMap => ({
    time: bucket + bucketMs,
    price,
    long: { firstBin: long.firstBin, usd: Float32Array.from(long.usd) },
    short: { firstBin: short.firstBin, usd: Float32Array.from(short.usd) },
  })
  return {
    map: mapOf({ long: profile.long.total, short: profile.short.total }),
    draws: readings.draws.map(mapOf),
    // The book may be younger than the price: a bid above the price is no ask, and is left out.
    book: book && { time: book.time, levels: [...book.bids.filter(([at]) => at < price), ...book.asks.filter(([at]) => at > price)] },
    law: sigmaDay && volumeDayUsd ? { sigmaDay, volumeDayUsd } : null,
  }
}

/** Whether a map holds anything at all: without it there is nothing to trigger. */
export const isBare = ({ map }: CascadeMarket): boolean => [map.long, map.short].every(({ usd }) => usd.every((value) => !(value > 0)))

/** A side whose book is empty is one without a book. */
export function depthSource({ map, book, law }: CascadeMarket, side: Side): DepthSource {
  const inBook = book?.levels.some(([at, size]) => size > 0 && (side === 'long' ? at < map.price : at > map.price))
  return inBook ? (law ? 'book-then-law' : 'book') : law ? 'law' : 'none'
}

export interface KnownDepth {
  depth: Depth
  /** log distance to which the book is known; 0 without one */
  bookEnd: number
}

/** Depth of one side, times `factor`; null where nothing is known of it. */
export function depthOf(market: CascadeMarket, side: Side, factor: number): KnownDepth | null {
  const source = depthSource(market, side)
  if (source === 'none') return null
  const law = market.law && impactDepth(market.law)
  const book = source === 'law' || !market.book ? null : orderBookDepth(market.map.price, market.book.levels)
  const known = book && law ? extendedDepth(book, law) : (book ?? law)
  return known && { depth: scaledDepth(known, factor), bookEnd: book ? book.end(side) : 0 }
}
