/**
 * One data source in this worker: finds out what it trades, takes the leases of instruments that nobody writes, supervises
 * the feed for those, and says how it all is. Instruments that another worker writes are tried again every few seconds.
 */
import type { Database } from '@faultline/db/database'
import type { DataSourceRow } from '@faultline/db/repositories/data-sources'
import { type FeedState, readFeedStates, writeFeedStates, writeSourceState } from '@faultline/db/repositories/feed-states'
import { findInstrument, type InstrumentRow, instrumentsByIds, upsertInstrument } from '@faultline/db/repositories/instruments'
import { acquireLease } from '@faultline/db/repositories/leases'
import { FaultlineError } from '@faultline/market/errors'
import type { ChannelStatuses, FeedChannel, FeedStateName } from '@faultline/market/feed'
import { instrumentKey } from '@faultline/market/instrument'
import { VENUES } from '@faultline/market/venue'
import { systemClock } from '../feed/clock.ts'
import { QuarantineGate } from '../feed/quarantine-gate.ts'
import { FeedSupervisor } from '../feed/supervisor.ts'
import type { VenueFeed } from '../feed/venue-feed.ts'
import { WindowLimiter } from '../history/window-limiter.ts'
import type { Ingest } from '../ingest/ingest.ts'
import { messageOf } from '../message-of.ts'
import { type SourceMetrics, type SourceSample, UNMEASURED } from '../metrics/source-metrics.ts'
import { ObservedLooks } from '../observed/looks.ts'
import { ObservedPoller } from '../observed/poller.ts'
import { type HeldLease, keepLease, LEASE_MS } from '../pipeline/held-lease.ts'
import { BackfillDesk } from './backfill-desk.ts'
import { InstrumentLine } from './instrument-line.ts'
import type { LineContext } from './line-context.ts'
import { longestSilence } from './longest-silence.ts'
import { MarginTables } from './margin-tables.ts'
import { isOutranked } from './outranked.ts'
import { pause } from './pause.ts'
import { Serial } from './serial.ts'
import { sourceSink } from './source-sink.ts'
import { VenueListing } from './venue-listing.ts'

const TICK_MS = 500
const LEASES_EVERY_MS = 2_000
const DISCOVER_EVERY_MS = 10 * 60_000
const DISCOVER_SOON_MS = 2_000
const DISCOVER_AGAIN_MS = { first: 1_000, most: 60_000 }
const REPORT_EVERY_MS = 10_000
const LOG_AGAIN_MS = 10 * 60_000
/** Most frequent reasons for quarantine that are reported. */
const REASONS_SHOWN = 10
/** What the state of a market says that the venue does not trade any more. */
export const DELISTED = 'The venue does not trade this market any more.'

export interface SourceRunnerOptions {
  db: Database
  ingest: Ingest
  source: DataSourceRow
  feed: VenueFeed
  /** who writes, for leases and states */
  worker: string
  log: (line: string) => void
  leaseMs?: number | undefined
  /** which source of this worker writes an instrument: two sources may name the same market; shared by all runners of a worker */
  claims: Map<number, DataSourceRow>
  /** other sources that run here and want the same market */
  rivals?: (instrumentId: number) => readonly DataSourceRow[]
  metrics?: SourceMetrics | undefined
  /** how soon the venue's list is asked for again while it changes, ms */
  discoverSoonMs?: number | undefined
}

export class SourceRunner {
  private readonly options: SourceRunnerOptions
  private readonly metrics: SourceMetrics
  private readonly stopping = new AbortController()
  private readonly supervisor: FeedSupervisor
  private readonly limiter = new WindowLimiter(2)
  private readonly marginTables: MarginTables
  private readonly listing = new VenueListing()
  private readonly desk: BackfillDesk
  private readonly lines = new Map<number, InstrumentLine>()
  /** everything that the source should feed, whoever writes it */
  private wanted = new Map<number, InstrumentRow>()
  private readonly changes = new Serial()
  private observing: (ObservedPoller | ObservedLooks)[] = []
  private discovered = false
  private problem: { message: string; nextAttemptAt: number | null } | null = null
  private reported = { text: '', at: 0 }
  private loops: Promise<unknown> = Promise.resolve()
  private readonly quarantine = new QuarantineGate(systemClock)
  private lastLog = { line: '', at: 0 }
  /** what of `symbols` the venue does not trade */
  private untraded: readonly string[] = []

