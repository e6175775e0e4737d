import { createHash } from 'node:crypto'
import { WIRES, type Wire } from '@faultline/market/venue'
import { describe, expect, it } from 'vitest'
import { units } from '../settings.ts'
import { characterOf } from './characters.ts'
import { LiveMarket, openMarket } from './live-market.ts'
import { addressOf, Dealer, FIVE_VENUES, type Shares, sharesOf } from './shares.ts'
import type { VenueMarket } from './venue-market.ts'

const MINUTE = 60_000
const HOUR = 3_600_000
const GENESIS = Date.UTC(2026, 2, 3, 2, 35)

const split = (seed: number, symbol: string, shares: Shares | undefined, to: number): LiveMarket => {
  const market = new LiveMarket({ seed, symbol, genesis: GENESIS, warmUpDays: 0, ...(shares ? { shares } : {}) })
  market.advance(to)
  return market
}
const venuesOf = (market: LiveMarket): VenueMarket[] => Object.keys(market.options.shares ?? {}).map((wire) => market.venue(wire as Wire))
const sum = (values: Iterable<number>): number => Array.from(values).reduce((a, b) => a + b, 0)

/** Everything that a market says of an hour and of now, in lots and counts, so that sums are exact. */
function said(market: VenueMarket, symbol: string) {
  const { price, priceDecimals } = characterOf(symbol)
  const { lotSize } = units(price)
  const usd = lotSize * 10 ** -priceDecimals
  const lots = (coins: Iterable<number>): number => sum(Array.from(coins, (c) => Math.round(c / lotSize)))
  const to = market.simulatedTo
  const { columns: c, takerBuyQuoteVolume } = market.candles(GENESIS, to)
  const ticks = market.ticks(to - 9 * MINUTE, to)
  const trades = ticks.filter((t) => t.type === 'trade')
  const now = market.candleAt(to)
  return {
    volume: Array.from(c.volume, (v) => Math.round(v / lotSize)),
    takerBuyVolume: Array.from(c.takerBuyVolume, (v) => Math.round(v / lotSize)),
    quoteVolume: Array.from(c.quoteVolume, (v) => Math.round(v / usd)),
    takerBuyQuoteVolume: Array.from(takerBuyQuoteVolume, (v) => Math.round(v / usd)),
    tradeCount: Array.from(c.tradeCount),
    openInterest: Array.from(market.openInterestHistory(GENESIS, to).columns.openInterest, (v) => Math.round(v / lotSize)),
    openInterestNow: lots([market.openInterestAt(to)]),
    liquidations: market.forcedOrders(GENESIS, to).length,
    liquidated: lots(market.forcedOrders(GENESIS, to).map((o) => o.quantity)),
    trades: trades.length,
    traded: lots(trades.map((t) => t.quantity)),
    forcedTicks: ticks.length - trades.length,
    openBar: lots([now.volume]),
    openBarTrades: now.tradeCount,
    positions: market.positions().length,
    held: lots(market.positions().map((p) => p.quantity)),
  }
}
type Said = ReturnType<typeof said>

function added(parts: readonly Said[]): Said {
  const names = Object.keys(parts[0] ?? {}) as (keyof Said)[]
  return Object.fromEntries(
    names.map((name) => {
      const [first] = parts.map((part) => part[name])
      if (!Array.isArray(first)) return [name, sum(parts.map((part) => part[name] as number))]
      return [name, first.map((_, i) => sum(parts.map((part) => (part[name] as number[])[i] as number)))]
    }),
  ) as Said
}

