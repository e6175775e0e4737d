/**
 * The live line of one instrument: its history, its served build that grows by a column per closed bucket, and the next
 * generation that is made beside it when older data has arrived. Everything that touches the build goes through one queue.
 */
import { inTransaction } from '@faultline/db/database'
import { type BuildRow, buildsOf, completeBuild, discardBuild, findBuild, startBuild } from '@faultline/db/repositories/builds'
import { eventRange } from '@faultline/db/repositories/events'
import { enterGaps } from '@faultline/db/repositories/gaps'
import { findInstrument, type InstrumentRow } from '@faultline/db/repositories/instruments'
import { MODEL_VERSION } from '@faultline/engine/estimator/estimator'
import { tiersOf } from '@faultline/engine/margin/tiers'
import { FaultlineError } from '@faultline/market/errors'
import type { BackfillProgress, FeedStateName } from '@faultline/market/feed'
import { HOUR_MS, isoTime, MINUTE_MS } from '@faultline/market/units'
import type { Committed } from '../ingest/ingest.ts'
import { messageOf } from '../message-of.ts'
import { runBuild } from '../pipeline/build.ts'
import { chooseBuild } from '../pipeline/choose-build.ts'
import type { HeldLease } from '../pipeline/held-lease.ts'
import { sameTiers } from '../pipeline/tiers.ts'
import { candleRun, firstCandle } from './candle-run.ts'
import { type FetchedHistory, HistoryJob, type HistoryProgress } from './history-job.ts'
import type { LineContext } from './line-context.ts'
import { lineState } from './line-state.ts'
import { LiveBuild } from './live-build.ts'
import { OverdueCandles } from './overdue-candles.ts'
import { Serial } from './serial.ts'

/** Candles are one minute long on every venue's socket. */
export const BUCKET_MS = MINUTE_MS
/** How long after a bucket's candle late messages of that bucket are waited for. */
const GRACE_MS = 300
/** How long estimating waits for a hole in the candles to be filled. */
const PATIENCE_MS = 60_000
/** How soon the same failure is told again. */
const TELL_AGAIN_MS = 60_000
/** Candles looked at in one go; more are stepped by the build that imports use, in batches. */
const RUN_LIMIT = 600
/** The first map appears when this much history is there, or all that there is. */
const FIRST_MAP_MS = 12 * HOUR_MS

/** Before another attempt to make a generation, after one that failed. */
const GENERATE_AGAIN_MS = 5_000

export class InstrumentLine {
  readonly lease: HeldLease
  /** as it was when it was last looked at */
  state: FeedStateName = 'connecting'
  private row: InstrumentRow
  private readonly context: LineContext
  private readonly serial = new Serial()
  private readonly stopping = new AbortController()
  private readonly overdue: OverdueCandles
  private history: HistoryJob | null = null
  private live: LiveBuild | null = null
  private generating: Promise<void> | null = null
  /** what the first generation is made up to: candles before it are old already */
  private generatingTo: number | null = null
  /** of an attempt that failed, and may have passed what came meanwhile */
  private failedBuild: BuildRow | null = null
  private generateNotBefore = 0
  private fetching: Promise<void> = Promise.resolve()
  /** start of the candle that was committed last: when it is the next one, it waits for its turn, and nobody is asked for it */
  private arrived: number | null = null
  /** a candle older than what was estimated has arrived, or another margin table: a new generation has to see it */
  private olderArrived = false
  private notBefore = 0
  private told = { what: '', at: 0 }
  private wanted = false
  private backfill: BackfillProgress | null = null
  /** why the backfill does not move */
  private waitsFor: string | null = null
  private holeSince: { from: number; since: number } | null = null
  private onLost: () => void

  constructor(context: LineContext, instrument: InstrumentRow, lease: HeldLease, onLost: () => void) {
    this.context = context
    this.row = instrument
    this.lease = lease
    this.onLost = onLost
    this.overdue = new OverdueCandles({
      db: context.db,
      instrument,
      bucketMs: BUCKET_MS,
      rest: context.feed.rest,
      pageMs: context.feed.history.candle?.pageMs,
      ingest: context.ingest,
      signal: this.stopping.signal,
      log: context.log,
      enterGap: (from, to) => this.enterGap(from, to),
    })
  }

