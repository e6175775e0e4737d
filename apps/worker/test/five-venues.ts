/** One simulated market split over five venues, a worker that listens to all of them, and what has to be stored of it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Database } from '@faultline/db/database'
import { readStretches } from '@faultline/db/repositories/aggregate-coverage'
import { type BuildRow, findBuild } from '@faultline/db/repositories/builds'
import { readColumns } from '@faultline/db/repositories/columns'
import { ensureDataSource } from '@faultline/db/repositories/data-sources'
import { readFeedStates } from '@faultline/db/repositories/feed-states'
import { findInstrument } from '@faultline/db/repositories/instruments'
import type { Column } from '@faultline/market/column'
import type { SourceOptions } from '@faultline/market/feed'
import { MINUTE_MS } from '@faultline/market/units'
import { type FeedVenueId, type VenueId, WIRES, type Wire } from '@faultline/market/venue'
import { startTestVenue, VENUE_START } from '@faultline/testkit/simulated-venue'
import { Worker } from '../src/live/worker.ts'
import { hexOf, naiveSum } from './summed-market.ts'

type Venue = Awaited<ReturnType<typeof startTestVenue>>
type Face = NonNullable<Venue['venues'][Wire]>
type Market = NonNullable<ReturnType<Face['market']>>

const SYMBOL = 'SIMOAKUSDT'
const SUM_KEY = 'simulated-market:SIMOAK'
/** A minute of the venues in two seconds. */
const SPEED = 30

/** The instrument of each venue, and its data source, which bears the wire's name. */
const SYMBOLS: Readonly<Record<Wire, { venue: FeedVenueId; symbol: string }>> = {
  binance: { venue: 'simulated', symbol: 'SIMOAKUSDT' },
  bybit: { venue: 'simulated-bybit', symbol: 'SIMOAKUSDT' },
  okx: { venue: 'simulated-okx', symbol: 'SIMOAK-USDT-SWAP' },
  gate: { venue: 'simulated-gate', symbol: 'SIMOAK_USDT' },
  hyperliquid: { venue: 'simulated-hyperliquid', symbol: 'SIMOAK' },
}
const keyOf = (wire: Wire): string => `${SYMBOLS[wire].venue satisfies VenueId}:${SYMBOLS[wire].symbol}`

/** Once in a minute of the venues; Hyperliquid, whose answer is dear, half as often. */
const pollMsOf = (wire: Wire): number => ((wire === 'hyperliquid' ? 2 : 1) * MINUTE_MS) / SPEED

interface FiveOptions {
  seed: number
  /** how long before midnight of the venues, when funding is settled, they start; whole five minutes */
  minutesBefore: number
  /** of single sources */
  options?: Partial<Record<Wire, SourceOptions>>
  limits?: NonNullable<Parameters<typeof startTestVenue>[0]>['limits']
}

export class FiveVenues {
  readonly db: Database
  readonly venue: Venue
  readonly stateDir = mkdtempSync(path.join(tmpdir(), 'faultline-five-'))
  readonly said: string[] = []
  private worker: Worker | null = null

  private constructor(db: Database, venue: Venue) {
    this.db = db
    this.venue = venue
  }

  /** The venues trade, and have a data source each. Nobody listens yet. */
  static async start(db: Database, { seed, minutesBefore, options = {}, limits = {} }: FiveOptions): Promise<FiveVenues> {
    const venue = await startTestVenue({
      venues: WIRES,
      seed,
      speed: SPEED,
      historyDays: 0.125,
      clockStart: VENUE_START - minutesBefore * MINUTE_MS,
      limits,
    })
    const five = new FiveVenues(db, venue)
    for (const wire of WIRES) {
      const { rest, ws } = five.face(wire)
      const source = { name: wire, venue: SYMBOLS[wire].venue, restUrl: rest, wsUrl: ws }
      await ensureDataSource(db, { ...source, options: { backfillDays: 0.1, openInterestPollMs: pollMsOf(wire), ...options[wire] } })
    }
    return five
  }