describe('a market whose flow is split over venues', { timeout: 60_000 }, () => {
  it.each([
    [3, 'SIMSPARKUSDT', FIVE_VENUES],
    [4, 'SIMOAKUSDT', FIVE_VENUES],
    [11, 'SIMGALEUSDT', { okx: 3, hyperliquid: 1 }],
    [2 ** 40 + 1, 'SIMTIDEUSDT', { binance: 1 }],
  ] as const)('is the sum of its venues, seed %d, %s', (seed, symbol, shares) => {
    const to = GENESIS + 2 * HOUR + 35_000
    const market = split(seed, symbol, shares, to)
    const parts = venuesOf(market).map((venue) => said(venue, symbol))
    const whole = said(market, symbol)
    expect(added(parts)).toEqual(whole)
    expect(whole.liquidations).toBeGreaterThan(0)
    expect(parts.every((part) => part.positions > 0 && sum(part.volume) > 0)).toBe(true)

    // What happens is what would have happened unsplit; only makers do not stand between venues.
    const { openInterest, openInterestNow, ...flow } = whole
    const { openInterest: unsplit, openInterestNow: unsplitNow, ...same } = said(split(seed, symbol, undefined, to), symbol)
    expect(flow).toEqual(same)
    expect(openInterest.every((lots, i) => lots >= (unsplit[i] as number) && lots < 1.5 * (unsplit[i] as number))).toBe(true)
    expect(openInterestNow).toBeGreaterThanOrEqual(unsplitNow)
  })

  it('gives each venue about its weight, and prices that all have in common', () => {
    const market = split(7, 'SIMOAKUSDT', FIVE_VENUES, GENESIS + 3 * HOUR)
    const to = market.simulatedTo
    const open = market.openInterestAt(to)
    for (const wire of WIRES) {
      const venue = market.venue(wire)
      const weight = FIVE_VENUES[wire]
      expect(venue.openInterestAt(to) / open / weight).toBeGreaterThan(0.6)
      expect(venue.openInterestAt(to) / open / weight).toBeLessThan(1.6)
      expect(venue.positions().length / market.positions().length / weight).toBeCloseTo(1, 0)
      expect(venue.markAt(to)).toEqual(market.markAt(to))
      expect(venue.fundingHistory(0, to)).toEqual(market.fundingHistory(0, to))
      expect(venue.instrument).toBe(market.instrument)
      // One side of the contracts of a venue's own traders is never more than there is.
      for (const direction of [1, -1]) {
        const side = sum(venue.positions().map((p) => (p.direction === direction ? p.quantity : 0)))
        expect(side).toBeLessThanOrEqual(venue.openInterestAt(to) * (1 + 1e-9))
      }
      const ratios = venue.ratioHistory(to - 5 * MINUTE, to + 1).columns
      const longs = venue.positions().filter((p) => p.direction > 0).length
      const [accounts] = ratios.ratio.slice(-4)
      if (to % (5 * MINUTE) === 0) expect(accounts).toBe(longs / (venue.positions().length - longs))
      const bid = (m: VenueMarket): number => sum(m.depthAt(to, 500).bids.map(([, quantity]) => quantity))
      expect(bid(venue) / bid(market)).toBeCloseTo(weight, 1)
    }
  })

  it('numbers the trades of each venue without a hole, and stands still where none was', () => {
    const market = split(5, 'SIMSPARKUSDT', { binance: 99.9, gate: 0.1 }, GENESIS + HOUR)
    const gate = market.venue('gate')
    const { columns: c, lastTradeId } = gate.candles(GENESIS, GENESIS + HOUR)
    expect(c.openTime).toHaveLength(60)
    const empty = Array.from(c.tradeCount).flatMap((n, i) => (n === 0 && i > 0 ? [i] : []))
    expect(empty.length).toBeGreaterThan(0)
    for (const i of empty) {
      const close = c.close[i - 1]
      expect([c.open[i], c.high[i], c.low[i], c.close[i], c.volume[i], lastTradeId[i]]).toEqual([
        close,
        close,
        close,
        close,
        0,
        lastTradeId[i - 1],
      ])
    }
    expect(lastTradeId.at(-1)).toBe(sum(c.tradeCount))
    const trades = market.venue('binance').ticks(market.simulatedTo - 9 * MINUTE, market.simulatedTo)
    const ids = trades.flatMap((t) => (t.type === 'trade' ? [t] : []))
    expect(ids.every((t, i) => i === 0 || t.aggregateId === (ids[i - 1]?.aggregateId as number) + 1)).toBe(true)
    expect(ids.every((t, i) => i === 0 || t.firstTradeId === (ids[i - 1]?.firstTradeId as number) + (ids[i - 1]?.count as number))).toBe(
      true,
    )
  })

  it('tells of liquidations whose position that was', () => {
    const shares = { okx: 3, hyperliquid: 1 }
    const end = GENESIS + 2 * HOUR
    const known = split(5, 'SIMSPARKUSDT', shares, end).venue('hyperliquid').forcedOrders(GENESIS, end)
    const venue = split(5, 'SIMSPARKUSDT', shares, GENESIS).venue('hyperliquid')
    let told = 0
    for (const step of new Set(known.slice(0, 40).map(({ time }) => time - (time % 5_000)))) {
      venue.advance(step)
      const before = new Map(venue.accounts?.().map(({ address, positions: [p] }) => [address, p ? p.direction * p.quantity : 0]))
      venue.advance(step + 5_000)
      for (const { address, direction, quantity } of venue.forcedOrders(step, step + 5_000)) {
        const held = before.get(address ?? '')
        // Who opened and died within five seconds was not seen.
        if (held === undefined) continue
        told++
        expect(held).toBe(direction * quantity)
      }
    }
    expect(told).toBeGreaterThan(5)
  })

  it('knows whose each position is: one per address', () => {
    const market = split(3, 'SIMSPARKUSDT', FIVE_VENUES, GENESIS + 2 * HOUR)
    const venue = market.venue('hyperliquid')
    const accounts = venue.accounts?.() ?? []
    expect(accounts.flatMap((a) => a.positions)).toEqual(venue.positions())
    expect(accounts.every(({ address, positions }) => /^0x[0-9a-f]{40}$/.test(address) && positions.length === 1)).toBe(true)
    expect(new Set(accounts.map((a) => a.address)).size).toBe(accounts.length)
    const forced = venue.forcedOrders(GENESIS, market.simulatedTo)
    const last = forced.at(-1)?.time ?? 0
    const early = split(3, 'SIMSPARKUSDT', FIVE_VENUES, last).venue('hyperliquid')
    const ticks = early.ticks(last - MINUTE, last).filter((t) => t.type === 'forced')
    expect(ticks.length).toBeGreaterThan(0)
    expect(ticks).toEqual(forced.slice(-ticks.length))
    expect(forced.every(({ address }) => /^0x[0-9a-f]{40}$/.test(address ?? ''))).toBe(true)
    expect(addressOf(7, 12)).toBe(addressOf(7, 12))
    expect(addressOf(8, 12)).not.toBe(addressOf(7, 12))
  })

  it('goes on from a checkpoint as if it had never stopped', () => {
    const symbol = 'SIMSPARKUSDT'
    const halfway = GENESIS + 47 * MINUTE + 15_000
    const end = GENESIS + 2 * HOUR
    const never = split(5, symbol, FIVE_VENUES, halfway)
    const again = openMarket(never.checkpoint())
    expect(again.options.shares).toEqual(FIVE_VENUES)
    for (const market of [never, again]) market.advance(end)
    expect(Buffer.compare(never.checkpoint(), again.checkpoint())).toBe(0)
    for (const wire of WIRES) expect(said(again.venue(wire), symbol)).toEqual(said(never.venue(wire), symbol))
  })

  it('refuses weights that cannot be, and has no share for others', () => {
    expect(() => split(1, 'SIMOAKUSDT', { binance: 0 }, GENESIS)).toThrow('weights above 0')
    expect(() => split(1, 'SIMOAKUSDT', {}, GENESIS)).toThrow('weights above 0')
    expect(() => split(1, 'SIMOAKUSDT', { binance: 1 }, GENESIS).venue('okx')).toThrow('no share for okx')
    expect(sharesOf(['gate'])).toEqual({ gate: 0.07 })
  })
})