  /** Takes up where the last worker stopped, and begins to fetch what is missing. */
  async open(): Promise<void> {
    const { ingest, source } = this.context
    const unfinished = await this.serial.run(() => this.resume())
    ingest.attach(
      {
        instrumentId: this.instrument.id,
        dataSourceId: source.id,
        lease: this.lease.lease,
        onCommitted: (committed) => this.onCommitted(committed),
        onLeaseLost: () => this.onLost(),
      },
      // An unfinished generation may have passed anything up to there.
      this.steppedEnd ?? unfinished?.until ?? null,
    )
    this.history = new HistoryJob({
      context: this.context,
      instrument: this.instrument,
      bucketMs: BUCKET_MS,
      signal: this.stopping.signal,
      steppedEnd: () => this.steppedEnd,
      onProgress: (progress, message) => {
        this.backfill = progress
        this.waitsFor = message
      },
      onWindow: (reached) => this.onWindow(reached),
    })
    if (unfinished) this.generate(unfinished)
    else if (this.live && (await this.ignoresOlderData())) this.generate()
    this.fetching = this.runHistory(unfinished !== null)
    void this.advance()
  }

  /** Called about twice a second by the source. */
  tick(now: number): void {
    const { context } = this
    if (!this.history) return // not open yet
    const venueNow = context.venueNow(this.instrument.id)
    const nextEnd = this.steppedEnd === null ? null : this.steppedEnd + BUCKET_MS
    this.overdue.look({ now, venueNow, next: this.steppedEnd, busy: this.history.ahead || this.arrived === this.steppedEnd })
    const channels = context.statuses(this.instrument.id)
    const { state, message } = lineState({
      now,
      venueNow,
      bucketMs: BUCKET_MS,
      nextEnd,
      dueSince: this.overdue.dueSince,
      channels,
      source: context.sourceStatus(),
      backfill: this.backfill,
      waitsFor: this.waitsFor,
      empty: this.live !== null && this.live.lastColumn === null,
      preparing: this.live === null && (this.generating !== null || this.history.running),
    })
    this.state = state
    context.ingest.report(this.instrument.id, { state, message, channels, backfill: this.backfill })
    if (this.wanted && now >= this.notBefore) {
      this.wanted = false
      void this.advance()
    }
    if (this.olderArrived && !this.generating && !this.history.running && performance.now() >= this.generateNotBefore) this.generate()
  }

  get instrument(): InstrumentRow {
    return this.row
  }

  /**
   * The venue has another margin table. The served build goes on with the one that it began with; a generation with the new one
   * is made beside it, and takes its place when it is complete.
   */
  retier(row: InstrumentRow): void {
    const same = sameTiers(tiersOf(row), tiersOf(this.row))
    this.row = row
    if (!same && (this.live !== null || this.generating !== null)) this.olderArrived = true
  }

  /**
   * Between two steps: `write` is given the end of the last bucket that was estimated, or is being so for the first map (null: none),
   * and no bucket is estimated before it has ended.
   */
  between<T>(write: (steppedTo: number | null) => Promise<T>): Promise<T> {
    return this.serial.run(() => write(this.steppedEnd ?? this.generatingTo))
  }

  /** Nothing that somebody asks for is fetched beside the line's own history. */
  get busy(): boolean {
    return this.history === null || this.history.running || this.stopping.signal.aborted
  }

  /** History that somebody asked for; what it brings makes the next generation. */
  async fetchHistory(
    stretch: { from: number; to: number },
    signal: AbortSignal,
    onProgress: (progress: HistoryProgress) => void,
  ): Promise<FetchedHistory> {
    if (!this.history) throw new FaultlineError('unavailable', 'This market is only just being opened. Ask again in a moment.')
    // Also where it was cut off: what is stored is there.
    let fetchedSome = false
    try {
      const fetched = await this.history.fetchBetween(stretch, signal, (progress) => {
        fetchedSome ||= progress.progress > 0
        onProgress(progress)
      })
      fetchedSome = fetched.stored > 0
      return fetched
    } finally {
      this.olderArrived ||= fetchedSome
      this.backfill = null
      this.waitsFor = null
    }
  }

  /** The socket has lost time: candles are asked for at once, not only when they are overdue. */
  missed(): void {
    this.overdue.hurry()
  }

  /** Ends all work and gives the lease back, unless another has it already; what is written stays. */
  async stop(): Promise<void> {
    this.stopping.abort()
    await this.fetching
    await this.history?.ended()
    await this.overdue.ended()
    await this.serial.idle()
    await this.generating
    await this.context.ingest.detach(this.instrument.id)
    await this.lease.release()
  }

  /** End of the last bucket that was estimated. */
  private get steppedEnd(): number | null {
    return this.live === null || this.live.lastStepped === null ? null : this.live.lastStepped + BUCKET_MS
  }

