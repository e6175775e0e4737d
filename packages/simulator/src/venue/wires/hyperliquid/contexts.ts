/** What Hyperliquid publishes of its perpetuals: the universe with its margin tables, and each one's context of the moment. */
import type { MarkAt, VenueInstrument } from '../../venue-market.ts'
import type { Json } from '../../wire.ts'
import { daySummary } from '../day-summary.ts'
import type { WireContext, WireListing } from '../wire-format.ts'
import { nextPart } from './funding.ts'
import { float, mark, price, rate, size, usd } from './numbers.ts'

/** Numbers below this mean a table of one tier with so much leverage. */
const FIRST_TIERED_TABLE = 51
/** USD that an impact price is the average for. */
const IMPACT_USD = 6_000
const IMPACT_LEVELS = 100

type Side = readonly (readonly [price: number, quantity: number])[]

export function meta({ listings }: WireContext): { [key: string]: Json } {
  const tables = marginTables(listings)
  return {
    universe: listings.map(({ symbol, instrument }) => ({
      szDecimals: instrument.quantityDecimals,
      name: symbol,
      maxLeverage: maxLeverage(instrument),
      marginTableId: FIRST_TIERED_TABLE + tables.indexOf(tableOf(instrument)),
    })),
    marginTables: tables.map((table, i) => [FIRST_TIERED_TABLE + i, JSON.parse(table) as Json]),
    collateralToken: 0,
  }
}

export const maxLeverage = ({ brackets }: VenueInstrument): number => brackets[0]?.initialLeverage ?? 1

/** A table tells leverage only: at Hyperliquid maintenance is half the initial margin at the highest leverage of the tier. */
function tableOf(instrument: VenueInstrument): string {
  const marginTiers = instrument.brackets.map((b) => ({ lowerBound: float(b.notionalFloor, 1), maxLeverage: b.initialLeverage }))
  return JSON.stringify({ description: `tiered ${maxLeverage(instrument)}x`, marginTiers })
}

const marginTables = (listings: readonly WireListing[]): string[] => [...new Set(listings.map(({ instrument }) => tableOf(instrument)))]

export interface AssetFigures {
  mark: MarkAt
  /** base coin, one side */
  openInterest: number
  now: number
}

export const figuresOf = ({ market }: WireListing, now: number): AssetFigures => ({
  mark: market.markAt(now),
  openInterest: market.openInterestAt(now),
  now,
})

/** `funding` is what will be paid at the next full hour; `premium` is of the impact prices over the oracle's, as there. */
export function assetContext(listing: WireListing, { mark: at, openInterest, now }: AssetFigures): { [key: string]: Json } {
  const day = daySummary(listing.market, now)
  const { bids, asks } = listing.market.depthAt(now, IMPACT_LEVELS)
  const impact = bids.length > 0 && asks.length > 0 ? [impactPrice(bids), impactPrice(asks)] : null
  const oracle = at.indexPrice
  const premium = impact && (Math.max(0, (impact[0] as number) - oracle) - Math.max(0, oracle - (impact[1] as number))) / oracle
  const middle = mid(listing, now)
  return {
    funding: rate(nextPart(listing.market, now).rate),
    openInterest: size(listing, openInterest),
    prevDayPx: price(listing, day.open),
    dayNtlVlm: usd(day.quoteVolume),
    premium: premium === null ? null : rate(premium),
    oraclePx: mark(listing, oracle),
    markPx: mark(listing, at.markPrice),
    midPx: middle === undefined ? null : mark(listing, middle),
    impactPxs: impact?.map((p) => mark(listing, p)) ?? null,
    dayBaseVlm: size(listing, day.volume),
  }
}

/** Between the best bid and the best ask. */
function mid({ market }: WireListing, now: number): number | undefined {
  const { bids, asks } = market.depthAt(now, 1)
  return bids[0] && asks[0] ? (bids[0][0] + asks[0][0]) / 2 : undefined
}

/** Average price for IMPACT_USD, or for what there is. */
function impactPrice(side: Side): number {
  let usdLeft = IMPACT_USD
  let coins = 0
  for (const [p, quantity] of side) {
    const taken = Math.min(quantity, usdLeft / p)
    coins += taken
    usdLeft -= taken * p
    if (usdLeft <= 0) break
  }
  return (IMPACT_USD - usdLeft) / coins
}

export function allMids({ listings }: WireContext, now: number): { [coin: string]: string } {
  const out: { [coin: string]: string } = {}
  for (const listing of listings) {
    const middle = mid(listing, now)
    if (middle !== undefined) out[listing.symbol] = mark(listing, middle)
  }
  return out
}