describe('a market that is not split', { timeout: 60_000 }, () => {
  // Stored venues go on from these bytes. A change here makes every checkpoint that there is useless: make it on purpose.
  it.each([
    ['SIMSPARKUSDT', 5, 'cc4dbfbc6955a3c17619f7bdfb81d30ab03dbc5cd50abe767901b678c1311cad'],
    ['SIMOAKUSDT', 7, 'ec755ded2618c91fcf394ef0d1ea65e0cd988de3cc10f5b25c40be676644c93a'],
  ])('has the checkpoint that it always had: %s', (symbol, seed, hash) => {
    const market = split(seed, symbol, undefined, GENESIS + 6 * HOUR)
    expect(createHash('sha256').update(market.checkpoint()).digest('hex')).toBe(hash)
    expect(() => market.venue('binance')).toThrow('no share')
  })
})

it('positions and trades are dealt out by weight, whatever came before', () => {
  const dealer = new Dealer(9, 'SIMOAKUSDT', FIVE_VENUES)
  const other = new Dealer(9, 'SIMOAKUSDT', FIVE_VENUES)
  const n = 200_000
  const counts = dealer.wires.map(() => ({ positions: 0, trades: 0 }))
  for (let id = n - 1; id >= 0; id--) {
    const venue = dealer.ofPosition(id)
    ;(counts[venue] as { positions: number }).positions++
    ;(counts[dealer.ofTrade(id)] as { trades: number }).trades++
    if (id % 1_000 === 0) expect(other.ofPosition(id)).toBe(venue)
  }
  dealer.wires.forEach((wire, i) => {
    expect((counts[i] as { positions: number }).positions / n).toBeCloseTo(FIVE_VENUES[wire], 2)
    expect((counts[i] as { trades: number }).trades / n).toBeCloseTo(FIVE_VENUES[wire], 2)
  })
})
