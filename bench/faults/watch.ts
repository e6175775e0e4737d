/**
 * Looks at a product while things in it die: when it answers, when columns arrive, which columns were announced, how its feeds
 * are. Nothing it does fails because a part is down.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Listener, listen } from '@faultline/db/notify'
import type { Product } from './product.ts'
import { msOf } from './sql.ts'

const LOOK_EVERY_MS = 150
const CLOCK_EVERY_MS = 5_000
const MINUTE_MS = 60_000
/** A fault is not over before a look could have shown it. */
const NOTICED_AFTER_MS = 600

interface Sight {
  instrumentId: number
  state: string
  /** our clock, when the state was written */
  writtenAt: number
  hasBackfill: boolean
  /** channels that are late or suspect */
  troubled: string[]
  lastBucket: number
}

export interface Recovery {
  /** until /readyz answered again; 0: it never stopped */
  readyMs: number
  /** from the end of the first bucket that closed after the fault to its column, of the slowest instrument */
  columnMs: number
  /** until every feed was live again; 0: it never ceased to be */
  liveMs: number
  /** the longest of them */
  backMs: number
}

export class Watch {
  private readonly product: Product
  private readonly stopping = new AbortController()
  private readonly listener: Listener
  private readonly sights = new Map<string, Sight>()
  /** per instrument, in order: a bucket, and when it was first seen to have a column */
  private readonly arrivals = new Map<number, { bucket: number; at: number }[]>()
  /** buckets that were announced, per build */
  private readonly announced = new Map<number, { instrumentId: number; buckets: Set<number> }>()
  private readonly loops: Promise<unknown>
  private ready = { now: false, at: 0 }

  constructor(product: Product) {
    this.product = product
    this.listener = listen({
      url: product.db.url,
      onMessage: (message) => {
        if (message.channel !== 'columns') return
        const { instrumentId, buildId, lastBucket } = message.payload
        const known = this.announced.get(buildId) ?? { instrumentId, buckets: new Set() }
        this.announced.set(buildId, known)
        known.buckets.add(lastBucket)
      },
    })
    this.loops = Promise.all([this.lookAtDatabase(), this.lookAtWeb(), this.lookAtClock()])
  }

  async close(): Promise<void> {
    this.stopping.abort()
    await this.listener.close()
    await this.loops
  }

  get announcedCount(): number {
    return [...this.announced.values()].reduce((sum, { buckets }) => sum + buckets.size, 0)
  }

  /** Resolves when every instrument is live, its history complete. @throws Error after `withinMs` */
  async settled(withinMs: number): Promise<void> {
    const { symbols } = this.product
    await this.until(
      withinMs,
      'the history was fetched and every market live',
      () =>
        this.ready.now &&
        symbols.every((symbol) => {
          const sight = this.sights.get(symbol)
          return (
            sight?.state === 'live' &&
            !sight.hasBackfill &&
            sight.troubled.length === 0 &&
            this.product.venue.at(Date.now()) - sight.lastBucket < 3 * MINUTE_MS
          )
        }),
    )
  }

  /**
   * Follows the product back from a fault that began at `since`. `rewritten`: states that were written before it do not count.
   * @throws Error when it is not back within `withinMs`
   */
  async recovery(since: number, options: { rewritten: boolean; withinMs: number }): Promise<Recovery> {
    const { product } = this
    const { venue, symbols } = product
    const bucket = Math.floor(venue.at(since) / MINUTE_MS) * MINUTE_MS
    const liveAt = new Map<string, number>()
    const columnAt = (symbol: string): number | undefined =>
      this.arrivals.get(this.sights.get(symbol)?.instrumentId ?? 0)?.find((a) => a.bucket >= bucket)?.at
    await this.until(options.withinMs, 'everything was back', () => {
      for (const symbol of symbols) {
        const sight = this.sights.get(symbol)
        const live = sight?.state === 'live' && (!options.rewritten || sight.writtenAt > since)
        if (!live) liveAt.delete(symbol)
        else if (!liveAt.has(symbol)) liveAt.set(symbol, Date.now())
      }
      const noticed = Date.now() - since > NOTICED_AFTER_MS
      return noticed && this.ready.now && symbols.every((symbol) => liveAt.has(symbol) && columnAt(symbol) !== undefined)
    })
    const closed = Math.max(since, venue.wallAt(bucket + MINUTE_MS))
    const columnMs = Math.max(...symbols.map((symbol) => (columnAt(symbol) ?? Number.NaN) - closed))
    // The first look after the fault comes a moment later; a feed that was live then has not ceased to be.
    const sinceFault = (at: number): number => (at - since <= 2 * LOOK_EVERY_MS ? 0 : at - since)
    const readyMs = sinceFault(Math.max(this.ready.at, since))
    const liveMs = Math.max(...symbols.map((symbol) => sinceFault(liveAt.get(symbol) ?? Number.NaN)))
    return { readyMs, columnMs, liveMs, backMs: Math.max(readyMs, columnMs, liveMs) }
  }