  constructor(options: SourceRunnerOptions) {
    this.options = options
    const { db, feed, source, metrics = UNMEASURED } = options
    this.metrics = metrics
    this.supervisor = new FeedSupervisor({
      feed,
      sink: sourceSink({
        ingest: options.ingest,
        sourceId: source.id,
        metrics,
        quarantine: this.quarantine,
        lineOf: (id) => this.lines.get(id),
      }),
      options: source.options,
      log: (line) => this.log(line),
      longestSilence: (instrumentId) => longestSilence(db, instrumentId),
      counts: metrics,
    })
    this.desk = new BackfillDesk({
      db,
      source,
      lineOf: (symbol) => [...this.lines.values()].find(({ instrument }) => instrument.symbol === symbol),
      log: (line) => this.log(line),
    })
    this.marginTables = new MarginTables({
      db,
      rest: feed.rest,
      log: (line) => this.log(line),
      onChanged: (row) => {
        if (this.wanted.has(row.id)) this.wanted.set(row.id, row)
        this.lines.get(row.id)?.retier(row)
      },
    })
  }

  get source(): DataSourceRow {
    return this.options.source
  }

  start(): void {
    this.supervisor.start()
    this.metrics.observe(() => this.sample())
    this.observe()
    const { signal } = this.stopping
    this.loops = Promise.all([this.discoverLoop(), this.leaseLoop(), this.tickLoop(), this.marginTables.run(signal), this.desk.run(signal)])
  }

  /** Somebody may have asked for history of this source. */
  lookForRequests(): void {
    this.desk.hurry()
  }

  wants(instrumentId: number): boolean {
    return this.wanted.has(instrumentId)
  }

  /** Ends every line and gives its lease back. `paused` is left behind as the state where an administrator paused the source. */
  async stop(left: 'paused' | 'stopped'): Promise<void> {
    this.stopping.abort()
    this.metrics.end()
    await this.supervisor.stop()
    await Promise.all(this.observing.map((part) => part.stop()))
    await this.loops
    await this.changes.run(async () => {
      const held = [...this.lines.values()]
      this.lines.clear()
      await Promise.all(
        held.map(async (line) => {
          await line.stop()
          this.options.claims.delete(line.instrument.id)
        }),
      )
      if (left === 'paused') await this.sayPaused(held)
    })
    await this.options.feed.close()
  }

  /** Positions per address, where the venue shows them. Where the layer is off, what it has left behind is taken back. */
  private observe(): void {
    const { db, feed, source, worker } = this.options
    if (!feed.observed) return
    const log = (line: string) => this.log(line)
    this.observing.push(
      new ObservedLooks({ db, source, lines: () => this.lines.values(), venueNow: (id) => this.supervisor.venueNow(id), log }),
    )
    const instrumentOf = (symbol: string) => [...this.wanted.values()].find((row) => row.symbol === symbol)?.id
    if (source.options.observed?.enabled)
      this.observing.push(new ObservedPoller({ db, source, observed: feed.observed, worker, instrumentOf, log }))
    for (const part of this.observing) part.start()
  }

  private async sayPaused(lines: readonly InstrumentLine[]): Promise<void> {
    const { db, source, worker } = this.options
    try {
      await writeFeedStates(
        db.pool,
        lines.map((line) => this.pausedState(line.instrument.id, null)),
      )
      await writeSourceState(db.pool, {
        dataSourceId: source.id,
        state: 'paused',
        message: null,
        blockedUntil: null,
        nextAttemptAt: null,
        details: {},
        worker,
      })
    } catch (error) {
      this.log(`its state could not be written: ${messageOf(error)}`)
    }
  }

  private pausedState(instrumentId: number, message: string | null): FeedState {
    const { source, worker } = this.options
    const channels = this.supervisor.statusOf(instrumentId)
    return { instrumentId, dataSourceId: source.id, state: 'paused', message, channels, backfill: null, worker }
  }

