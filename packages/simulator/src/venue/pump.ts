/**
 * Drives the markets with the venue's clock and sends what became due, in order of time. A machine that falls behind sends
 * late and loses nothing: the time between two runs is walked in slices, and messages bear the time at which they were due.
 */

import { BUCKETS_MS } from '@faultline/market/resolution'
import { MINUTE_MS, SECOND_MS } from '@faultline/market/units'
import { barAt } from './bars.ts'
import { BookFeed } from './book-feed.ts'
import type { VenueClock } from './clock.ts'
import { forcedPrints, printTime } from './forced-prints.ts'
import type { Listings, Trading } from './listings.ts'
import type { Outgoing, Sockets } from './sockets.ts'
import type { Stream } from './streams.ts'
import type { ForcedTick, VenueMarket } from './venue-market.ts'
import { aggregateTradeMessage, depthMessage, forceOrderMessage, klineMessage, markPriceMessage } from './wire.ts'

/** Wall time between two runs. */
const RUN_EVERY_MS = 25
/** Venue time in one slice: well inside what the markets remember. */
const SLICE_MS = 30 * SECOND_MS
/** Markets remember ten minutes of moments. */
const MEMORY_MS = 5 * MINUTE_MS
/** Wall time that one run may take before others get their turn. */
const RUN_BUDGET_MS = 40
/** Open candles are pushed this often in wall time, as are books: their rate is for the reader, not for the market. */
const KLINE_EVERY_MS = 250
/** No stream of marks is pushed more often than this in wall time, however fast the venue runs. */
const MARK_FLOOR_MS = 50

/** At the same moment: trades, what they did, then what they add up to. */
const ORDER = { aggTrade: 0, forceOrder: 1, closedKline: 2, kline: 3, markPrice: 4, depth: 5 } as const

interface Due {
  time: number
  order: number
  send: () => void
}

/** What one instrument's streams remember. */
interface Feed {
  book: BookFeed
  /** the latest liquidation of a second that has not ended */
  forced: ForcedTick | undefined
  /** open bar and its trades that were pushed last, by interval */
  pushed: Map<string, string>
}

/** What is listened to of one instrument. */
interface Wanted {
  intervals: Set<string>
  /** rates of the streams of changes */
  rates: Set<number>
  best: Map<string, { levels: number; everyMs: number }>
}

export class Pump {
  /** Everything that was due up to here has gone out. */
  time: number
  private readonly clock: VenueClock
  private readonly listings: Listings
  private readonly sockets: Sockets
  private readonly feeds = new Map<string, Feed>()
  private arriving: { symbol: string; market: VenueMarket; done: () => void }[] = []
  private timer: NodeJS.Timeout | undefined
  private turn: NodeJS.Immediate | undefined

  constructor(options: { clock: VenueClock; listings: Listings; sockets: Sockets }) {
    this.clock = options.clock
    this.listings = options.listings
    this.sockets = options.sockets
    this.time = options.clock.now()
  }

  start(): void {
    this.timer = setInterval(() => this.run(), RUN_EVERY_MS)
  }

  stop(): void {
    clearInterval(this.timer)
    clearImmediate(this.turn)
  }

  /** A market that has caught up begins to trade, once this has: of older moments than it remembers it cannot tell. */
  open(symbol: string, market: VenueMarket): Promise<void> {
    return new Promise((done) => {
      this.arriving.push({ symbol, market, done })
      this.run()
    })
  }

  book(symbol: string): BookFeed | undefined {
    return this.feeds.get(symbol)?.book
  }

  /** Brings everything up to the clock, as far as one turn allows. */
  run(): void {
    clearImmediate(this.turn)
    const begun = performance.now()
    // While nothing trades there is nothing to tell of the time that passes.
    if (this.feeds.size === 0) this.time = this.clock.now()
    this.admit()
    for (;;) {
      const to = Math.min(this.clock.now(), this.time + SLICE_MS)
      if (to <= this.time) return
      this.slice(to)
      this.admit()
      if (performance.now() - begun > RUN_BUDGET_MS) break
    }
    if (this.time < this.clock.now()) this.turn = setImmediate(() => this.run())
  }