  /** Waits until the product says of a market, or of one of its channels, that something is wrong; our clock. @throws Error after `withinMs` */
  async trouble(symbol: string, withinMs: number): Promise<number> {
    await this.until(withinMs, `the trouble of ${symbol} was told`, () => {
      const sight = this.sights.get(symbol)
      return sight !== undefined && (sight.state !== 'live' || sight.troubled.length > 0)
    })
    return Date.now()
  }

  /** Announced columns that are not there (any more). A generation that was never served has promised nothing. */
  async lostColumns(): Promise<string[]> {
    const { pool } = this.product.db
    const { rows: builds } = await pool.query<{ id: number; key: string; instrumentId: number; status: string; current: number | null }>(
      `select b.id, i.key, i.id as "instrumentId", b.status::text as status, i.current_build_id as current
         from instrument i join build b on b.instrument_id = i.id where i.simulated`,
    )
    const lost: string[] = []
    for (const [buildId, { instrumentId, buckets }] of this.announced) {
      const build = builds.find((b) => b.id === buildId)
      if (build?.status === 'building' && build.current !== buildId) continue
      const served = builds.find((b) => b.instrumentId === instrumentId && b.id === b.current)
      const { rows } = await pool.query<{ bucket: number }>(
        `select ${msOf('bucket')} as bucket from "column" where instrument_id = $1 and build_id = $2`,
        [instrumentId, served?.id ?? 0],
      )
      const there = new Set(rows.map((r) => r.bucket))
      for (const bucket of buckets)
        if (!there.has(bucket))
          lost.push(`${served?.key ?? instrumentId}: the column of ${new Date(bucket).toISOString()} was announced and is gone`)
    }
    return lost
  }

  private async until(withinMs: number, what: string, done: () => boolean): Promise<void> {
    const begin = performance.now()
    while (!done()) {
      if (performance.now() - begin > withinMs)
        throw new Error(`After ${Math.round(withinMs / 1000)} s it was not so that ${what}: ${this.describe()}`)
      await sleep(LOOK_EVERY_MS / 2)
    }
  }

  private describe(): string {
    const markets = [...this.sights].map(
      ([symbol, { state, lastBucket }]) => `${symbol} ${state}, last column ${new Date(lastBucket).toISOString()}`,
    )
    const venueNow = new Date(this.product.venue.at(Date.now())).toISOString()
    return [`/readyz ${this.ready.now ? 'answers' : 'does not answer'}`, ...markets, `the venue has ${venueNow}`].join('; ')
  }

  private async lookAtDatabase(): Promise<void> {
    const { pool } = this.product.db
    await this.again(LOOK_EVERY_MS, async () => {
      const { rows } = await pool.query<Sight & { symbol: string }>(
        `select i.symbol, i.id as "instrumentId", coalesce(${msOf('b.last_bucket')}, 0) as "lastBucket", f.state,
                ${msOf('f.updated_at')} as "writtenAt", f.backfill is not null as "hasBackfill",
                array(select key from jsonb_each(f.channels) where value ->> 'state' in ('late', 'suspect')) as troubled
           from instrument i join feed_state f on f.instrument_id = i.id left join build b on b.id = i.current_build_id where i.simulated`,
      )
      for (const { symbol, ...sight } of rows) {
        this.sights.set(symbol, sight)
        this.arrived(sight.instrumentId, sight.lastBucket)
      }
    })
  }

  private arrived(instrumentId: number, bucket: number): void {
    const all = this.arrivals.get(instrumentId) ?? []
    this.arrivals.set(instrumentId, all)
    if (bucket > (all.at(-1)?.bucket ?? 0)) all.push({ bucket, at: Date.now() })
  }

  private async lookAtWeb(): Promise<void> {
    const { origin } = this.product
    await this.again(LOOK_EVERY_MS, async () => {
      const answers = await fetch(`${origin}/readyz`, { signal: AbortSignal.timeout(2_000) }).then(
        (r) => r.ok,
        () => false,
      )
      if (answers !== this.ready.now) this.ready = { now: answers, at: Date.now() }
    })
  }

  private async lookAtClock(): Promise<void> {
    await this.again(CLOCK_EVERY_MS, () => this.product.venue.look())
  }

  private async again(everyMs: number, work: () => Promise<unknown>): Promise<void> {
    const { signal } = this.stopping
    while (!signal.aborted) {
      await work().catch(() => undefined)
      await sleep(everyMs, undefined, { signal }).catch(() => undefined)
    }
  }
}