  /** What the source trades: from the venue, and until it answers from what was known before. */
  private async discoverLoop(): Promise<void> {
    const { signal } = this.stopping
    const { source, discoverSoonMs = DISCOVER_SOON_MS } = this.options
    await this.untilDone(async () => this.adopt(await this.knownBefore()))
    let attempt = 0
    let unchanged = 0
    let wasDoubtful = false
    while (!signal.aborted) {
      try {
        const before = this.wanted.size
        const { rows, doubtful } = await this.askVenue()
        await this.adopt(rows)
        this.discovered = true
        this.problem = null
        attempt = 0
        // Markets that are being prepared (simulated ones that catch up) appear one after the other: the list is asked for
        // again soon while it grows, and now and then for listings.
        unchanged = this.wanted.size > before ? 0 : unchanged + 1
        const whole = source.symbols.length > 0 && this.wanted.size >= source.symbols.length && !doubtful
        // One that stays doubtful (an empty list) is asked for less and less often.
        if (doubtful && !wasDoubtful) unchanged = 0
        wasDoubtful = doubtful
        await pause(whole ? DISCOVER_EVERY_MS : Math.min(DISCOVER_EVERY_MS, discoverSoonMs * 1.5 ** unchanged), signal)
      } catch (error) {
        if (signal.aborted) return
        const until = error instanceof Error && 'until' in error && typeof error.until === 'number' ? error.until - Date.now() : 0
        const ceiling = Math.min(DISCOVER_AGAIN_MS.most, DISCOVER_AGAIN_MS.first * 2 ** Math.min(attempt++, 10))
        const wait = Math.max(until, ceiling * (0.5 + 0.5 * Math.random()))
        this.problem = { message: messageOf(error), nextAttemptAt: Date.now() + wait }
        this.log(`not reached: ${messageOf(error)}`)
        await pause(wait, signal)
      }
    }
  }

  private async knownBefore(): Promise<InstrumentRow[]> {
    const { db, source } = this.options
    const states = (await readFeedStates(db)).filter((s) => s.dataSourceId === source.id && s.message !== DELISTED)
    const rows = await instrumentsByIds(
      db.pool,
      states.map((s) => s.instrumentId),
    )
    return rows.filter((r) => source.symbols.length === 0 || source.symbols.includes(r.symbol))
  }

  private async askVenue(): Promise<{ rows: InstrumentRow[]; doubtful: boolean }> {
    const { db, feed, source } = this.options
    const listed = await feed.rest.instruments()
    const chosen = source.symbols.length === 0 ? listed : listed.filter((i) => source.symbols.includes(i.symbol))
    const missing = source.symbols.filter((symbol) => !listed.some((i) => i.symbol === symbol))
    this.untraded = missing
    if (missing.length > 0) this.log(`does not trade ${missing.join(', ')} (now)`)
    const rows: InstrumentRow[] = []
    // The venue of the source, not of the wire format: the simulated venue speaks Binance's.
    for (const i of chosen)
      rows.push(await upsertInstrument(db.pool, { ...i, venue: source.venue, simulated: VENUES[source.venue].simulated }))
    const followed = new Map([...this.wanted.values()].map((row) => [row.symbol, row]))
    const { gone, doubtful } = this.listing.observe(new Set(listed.map((i) => i.symbol)), followed.keys())
    for (const symbol of gone) await this.delist(followed.get(symbol))
    return { rows, doubtful }
  }

  /** The venue trades it no longer: its line ends, and whoever looks is told why nothing comes. */
  private async delist(row: InstrumentRow | undefined): Promise<void> {
    if (!row) return
    const { db, claims } = this.options
    this.wanted.delete(row.id)
    await this.changes.run(async () => {
      const line = this.lines.get(row.id)
      if (!line) return
      const state = this.pausedState(row.id, DELISTED)
      this.lines.delete(row.id)
      await line.stop()
      claims.delete(row.id)
      await this.follow()
      await writeFeedStates(db.pool, [state])
    })
    this.log(`${row.key} is not traded any more: it is left`)
  }

