/**
 * Drives the markets of a venue of some wire format with its clock, and tells what became due, in order of time. As for Binance's
 * pump: a machine that falls behind tells late and loses nothing, the time between two runs being walked in slices.
 */
import { BUCKETS_MS } from '@faultline/market/resolution'
import { MINUTE_MS, SECOND_MS } from '@faultline/market/units'
import { barAt } from '../bars.ts'
import type { VenueClock } from '../clock.ts'
import type { Listings } from '../listings.ts'
import type { Tick, VenueMarket } from '../venue-market.ts'
import { isForced, LiquidationWindow } from './liquidation-window.ts'
import type { Happening, Topic, WireListing } from './wire-format.ts'
import type { WireListings } from './wire-listings.ts'
import type { WireSockets } from './wire-sockets.ts'

/** Wall time between two runs. */
const RUN_EVERY_MS = 25
/** Venue time in one slice: well inside what the markets remember. */
const SLICE_MS = 30 * SECOND_MS
/** Markets remember ten minutes of moments. */
const MEMORY_MS = 5 * MINUTE_MS
/** Wall time that one run may take before others get their turn. */
const RUN_BUDGET_MS = 40
/** Nothing that has a rate is told more often than this in wall time, however fast the venue runs. */
const FLOOR_MS = 50
/** Levels of each side that a happening of the book has. */
const BOOK_LEVELS = 100

/** At the same moment: trades, what they did, then what they add up to. */
const ORDER = { trade: 0, liquidation: 1, closed: 2, candle: 3, mark: 4, depth: 5 } as const

interface Due {
  time: number
  order: number
  /** the topics that it is for; all of them where there is none */
  everyMs?: number
  happening: Happening
}

interface Arriving {
  symbol: string
  market: VenueMarket
  done: () => void
}

export class WirePump {
  /** Everything that was due up to here has gone out. */
  time: number
  private readonly clock: VenueClock
  private readonly listings: Listings
  private readonly wires: WireListings
  private readonly sockets: WireSockets
  private readonly liquidationsPerSecond: number | null
  private readonly windows = new Map<string, LiquidationWindow>()
  private arriving: Arriving[] = []
  private timer: NodeJS.Timeout | undefined
  private turn: NodeJS.Immediate | undefined