  /** Opens the build that may go on; returns one that has to be finished first. */
  private async resume(): Promise<Unfinished | null> {
    const { db } = this.context
    const { instrument, lease } = this
    if ((await buildsOf(db, instrument.id)).every((b) => b.status === 'retired')) return null
    const choice = await inTransaction(db, (client) =>
      chooseBuild(client, { instrument, lease: lease.lease, bucketMs: BUCKET_MS, earliestNew: {} }),
    )
    if (choice.reason) this.context.log(`${instrument.key}: estimated anew: ${choice.reason}`)
    if (choice.build.status === 'building') {
      const candles = await eventRange(db, instrument.id, 'candle', { intervalMs: BUCKET_MS })
      return { build: choice.build, until: candles && candles.to + BUCKET_MS }
    }
    this.live = await this.openBuild(instrument, choice.build.id)
    return null
  }

  private openBuild(instrument: InstrumentRow, buildId: number): Promise<LiveBuild> {
    const { context, lease } = this
    const venueNow = () => context.venueNow(instrument.id)
    return LiveBuild.open({ db: context.db, instrument, lease, buildId, venueNow, log: (line) => context.log(line) })
  }

  /** A worker that was killed between fetching history and estimating it. */
  private async ignoresOlderData(): Promise<boolean> {
    const { db } = this.context
    const first = this.live?.build.firstStep ?? null
    if (first === null) return false
    const candles = await eventRange(db, this.instrument.id, 'candle', { intervalMs: BUCKET_MS })
    return candles !== null && candles.from < first
  }

  private onCommitted({ earliest }: Committed): void {
    const candle = earliest.candle
    if (candle === undefined) return
    this.arrived = candle
    const end = this.steppedEnd ?? this.generatingTo
    // Without a map, whatever comes is what it may begin with.
    if (end === null || candle < end) this.olderArrived = true
    const grace = this.context.source.options.graceMs ?? GRACE_MS
    this.notBefore = performance.now() + grace
    this.wanted = true
    setTimeout(() => {
      if (!this.wanted || this.stopping.signal.aborted) return
      this.wanted = false
      void this.advance()
    }, grace).unref()
  }

  /** Steps over everything that is there without a hole. Failures are told, and tried again by a later call. */
  private advance(): Promise<void> {
    return this.serial
      .run(() => this.stepOn())
      .catch((error: unknown) => {
        if (this.stopping.signal.aborted) return
        if (error instanceof FaultlineError && error.code === 'lease_lost') return this.onLost()
        this.tell(`the next column could not be written: ${messageOf(error)}`)
        this.notBefore = performance.now() + 1_000
        this.wanted = true
      })
  }

  /** The same again and again says nothing new: while the database is away every step fails. */
  private tell(what: string): void {
    const now = performance.now()
    if (what === this.told.what && now - this.told.at < TELL_AGAIN_MS) return
    this.told = { what, at: now }
    this.context.log(`${this.instrument.key}: ${what}`)
  }

  private async stepOn(): Promise<void> {
    const { db, ingest } = this.context
    const { live, instrument } = this
    if (!live) return
    const patience = this.context.source.options.refillPatienceMs ?? PATIENCE_MS
    let from = this.steppedEnd ?? (await firstCandle(db.pool, instrument.id, BUCKET_MS, 0))
    while (from !== null && !this.stopping.signal.aborted) {
      const run = await candleRun(db.pool, instrument.id, BUCKET_MS, from, RUN_LIMIT)
      if (run.end > from) {
        this.holeSince = null
        await ingest.claim(instrument.id, run.end, this.stopping.signal)
        const { columns } = await live.step(from, run.end)
        if (columns > 0) {
          const venueNow = this.context.venueNow(instrument.id)
          this.context.metrics.columns(columns, venueNow && venueNow - run.end)
        }
        await this.overdue.reached(run.end)
        // What was committed meanwhile calls again.
        if (run.isAll && run.beyond === null) return
        from = run.end
        continue
      }
      if (run.beyond === null) return
      // A hole: it is filled before anything behind it is estimated, unless that takes too long.
      const now = performance.now()
      if (this.holeSince?.from !== from) this.holeSince = { from, since: now }
      if (this.history?.ahead || (now - this.holeSince.since < patience && !this.overdue.hopeless(from))) {
        this.overdue.fill(from, run.beyond)
        this.notBefore = now + Math.min(1_000, patience)
        this.wanted = true
        return
      }
      this.context.log(`${instrument.key}: goes on at ${isoTime(run.beyond)} without the candles from ${isoTime(from)}`)
      await this.enterGap(from, run.beyond)
      this.overdue.passed(from)
      from = run.beyond
    }
  }

  private async enterGap(from: number, to: number): Promise<void> {
    const gap = {
      instrumentId: this.instrument.id,
      channel: 'candle' as const,
      from,
      to,
      status: 'open' as const,
      reason: 'no candle arrived',
    }
    await enterGaps(this.context.db.pool, [gap])
  }