  private async adopt(rows: readonly InstrumentRow[]): Promise<void> {
    for (const row of rows) this.wanted.set(row.id, row)
    await this.takeLeases()
  }

  private async leaseLoop(): Promise<void> {
    const { signal } = this.stopping
    while (!signal.aborted) {
      await pause(LEASES_EVERY_MS * (0.75 + 0.5 * Math.random()), signal)
      if (!signal.aborted) await this.takeLeases().catch((error: unknown) => this.log(`leases: ${messageOf(error)}`))
    }
  }

  private takeLeases(): Promise<void> {
    return this.changes.run(async () => {
      for (const row of this.wanted.values()) {
        if (isOutranked(this.source, this.options.rivals?.(row.id) ?? [], this.lines.has(row.id))) {
          await this.leave(row.id)
          continue
        }
        // A line that is ending keeps its claim until it has given its lease back.
        if (this.options.claims.has(row.id) || this.stopping.signal.aborted) continue
        this.options.claims.set(row.id, this.source)
        try {
          if (!(await this.takeLease(row))) this.options.claims.delete(row.id)
        } catch (error) {
          this.options.claims.delete(row.id)
          throw error
        }
      }
    })
  }

  private async leave(instrumentId: number): Promise<void> {
    const line = this.lines.get(instrumentId)
    if (!line) return
    this.lines.delete(instrumentId)
    await line.stop()
    this.options.claims.delete(instrumentId)
    await this.follow()
    this.log(`leaves ${line.instrument.key} to a data source that goes before it`)
  }

  /** False while another worker holds the lease. */
  private async takeLease(row: InstrumentRow): Promise<boolean> {
    const { db, worker, source, leaseMs = LEASE_MS } = this.options
    // As it is now: what is wanted may have been read long ago.
    const instrument = await findInstrument(db, instrumentKey(source.venue, row.symbol))
    let lease: HeldLease
    try {
      lease = keepLease(db, await acquireLease(db, row.id, worker, leaseMs), leaseMs)
    } catch (error) {
      if (error instanceof FaultlineError && error.code === 'conflict') return false
      throw error
    }
    const line = new InstrumentLine(this.context(), instrument, lease, () => this.lose(line))
    this.lines.set(row.id, line)
    try {
      // What the feed brings and misses counts from here on, so somebody has to be there to write it.
      await line.open()
      await this.follow()
    } catch (error) {
      this.lines.delete(row.id)
      await line.stop()
      throw error
    }
    this.log(`feeds ${row.key}`)
    return true
  }

  /** Another worker writes this instrument now. */
  private lose(line: InstrumentLine): void {
    const { id, key } = line.instrument
    if (this.lines.get(id) !== line) return
    this.lines.delete(id)
    this.log(`${key} is written by another worker now`)
    this.changes
      .run(async () => {
        await line.stop()
        this.options.claims.delete(id)
        await this.follow()
      })
      // Whoever is followed in vain until the next change of leases does no harm: nothing of it is accepted.
      .catch((error: unknown) => this.log(`${key}: ${messageOf(error)}`))
  }

  /** Tells the supervisor which instruments are ours, and what of them the last run has covered. */
  private async follow(): Promise<void> {
    const states = await readFeedStates(this.options.db, [...this.lines.keys()])
    const covered = new Map(states.map((s) => [s.instrumentId, coveredTo(s.channels)]))
    this.marginTables.setInstruments([...this.lines.values()].map(({ instrument }) => instrument))
    this.supervisor.setInstruments(
      [...this.lines.values()].map(({ instrument }) => ({
        instrumentId: instrument.id,
        symbol: instrument.symbol,
        coveredTo: covered.get(instrument.id) ?? {},
      })),
    )
  }

  private context(): LineContext {
    const { db, ingest, feed, source, worker, log } = this.options
    return {
      db,
      ingest,
      feed,
      source,
      limiter: this.limiter,
      worker,
      venueNow: (instrumentId) => this.supervisor.venueNow(instrumentId),
      statuses: (instrumentId) => this.supervisor.statusOf(instrumentId),
      sourceStatus: () => this.status(),
      metrics: this.metrics,
      log,
    }
  }