  constructor(options: {
    clock: VenueClock
    listings: Listings
    wires: WireListings
    sockets: WireSockets
    liquidationsPerSecond: number | null
  }) {
    this.clock = options.clock
    this.listings = options.listings
    this.wires = options.wires
    this.sockets = options.sockets
    this.liquidationsPerSecond = options.liquidationsPerSecond
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

  /** Brings everything up to the clock, as far as one turn allows. */
  run(): void {
    clearImmediate(this.turn)
    const begun = performance.now()
    // While nothing trades there is nothing to tell of the time that passes.
    if (this.listings.trading().length === 0) this.time = this.clock.now()
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

  private admit(): void {
    const present = this.arriving.filter(({ market }) => this.time >= market.simulatedTo - MEMORY_MS)
    if (present.length === 0) return
    this.arriving = this.arriving.filter((a) => !present.includes(a))
    for (const { symbol, market, done } of present) {
      const listing = this.listings.get(symbol)
      if (!listing) throw new Error(`${symbol} is not listed`)
      market.advance(this.time)
      listing.market = market
      this.windows.set(symbol, new LiquidationWindow(this.liquidationsPerSecond))
      done()
    }
  }

  private slice(to: number): void {
    const from = this.time
    const trading = this.wires.trading()
    for (const { market } of trading) market.advance(to)
    const topics = this.sockets.topics()
    const due: Due[] = []
    for (const listing of trading) {
      const own = topics.filter(({ symbol }) => symbol === null || symbol === listing.symbol)
      this.trades(due, listing, own, from, to)
      this.closings(due, listing, own, from, to)
      this.openBars(due, listing, own, from, to)
      this.marks(due, listing, own, from, to)
      this.books(due, listing, own, from, to)
    }
    due.sort((a, b) => a.time - b.time || a.order - b.order)
    for (const { happening, everyMs } of due) this.sockets.publish(happening, everyMs)
    this.time = to
  }

  /** Liquidations are told to the ledger whether somebody listens or not, trades when somebody does. */
  private trades(due: Due[], listing: WireListing, topics: readonly Topic[], from: number, to: number): void {
    const heard = topics.some(({ kind }) => kind === 'trade')
    const ticks = listing.market.ticks(from, to)
    for (const group of heard ? ofOneMoment(ticks) : []) {
      const { time } = group[0] as Tick
      const trades = group.filter((tick) => tick.type === 'trade')
      if (trades.length > 0) due.push({ time, order: ORDER.trade, happening: { kind: 'trade', listing, time, ticks: trades } })
    }
    const window = this.windows.get(listing.instrument.symbol) as LiquidationWindow
    const gatherMs = Math.max(0, ...topics.map(({ kind, everyMs }) => (kind === 'liquidation' ? everyMs : 0)))
    for (const { time, orders } of window.told(ticks.filter(isForced), to, gatherMs)) {
      due.push({ time, order: ORDER.liquidation, happening: { kind: 'liquidation', listing, time, orders } })
    }
  }

  /** Bars that end in (from, to], also those without trades. One-minute bars are told to the ledger always. */
  private closings(due: Due[], listing: WireListing, topics: readonly Topic[], from: number, to: number): void {
    for (const time of multiples(MINUTE_MS, from, to)) {
      for (const interval of new Set(['1m', ...intervalsOf(topics)])) {
        const intervalMs = BUCKETS_MS[interval] as number
        const bar = time % intervalMs === 0 ? barAt(listing.market, intervalMs, time, true) : undefined
        if (!bar) continue
        due.push({ time, order: ORDER.closed, happening: { kind: 'candle', listing, time, interval, intervalMs, bar, closed: true } })
      }
    }
  }

  private openBars(due: Due[], listing: WireListing, topics: readonly Topic[], from: number, to: number): void {
    for (const { interval, everyMs } of paces(topics, 'candle')) {
      const intervalMs = BUCKETS_MS[interval ?? ''] as number
      for (const time of multiples(this.paced(everyMs), from, to)) {
        const bar = barAt(listing.market, intervalMs, time, false)
        if (!bar || interval === undefined) continue
        const happening: Happening = { kind: 'candle', listing, time, interval, intervalMs, bar, closed: false }
        due.push({ time, order: ORDER.candle, everyMs, happening })
      }
    }
  }

  private marks(due: Due[], listing: WireListing, topics: readonly Topic[], from: number, to: number): void {
    const { market } = listing
    for (const { everyMs } of paces(topics, 'mark')) {
      for (const time of multiples(this.paced(everyMs), from, to)) {
        const openInterest = market.openInterestAt(time)
        const happening: Happening = {
          ...{ kind: 'mark', listing, time, mark: market.markAt(time), openInterest },
          lastPrice: market.candleAt(time).close,
        }
        due.push({ time, order: ORDER.mark, everyMs, happening })
      }
    }
  }

  private books(due: Due[], listing: WireListing, topics: readonly Topic[], from: number, to: number): void {
    for (const { everyMs } of paces(topics, 'depth')) {
      for (const time of multiples(this.paced(everyMs), from, to)) {
        const book = listing.market.depthAt(time, BOOK_LEVELS)
        due.push({ time, order: ORDER.depth, everyMs, happening: { kind: 'depth', listing, time, book } })
      }
    }
  }

  /** The rate of a topic in market time: a multiple of its own where the venue runs faster than anybody can read. */
  private paced(everyMs: number): number {
    return everyMs * Math.max(1, Math.ceil((FLOOR_MS * this.clock.speed) / everyMs))
  }
}

/** Candles that are told of only when they close have no rate: intervals of all candle topics. */
const intervalsOf = (topics: readonly Topic[]): string[] =>
  topics.flatMap(({ kind, interval }) =>
    kind === 'candle' && interval !== undefined && Object.hasOwn(BUCKETS_MS, interval) ? [interval] : [],
  )

/** The different rates (of candles: and intervals) at which topics of a kind are told. */
function paces(topics: readonly Topic[], kind: Topic['kind']): { interval?: string; everyMs: number }[] {
  const found = new Map<string, { interval?: string; everyMs: number }>()
  for (const topic of topics) {
    if (topic.kind !== kind || topic.everyMs <= 0) continue
    if (kind === 'candle' && !Object.hasOwn(BUCKETS_MS, topic.interval ?? '')) continue
    const pace = { everyMs: topic.everyMs, ...(topic.interval === undefined ? {} : { interval: topic.interval }) }
    found.set(`${pace.interval} ${pace.everyMs}`, pace)
  }
  return [...found.values()]
}

/** Ticks in runs of the same time. */
function ofOneMoment(ticks: readonly Tick[]): Tick[][] {
  const groups: Tick[][] = []
  for (const tick of ticks) {
    const group = groups.at(-1)
    if (group?.[0]?.time === tick.time) group.push(tick)
    else groups.push([tick])
  }
  return groups
}

/** Multiples of `step` in (from, to]. */
function* multiples(step: number, from: number, to: number): Generator<number> {
  for (let time = (Math.floor(from / step) + 1) * step; time <= to; time += step) yield time
}