  /** Streams were subscribed to or left: the books gather the changes that are asked for from now on. */
  listen(): void {
    const wanted = this.wanted()
    for (const [symbol, { book }] of this.feeds) book.listen(wanted.get(symbol)?.rates ?? new Set(), this.time)
  }

  private admit(): void {
    const present = this.arriving.filter(({ market }) => this.time >= market.simulatedTo - MEMORY_MS)
    if (present.length === 0) return
    this.arriving = this.arriving.filter((a) => !present.includes(a))
    for (const { symbol, market, done } of present) {
      const listing = this.listings.get(symbol)
      if (!listing) throw new Error(`${symbol} is not listed`)
      market.advance(this.time)
      listing.market = market
      this.feeds.set(symbol, { book: new BookFeed(market), forced: undefined, pushed: new Map() })
      done()
    }
  }

  private slice(to: number): void {
    const from = this.time
    const trading = this.listings.trading()
    for (const { market } of trading) market.advance(to)
    this.listen()
    const wanted = this.wanted()
    const due: Due[] = []
    for (const listing of trading) {
      const feed = this.feeds.get(listing.instrument.symbol) as Feed
      this.trades(due, listing, feed, from, to)
      const { intervals, rates, best } = wanted.get(listing.instrument.symbol) ?? nothing()
      this.closings(due, listing, intervals, from, to)
      this.openBars(due, listing, feed, intervals, from, to)
      this.books(due, listing, feed, rates, best, from, to)
    }
    this.marks(due, trading, from, to)
    due.sort((a, b) => a.time - b.time || a.order - b.order)
    for (const { send } of due) send()
    this.time = to
  }

  private wanted(): Map<string, Wanted> {
    const all = new Map<string, Wanted>()
    for (const stream of this.sockets.active()) {
      if (stream.channel !== 'kline' && stream.channel !== 'depth') continue
      const wanted = all.get(stream.symbol) ?? nothing()
      all.set(stream.symbol, wanted)
      if (stream.channel === 'kline') wanted.intervals.add(stream.interval)
      else if (stream.levels === undefined) wanted.rates.add(stream.everyMs)
      else wanted.best.set(depthName('', stream), { levels: stream.levels, everyMs: stream.everyMs })
    }
    return all
  }

  private trades(due: Due[], { instrument, market }: Trading, feed: Feed, from: number, to: number): void {
    const lower = instrument.symbol.toLowerCase()
    const name = `${lower}@aggTrade`
    const heard = this.sockets.hears(name)
    const forced: ForcedTick[] = feed.forced ? [feed.forced] : []
    for (const tick of market.ticks(from, to)) {
      if (tick.type === 'forced') forced.push(tick)
      else if (heard) {
        const { time } = tick
        const message = aggregateTradeMessage(instrument, tick, time)
        due.push(this.later('aggTrade', { channel: 'aggTrade', symbol: instrument.symbol, time, names: [name], message }))
      }
    }
    feed.forced = undefined
    for (const order of forcedPrints(forced)) {
      const time = printTime(order)
      if (time > to) {
        feed.forced = order
        continue
      }
      const names = [`${lower}@forceOrder`, '!forceOrder@arr']
      const message = forceOrderMessage(instrument, order, time)
      due.push(this.later('forceOrder', { channel: 'forceOrder', symbol: instrument.symbol, time, names, message }))
    }
  }

  /** Bars that end in (from, to]. Of a bar without trades Binance says nothing. One-minute bars are told to the ledger always. */
  private closings(due: Due[], { instrument, market }: Trading, intervals: ReadonlySet<string>, from: number, to: number): void {
    const { symbol } = instrument
    for (const time of marksOf(MINUTE_MS, from, to)) {
      for (const interval of new Set(['1m', ...intervals])) {
        const intervalMs = BUCKETS_MS[interval] as number
        if (time % intervalMs !== 0) continue
        const bar = barAt(market, intervalMs, time, true)
        if (!bar || bar.tradeCount === 0) continue
        const message = klineMessage(instrument, interval, intervalMs, bar, true, time)
        const names = [klineName(symbol, interval)]
        due.push(this.later('closedKline', { channel: 'kline', symbol, time, names, message, closed: true }))
      }
    }
  }