  private sample(): SourceSample {
    const { details, blockedUntil } = this.supervisor.sourceStatus()
    return {
      instruments: [...this.lines.values()].map(({ instrument, state }) => ({ state, channels: this.supervisor.statusOf(instrument.id) })),
      socketsOpen: details.sockets?.filter((socket) => socket.state === 'open').length ?? 0,
      requestWeight: details.requestWeight ?? null,
      blockedUntil,
      clockOffsetMs: details.clockOffsetMs ?? null,
    }
  }

  private status(): { state: FeedStateName; message: string | null } {
    const { state, message } = this.supervisor.sourceStatus()
    if (state !== 'live' && this.problem) return { state: state === 'blocked' ? 'blocked' : 'unreachable', message: this.problem.message }
    return { state, message }
  }

  /** What an administrator may want to change though all is well. */
  private notice(): string | null {
    const parts = this.untraded.length > 0 ? [`The venue does not trade ${this.untraded.join(', ')}.`] : []
    for (const { id, symbol } of this.wanted.values()) {
      const other = this.options.claims.get(id)
      if (other && other.id !== this.source.id) parts.push(`${symbol} is fed by the data source “${other.name}” already.`)
    }
    return parts.length > 0 ? parts.join(' ').slice(0, 500) : null
  }

  private async tickLoop(): Promise<void> {
    const { signal } = this.stopping
    while (!signal.aborted) {
      for (const line of this.lines.values()) line.tick(performance.now())
      await this.report().catch(() => undefined)
      await pause(TICK_MS, signal)
    }
  }

  /** The source as a whole, when it changed and every now and then. A standby worker leaves it to the one that feeds. */
  private async report(): Promise<void> {
    const { db, ingest, source, worker } = this.options
    const isElsewhere = (id: number): boolean => (this.options.claims.get(id)?.id ?? this.source.id) !== this.source.id
    if (this.wanted.size > 0 && this.lines.size === 0 && ![...this.wanted.keys()].some(isElsewhere)) return
    const { blockedUntil, nextAttemptAt, details } = this.supervisor.sourceStatus()
    const { state, message } = this.status()
    const { spoolBytes, dropped, databaseAway, spoolCapBytes } = ingest.stats
    const shown = {
      state: this.discovered || this.lines.size > 0 || this.problem ? state : 'connecting',
      message: message ?? this.notice(),
      blockedUntil,
      nextAttemptAt: this.problem?.nextAttemptAt ?? nextAttemptAt,
      details: {
        ...details,
        quarantined: this.quarantine.total,
        quarantineReasons: this.quarantine.most(REASONS_SHOWN),
        spool:
          spoolBytes > 0 || dropped > 0 || databaseAway ? { bytes: spoolBytes, capBytes: spoolCapBytes, droppedEvents: dropped } : null,
      },
    }
    const text = JSON.stringify([
      shown.state,
      shown.message,
      shown.blockedUntil,
      shown.details.sockets,
      shown.details.quarantined,
      shown.details.spool,
    ])
    const now = performance.now()
    if (text === this.reported.text && now - this.reported.at < REPORT_EVERY_MS) return
    this.reported = { text, at: now }
    await writeSourceState(db.pool, { dataSourceId: source.id, ...shown, worker })
  }

  private async untilDone(work: () => Promise<void>): Promise<void> {
    const { signal } = this.stopping
    while (!signal.aborted) {
      try {
        return await work()
      } catch (error) {
        this.log(messageOf(error))
        await pause(1_000 + Math.random() * 2_000, signal)
      }
    }
  }

  /** The same line again and again says nothing new. */
  private log(line: string): void {
    const now = Date.now()
    if (line === this.lastLog.line && now - this.lastLog.at < LOG_AGAIN_MS) return
    this.lastLog = { line, at: now }
    this.options.log(`${this.source.name}: ${line}`)
  }
}

const coveredTo = (channels: ChannelStatuses): Partial<Record<FeedChannel, number>> =>
  Object.fromEntries(Object.entries(channels).flatMap(([name, status]) => (status.coveredTo === null ? [] : [[name, status.coveredTo]])))
