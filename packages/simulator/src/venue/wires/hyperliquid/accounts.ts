/** Accounts, which are public at Hyperliquid: what an address holds, what was liquidated of it, and the leaderboard. */
import { equity, type MarginedPosition, maintenanceMargin } from '../../../margin.ts'
import type { OpenPosition, VenueMarket } from '../../venue-market.ts'
import type { Json } from '../../wire.ts'
import { TICKS_KEPT_MS } from '../recent-trades.ts'
import type { WireContext, WireListing } from '../wire-format.ts'
import { maxLeverage } from './contexts.ts'
import { float, mark, price, rate, size, usd } from './numbers.ts'
import { liquidationFill } from './rows.ts'

interface Held {
  listing: WireListing
  position: OpenPosition
}

interface Index {
  simulatedTo: number
  byAddress: ReadonlyMap<string, readonly OpenPosition[]>
}

/** Who holds what in a market, gathered once for each step that it simulates and not with every question. */
const indices = new WeakMap<VenueMarket, Index>()

/** Markets that know no addresses have nobody. */
function holdersOf(market: VenueMarket): Index['byAddress'] {
  let index = indices.get(market)
  if (index?.simulatedTo !== market.simulatedTo) {
    const byAddress = new Map((market.accounts?.() ?? []).map(({ address, positions }) => [address, positions]))
    index = { simulatedTo: market.simulatedTo, byAddress }
    indices.set(market, index)
  }
  return index.byAddress
}

const holdingsOf = ({ listings }: WireContext, address: string): Held[] =>
  listings.flatMap((listing) => (holdersOf(listing.market).get(address) ?? []).map((position) => ({ listing, position })))

interface Valued extends Held {
  markPrice: number
  /** USD */
  value: number
  profit: number
  equity: number
  maintenance: number
}

function valued({ listing, position }: Held, now: number): Valued {
  const { markPrice } = listing.market.markAt(now)
  const { direction, quantity, entryPrice, margin } = position
  const margined: MarginedPosition = { direction, size: quantity, entry: entryPrice, margin }
  const value = quantity * markPrice
  return {
    listing,
    position,
    markPrice,
    value,
    profit: direction * quantity * (markPrice - entryPrice),
    equity: equity(margined, markPrice),
    maintenance: maintenanceMargin(value, listing.instrument.brackets),
  }
}

/** Nobody says which leverage they have set: as much as their margin shows, within what is allowed. */
function leverageOf({ listing, position }: Held): number {
  const shown = Math.round((position.quantity * position.entryPrice) / position.margin)
  return Math.min(maxLeverage(listing.instrument), Math.max(1, shown))
}

/** Of an isolated position all that stands behind it is used, of a crossed one what its leverage asks for. */
const marginUsed = (v: Valued): number => (v.position.cross ? v.value / leverageOf(v) : v.equity)

function assetPosition(v: Valued): Json {
  const { listing, position, value, profit } = v
  const { direction, quantity, cross, liquidationPrice } = position
  const used = marginUsed(v)
  const leverage = leverageOf(v)
  return {
    type: 'oneWay',
    position: {
      coin: listing.symbol,
      szi: size(listing, direction * quantity),
      leverage: cross ? { type: 'cross', value: leverage } : { type: 'isolated', value: leverage, rawUsd: usd(used - direction * value) },
      entryPx: price(listing, position.entryPrice),
      positionValue: usd(value),
      unrealizedPnl: usd(profit),
      returnOnEquity: rate((profit * leverage) / (quantity * position.entryPrice)),
      liquidationPx: liquidationPrice > 0 ? mark(listing, liquidationPrice) : null,
      marginUsed: usd(used),
      maxLeverage: maxLeverage(listing.instrument),
      // What was paid in funding is not kept.
      cumFunding: { allTime: '0.0', sinceOpen: '0.0', sinceChange: '0.0' },
    },
  }
}

function summary(all: readonly Valued[]): { [key: string]: Json } {
  const sum = (of: (v: Valued) => number): number => all.reduce((total, v) => total + of(v), 0)
  return {
    accountValue: usd(sum((v) => v.equity)),
    totalNtlPos: usd(sum((v) => v.value)),
    totalRawUsd: usd(sum((v) => v.equity - v.position.direction * v.value)),
    totalMarginUsed: usd(sum(marginUsed)),
  }
}

/** An address that holds nothing has an empty account. */
export function clearinghouseState(context: WireContext, address: string): Json {
  const all = holdingsOf(context, address.toLowerCase()).map((held) => valued(held, context.now))
  const crossed = all.filter(({ position }) => position.cross)
  const free = crossed.reduce((total, v) => total + v.equity - marginUsed(v), 0)
  return {
    marginSummary: summary(all),
    crossMarginSummary: summary(crossed),
    crossMaintenanceMarginUsed: usd(crossed.reduce((total, v) => total + v.maintenance, 0)),
    withdrawable: usd(Math.max(0, free)),
    assetPositions: all.map(assetPosition),
    time: context.serverTime,
  }
}

/** All addresses, richest first. What they won earlier and how much they traded is not kept: windows tell what is open. */
export function leaderboard(context: WireContext): Json {
  const addresses = new Set(context.listings.flatMap(({ market }) => [...holdersOf(market).keys()]))
  const rows = Array.from(addresses, (address) => {
    const all = holdingsOf(context, address).map((held) => valued(held, context.now))
    const profit = all.reduce((total, v) => total + v.profit, 0)
    return { address, value: all.reduce((total, v) => total + v.equity, 0), profit }
  })
  rows.sort((a, b) => b.value - a.value)
  return {
    leaderboardRows: rows.map(({ address, value, profit }) => {
      const performance = { pnl: float(profit, 6), roi: rate(value > profit ? profit / (value - profit) : 0), vlm: '0.0' }
      return {
        ethAddress: address,
        accountValue: float(value, 6),
        windowPerformances: ['day', 'week', 'month', 'allTime'].map((window) => [window, performance]),
        prize: 0,
        displayName: null,
      }
    }),
  }
}

/** Liquidations of an address with time in [from, to] that the markets still remember, newest first. */
export function fillsOf({ listings, now }: WireContext, address: string, from: number, to: number): Json[] {
  const user = address.toLowerCase()
  const fills = listings.flatMap((listing) => {
    const kept = Math.max(from, listing.market.genesis, listing.market.simulatedTo - TICKS_KEPT_MS)
    return listing.market
      .forcedOrders(kept, Math.min(to, now) + 1)
      .filter((order) => order.address === user)
      .map((order) => ({ time: order.time, fill: liquidationFill(listing, order, user, listing.market.markAt(order.time).markPrice) }))
  })
  return fills.sort((a, b) => b.time - a.time).map(({ fill }) => fill)
}