  private openBars(due: Due[], { instrument, market }: Trading, feed: Feed, intervals: Iterable<string>, from: number, to: number): void {
    const { symbol } = instrument
    for (const interval of intervals) {
      const intervalMs = BUCKETS_MS[interval] as number
      for (const time of marksOf(this.venueMs(KLINE_EVERY_MS), from, to)) {
        const bar = barAt(market, intervalMs, time, false)
        const state = `${bar?.openTime} ${bar?.tradeCount}`
        if (!bar || bar.tradeCount === 0 || feed.pushed.get(interval) === state) continue
        feed.pushed.set(interval, state)
        const message = klineMessage(instrument, interval, intervalMs, bar, false, time)
        due.push(this.later('kline', { channel: 'kline', symbol, time, names: [klineName(symbol, interval)], message }))
      }
    }
  }

  private books(due: Due[], listing: Trading, feed: Feed, rates: Iterable<number>, best: Wanted['best'], from: number, to: number): void {
    const { instrument } = listing
    const add = (everyMs: number, levels: number | undefined): void => {
      const names = depthNames(instrument.symbol, everyMs, levels)
      for (const time of marksOf(this.venueMs(everyMs), from, to)) {
        const send = (): void => {
          const change = levels === undefined ? feed.book.change(everyMs, time) : feed.book.best(levels, everyMs, time)
          if (!change) return
          const { bids, asks, ...range } = change
          const message = depthMessage(instrument, range, bids, asks, time, time)
          this.sockets.publish({ channel: 'depth', symbol: instrument.symbol, time, names, message })
        }
        due.push({ time, order: ORDER.depth, send })
      }
    }
    for (const rate of rates) add(rate, undefined)
    for (const { levels, everyMs } of best.values()) add(everyMs, levels)
  }

  /** Every second, and every third of them for the slow streams; rarer when the venue runs faster than anybody can read. */
  private marks(due: Due[], trading: readonly Trading[], from: number, to: number): void {
    const step = Math.ceil(this.venueMs(MARK_FLOOR_MS) / SECOND_MS) * SECOND_MS
    for (const time of marksOf(step, from, to)) {
      const slow = time % (3 * step) === 0
      const suffixes = slow ? ['@1s', ''] : ['@1s']
      const send = (): void => {
        const arrays = suffixes.map((suffix) => `!markPrice@arr${suffix}`)
        const all = arrays.some((name) => this.sockets.hears(name))
        const published = trading.flatMap(({ instrument, market }) => {
          const { symbol } = instrument
          const names = suffixes.map((suffix) => `${symbol.toLowerCase()}@markPrice${suffix}`)
          if (!all && !names.some((name) => this.sockets.hears(name))) return []
          const message = markPriceMessage(instrument, market.markAt(time), time)
          return this.sockets.publish({ channel: 'markPrice', symbol, time, names, message })
        })
        for (const name of arrays) this.sockets.publishArray(name, published)
      }
      due.push({ time, order: ORDER.markPrice, send })
    }
  }

  private later(order: keyof typeof ORDER, outgoing: Outgoing): Due {
    return { time: outgoing.time, order: ORDER[order], send: () => void this.sockets.publish(outgoing) }
  }

  /** Venue time that passes in `wallMs`. */
  private venueMs(wallMs: number): number {
    return Math.max(1, Math.round(wallMs * this.clock.speed))
  }
}

const nothing = (): Wanted => ({ intervals: new Set(), rates: new Set(), best: new Map() })
const klineName = (symbol: string, interval: string): string => `${symbol.toLowerCase()}@kline_${interval}`

/** Multiples of `step` in (from, to]. */
function* marksOf(step: number, from: number, to: number): Generator<number> {
  for (let time = (Math.floor(from / step) + 1) * step; time <= to; time += step) yield time
}

type DepthStream = Extract<Stream, { channel: 'depth' }>
const depthName = (symbol: string, { everyMs, levels }: Pick<DepthStream, 'everyMs' | 'levels'>): string =>
  `${symbol.toLowerCase()}@depth${levels ?? ''}@${everyMs}ms`

/** 250 ms is the rate of a name without one. */
function depthNames(symbol: string, everyMs: number, levels: number | undefined): string[] {
  const bare = `${symbol.toLowerCase()}@depth${levels ?? ''}`
  return everyMs === 250 ? [`${bare}@250ms`, bare] : [`${bare}@${everyMs}ms`]
}