  private async runHistory(hasUnfinished: boolean): Promise<void> {
    const { history } = this
    if (!history) return
    // What is fetched depends on where the map ends.
    if (hasUnfinished) await this.generating
    await history.run()
    this.backfill = null
    this.waitsFor = null
    await this.generating
    if (this.stopping.signal.aborted) return
    try {
      if (!this.live || (await this.ignoresOlderData())) this.generate()
    } catch (error) {
      this.context.log(`${this.instrument.key}: ${messageOf(error)}`)
      this.olderArrived = true
    }
    void this.advance()
  }

  /** A window of history was stored; `reached` is where the history without a hole begins now. */
  private async onWindow(reached: number): Promise<void> {
    if (this.live) {
      await this.advance()
      return
    }
    const newest = await eventRange(this.context.db, this.instrument.id, 'candle', { intervalMs: BUCKET_MS })
    if (!this.generating && newest && newest.to - reached >= FIRST_MAP_MS) this.generate()
  }

  /** Makes the next generation beside the one that is served, and serves it when it has come up with it. */
  private generate(unfinished?: Unfinished): void {
    if (this.generating || this.stopping.signal.aborted) return
    this.olderArrived = false
    this.generating = this.makeGeneration(unfinished)
      .catch((error: unknown) => {
        if (this.stopping.signal.aborted) return
        if (error instanceof FaultlineError && error.code === 'lease_lost') return this.onLost()
        this.context.log(`${this.instrument.key}: estimating its history failed, and is tried again: ${messageOf(error)}`)
        this.olderArrived = true
        this.generateNotBefore = performance.now() + GENERATE_AGAIN_MS
      })
      .finally(() => {
        this.generating = null
        this.generatingTo = null
      })
    void this.generating.then(() => this.advance())
  }

  /**
   * End of the candles without a hole that the fetched history leads into. What the socket brought beyond a hole waits until
   * that is filled.
   */
  private async wholeUntil(oldest: number): Promise<number> {
    const from = Math.max(oldest, (this.history?.plannedTo ?? oldest) - BUCKET_MS)
    const run = await candleRun(this.context.db.pool, this.instrument.id, BUCKET_MS, from)
    if (run.end > from) return run.end
    const before = await eventRange(this.context.db, this.instrument.id, 'candle', { intervalMs: BUCKET_MS })
    return (before?.to ?? from) + BUCKET_MS
  }

  private async makeGeneration(unfinished?: Unfinished): Promise<void> {
    const { db, ingest } = this.context
    const { instrument, lease } = this
    const { signal } = this.stopping
    const range = await eventRange(db, instrument.id, 'candle', { intervalMs: BUCKET_MS })
    if (!range) return
    await this.discardFailed()
    const build = unfinished?.build ?? (await startBuild(db, lease.lease, { modelVersion: MODEL_VERSION, bucketMs: BUCKET_MS }))
    this.failedBuild = build
    const onProgress = (done: number, total: number): void => {
      if (this.history?.running) return
      this.backfill = done >= total ? null : { phase: 'estimating', done, total, etaMs: null, from: range.from, reached: range.from }
    }
    // The long part beside the live line, which goes on over the served build.
    const far = this.steppedEnd ?? unfinished?.until ?? (await this.wholeUntil(range.from))
    if (this.live === null) {
      this.generatingTo = far
      await ingest.claim(instrument.id, far, signal)
    }
    await runBuild(db, { instrument, build, lease, until: far - BUCKET_MS, signal, onProgress })
    await this.serial.run(async () => {
      const end = this.steppedEnd ?? far
      if (end > far) await runBuild(db, { instrument, build, lease, until: end - BUCKET_MS, signal })
      await completeBuild(db, lease.lease, build.id)
      this.failedBuild = null
      // With the table that it was made with: the venue may have another one by now.
      const { marginTiers } = instrument
      this.live = await this.openBuild({ ...(await findInstrument(db, String(instrument.id))), marginTiers }, build.id)
    })
    this.backfill = this.history?.running ? this.backfill : null
  }

  /** Older data may have come after a failed attempt had passed its time: nobody goes on with that. */
  private async discardFailed(): Promise<void> {
    const { db } = this.context
    const failed = this.failedBuild && (await findBuild(db, this.failedBuild.id))
    if (failed?.status === 'building') await discardBuild(db, this.lease.lease, failed.id)
    this.failedBuild = null
  }
}

/** A generation that an earlier worker began, or that takes the place of one that cannot go on. */
interface Unfinished {
  build: BuildRow
  /** end of the candles that were stored before this worker added any; null: none were */
  until: number | null
}