  async startWorker(): Promise<void> {
    const log = (line: string): void => void this.said.push(`${new Date(this.venue.now()).toISOString().slice(11, 19)} ${line}`)
    // A minute passes in two seconds: sums are made anew as soon as there is something new.
    this.worker = new Worker({ db: this.db, stateDir: this.stateDir, addresses: {}, log, sumGeneratingShare: 1 })
    await this.worker.start()
  }

  async close(): Promise<void> {
    await this.worker?.stop()
    await this.venue.close()
    rmSync(this.stateDir, { recursive: true, force: true })
  }

  face(wire: Wire): Face {
    const face = this.venue.venues[wire]
    if (!face) throw new Error(`no ${wire}`)
    return face
  }

  /** The share of the market that is traded at one venue. */
  market(wire: Wire): Market {
    const market = this.face(wire).market(SYMBOL)
    if (!market) throw new Error(`${wire} does not trade yet`)
    return market
  }

  whole(): Market {
    const market = this.venue.whole(SYMBOL)
    if (!market) throw new Error('it does not trade yet')
    return market
  }

  /** Waits for as long as a busy machine may need. What throws does not hold yet. */
  async until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
    const end = Date.now() + 75_000
    let last: unknown
    for (;;) {
      try {
        if (await holds()) return
        last = undefined
      } catch (error) {
        last = error
      }
      if (Date.now() > end) throw new Error(`waited in vain: ${what}\n${this.said.join('\n')}`, { cause: last })
      await new Promise((resolve) => setTimeout(resolve, 150))
    }
  }

  /** Every instrument is live, and so is their sum, of all five. */
  allLive(): Promise<void> {
    return this.until('all five are live', async () => {
      const states = await readFeedStates(this.db)
      return states.length === WIRES.length && states.every((s) => s.state === 'live')
    })
  }

  /** The venues' clock shows this. */
  async reaches(time: number): Promise<void> {
    await this.until(`it is ${new Date(time).toISOString()}`, () => this.venue.now() >= time)
  }

  /** Every venue's candles are stored up to here. */
  async storedTo(time: number): Promise<void> {
    await this.until(`candles up to ${new Date(time).toISOString()}`, async () => {
      for (const wire of WIRES) if ((await this.candles(wire, time - MINUTE_MS, time)).length < 1) return false
      return true
    })
  }

  async id(wire: Wire): Promise<number> {
    return (await findInstrument(this.db, keyOf(wire))).id
  }

  /** Rows of an instrument, times as UTC ms, names as in the database. */
  async rows<T>(table: string, wire: Wire, order: string, more = ''): Promise<T[]> {
    const { rows } = await this.db.pool.query(
      `select * from ${table} where instrument_id = (select id from instrument where key = $1) ${more} order by ${order}`,
      [keyOf(wire)],
    )
    return rows.map((row: Record<string, unknown>) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value instanceof Date ? value.getTime() : value])),
    ) as T[]
  }

  candles(wire: Wire, from: number, to: number): Promise<StoredCandle[]> {
    const within = `and open_time >= to_timestamp(${from / 1_000}) and open_time < to_timestamp(${to / 1_000})`
    return this.rows('candle', wire, 'open_time', within)
  }

  openInterest(wire: Wire): Promise<{ time: number; open_interest: number }[]> {
    return this.rows('open_interest', wire, 'time')
  }

  gaps(wire: Wire): Promise<{ channel: string; from_time: number; to_time: number; status: string; reason: string | null }[]> {
    return this.rows('gap', wire, 'from_time, channel')
  }

  /** Without candles that were asked for as soon as they were late, which on a busy machine anybody's may be. */
  async gapsThatMatter(wire: Wire): ReturnType<FiveVenues['gaps']> {
    return (await this.gaps(wire)).filter(({ channel, status }) => channel !== 'candle' || status !== 'filled')
  }

  /** Liquidations as the venue words them, one line each, in order of time. */
  async liquidationLines(wire: Wire): Promise<string[]> {
    const rows = await this.rows<StoredLiquidation>('liquidation', wire, 'time, price, quantity')
    return rows.map((r) => lineOf(wire, { ...r, priceKind: r.price_kind, quantityUsd: r.quantity_usd }))
  }

  /** What a venue tells of the liquidations of [from, to), by its own market: all of them, or the last of each second. */
  toldLiquidations(wire: Wire, from: number, to: number): string[] {
    if (wire === 'hyperliquid') return []
    const orders = this.market(wire).forcedOrders(from, to)
    const told = wire === 'bybit' ? orders : orders.filter((o, i) => secondOf(o.time) !== secondOf(orders[i + 1]?.time ?? 0))
    return told.map(({ time, direction, quantity, averagePrice, orderPrice }) => {
      const price = wire === 'binance' ? averagePrice : orderPrice
      const side = direction > 0 ? 'long' : 'short'
      return lineOf(wire, { time, side, price, priceKind: PRICE_KINDS[wire], quantity, quantityUsd: quantity * price })
    })
  }

  /** Columns of the build that is served, by the starts of their buckets. */
  async columns(key: string): Promise<Map<number, Column>> {
    const build = await this.served(key)
    const out = new Map<number, Column>()
    if (build) for await (const column of readColumns(this.db, build)) out.set(column.bucketStart, column)
    return out
  }

  /**
   * Whose columns are in each bucket of the sum that is served, as its coverage says.
   * @throws Error where a column is not the sum of those, bin by bin: for a moment that may be so, while a member is estimated anew
   */
  async summed(): Promise<Map<number, Wire[]>> {
    const build = await this.served(SUM_KEY)
    if (!build) return new Map()
    const columns = await this.columns(SUM_KEY)
    const stretches = await readStretches(this.db, build.id)
    const members = await Promise.all(
      WIRES.map(async (wire) => ({ wire, id: await this.id(wire), columns: await this.columns(keyOf(wire)) })),
    )
    const out = new Map<number, Wire[]>()
    for (const [bucket, column] of columns) {
      const within = members.filter(({ id }) => stretches.some((s) => s.memberId === id && s.from <= bucket && bucket < s.to && s.included))
      const parts = within.flatMap((member) => member.columns.get(bucket) ?? [])
      if (parts.length < within.length || hexOf(column) !== hexOf(naiveSum(parts, bucket, MINUTE_MS)))
        throw new Error(`the sum at ${new Date(bucket).toISOString()} is not that of ${within.map(({ wire }) => wire).join()}`)
      out.set(
        bucket,
        within.map(({ wire }) => wire),
      )
    }
    return out
  }

  private async served(key: string): Promise<BuildRow | null> {
    const { currentBuildId } = await findInstrument(this.db, key)
    return currentBuildId === null ? null : findBuild(this.db, currentBuildId)
  }
}

interface StoredCandle {
  open_time: number
  open: number
  high: number
  low: number
  close: number
  volume: number
  quote_volume: number | null
  taker_buy_volume: number | null
}

interface StoredLiquidation {
  time: number
  side: string
  price: number
  price_kind: string
  quantity: number
  quantity_usd: number
}

/** Binance tells the average fill, Bybit and OKX where the margin was gone, Gate the order's limit. */
const PRICE_KINDS = { binance: 'fill', bybit: 'bankruptcy', okx: 'bankruptcy', gate: 'order' } as const

const secondOf = (time: number): number => Math.floor(time / 1_000)

interface Line {
  time: number
  side: string
  price: number
  priceKind: string
  quantity: number
  quantityUsd: number
}

/** Begins with the time. Sizes to the decimals of the market, in coins: whoever forgot a contract size is off by orders of magnitude. */
const lineOf = (wire: Wire, { time, side, price, priceKind, quantity, quantityUsd }: Line): string =>
  `${time} ${wire} ${side} ${priceKind} ${price.toFixed(2)} ${quantity.toFixed(4)} ${quantityUsd.toFixed(0)}`
