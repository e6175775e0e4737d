/** The history of one instrument: what is missing is planned, fetched, and later gaps are filled, for as long as the line runs. */
import { readFeedStates } from '@faultline/db/repositories/feed-states'
import type { InstrumentRow } from '@faultline/db/repositories/instruments'
import type { BackfillProgress } from '@faultline/market/feed'
import { DAY_MS, floorTo } from '@faultline/market/units'
import { FeedError } from '../feed/venue-feed.ts'
import { planHistory } from '../history/plan-history.ts'
import { refillGaps } from '../history/refill-gaps.ts'
import { runBackfill } from '../history/run-backfill.ts'
import type { Window } from '../history/windows.ts'
import { messageOf } from '../message-of.ts'
import type { LineContext } from './line-context.ts'
import { pause } from './pause.ts'

/** Binance keeps open interest at five minutes for 30 days; candles without it make no column. */
const DEFAULT_DAYS = 30
const GAPS_EVERY_MS = 10_000
const ASK_AGAIN_MS = { first: 1_000, most: 30_000 }

/** How far requested history is. */
export interface HistoryProgress {
  /** 0 to 1 */
  progress: number
  etaMs: number | null
  /** what is waited for */
  message: string | null
}
export type FetchedHistory = Awaited<ReturnType<typeof runBackfill>>

export class HistoryJob {
  running = true
  /** history between what was estimated and now is not complete yet */
  ahead = true
  /** end of the history that was planned; null before planning */
  plannedTo: number | null = null
  private readonly options: {
    context: LineContext
    instrument: InstrumentRow
    bucketMs: number
    signal: AbortSignal
    steppedEnd: () => number | null
    onProgress: (progress: BackfillProgress, message: string | null) => void
    /** a window was stored: history without a hole begins at `reached` now */
    onWindow: (reached: number) => Promise<void>
  }
  private filling: Promise<void> = Promise.resolve()
  /** the venue's clock less ours, when it was asked */
  private aheadMs = 0

  constructor(options: HistoryJob['options']) {
    this.options = options
  }

  /** Fetches what is missing; resolves when that is done, or the signal ended it. Goes on filling gaps afterwards. */
  async run(): Promise<void> {
    const { context, instrument, signal } = this.options
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        await this.fetchMissing()
        break
      } catch (error) {
        if (signal.aborted) break
        context.log(`${instrument.key}: its history could not be fetched, and is tried again: ${messageOf(error)}`)
        await pause(Math.min(ASK_AGAIN_MS.most, ASK_AGAIN_MS.first * 2 ** Math.min(attempt, 10)) * (0.5 + 0.5 * Math.random()), signal)
      }
    }
    this.running = false
    this.ahead = false
    this.filling = this.keepFilling()
  }

  private async fetchMissing(): Promise<void> {
    const { context, instrument, bucketMs, signal, steppedEnd } = this.options
    const { db, feed, ingest, limiter, source, log } = context
    const venueNow = await this.venueTime()
    if (venueNow === null) return
    this.aheadMs = venueNow - Date.now()
    const to = floorTo(venueNow, bucketMs)
    this.plannedTo = to
    await this.tellSilence(to)
    const from = floorTo(to - (source.options.backfillDays ?? DEFAULT_DAYS) * DAY_MS, bucketMs)
    const windows = await planHistory(db, { instrumentId: instrument.id, from, to, bucketMs })
    const end = steppedEnd()
    // What leads from the estimated past to now comes in order, so that the map can follow; the past behind it backwards.
    const newer = end === null ? [] : windows.filter((w) => w.to > end).reverse()
    const older = end === null ? windows : windows.filter((w) => w.to <= end)
    const ahead = new Set<Window>(newer)
    this.ahead = newer.length > 0 || (end === null && windows.length > 0)
    for (const [part, wanted] of [
      [newer, { from: end ?? to, to }],
      [older, { from, to: end ?? to }],
    ] as const) {
      if (part.length === 0 || signal.aborted) continue
      const { refused } = await runBackfill({
        rest: feed.rest,
        limits: feed.history,
        ingest,
        limiter,
        symbol: instrument.symbol,
        instrumentId: instrument.id,
        windows: part,
        wanted,
        late: part === newer,
        now: () => this.venueNow(),
        signal,
        log: (line) => log(`${instrument.key}: ${line}`),
        onProgress: (progress, message) => this.options.onProgress({ ...progress, from }, message),
        onWindow: async (window, _count, reached) => {
          context.metrics.historyWindow('stored')
          if (ahead.delete(window)) this.ahead = ahead.size > 0
          await this.options.onWindow(reached ?? window.from)
          // The first map is there: what is live follows it, the past comes behind.
          if (end === null && steppedEnd() !== null) this.ahead = false
        },
      })
      for (let i = 0; i < refused; i++) context.metrics.historyWindow('refused')
      this.ahead = false
    }
  }

  /**
   * Fetches what is missing of a stretch that somebody asked for, newest first. What is stored makes the next generation once this has
   * ended. Only while nothing else is fetched.
   */
  async fetchBetween(
    stretch: { from: number; to: number },
    stopped: AbortSignal,
    onProgress: (progress: HistoryProgress) => void,
  ): Promise<FetchedHistory> {
    const { context, instrument, bucketMs, signal: stopping } = this.options
    const { db, feed, ingest, limiter, log } = context
    const signal = AbortSignal.any([stopping, stopped])
    this.running = true
    try {
      const from = floorTo(stretch.from, bucketMs)
      const to = Math.min(floorTo(stretch.to, bucketMs), floorTo(this.venueNow(), bucketMs))
      const windows = from < to ? await planHistory(db, { instrumentId: instrument.id, from, to, bucketMs }) : []
      return await runBackfill({
        rest: feed.rest,
        limits: feed.history,
        ingest,
        limiter,
        symbol: instrument.symbol,
        instrumentId: instrument.id,
        windows,
        wanted: { from, to },
        now: () => this.venueNow(),
        signal,
        log: (line) => log(`${instrument.key}: ${line}`),
        onProgress: (progress, message) => {
          this.options.onProgress({ ...progress, from }, message)
          onProgress({ progress: progress.total > 0 ? progress.done / progress.total : 0, etaMs: progress.etaMs, message })
        },
        onWindow: () => context.metrics.historyWindow('stored'),
      })
    } finally {
      this.running = false
    }
  }

  /**
   * Liquidations of the time between what the last run covered and this one are lost. The feed enters that gap when it listens again;
   * candles of that time may be here, and estimated, before. `to`: not later than where the feed begins to listen.
   */
  private async tellSilence(to: number): Promise<void> {
    const { context, instrument } = this.options
    const [state] = await readFeedStates(context.db, [instrument.id])
    const from = state?.channels.liquidation?.coveredTo ?? null
    const listensFrom = context.statuses(instrument.id).liquidation?.coveredTo ?? null
    if (from === null || from >= to || (listensFrom !== null && listensFrom > from)) return
    const lost = { channel: 'liquidation', status: 'unrecoverable', reason: 'nobody listened' } as const
    context.ingest.enterGap({ instrumentId: instrument.id, from, to, ...lost })
    await context.ingest.flush()
  }

  /** Resolves when nothing is under way any more; the signal has been given before. */
  async ended(): Promise<void> {
    await this.filling
  }

  private async keepFilling(): Promise<void> {
    const { context, instrument, signal } = this.options
    const { db, feed, ingest, log } = context
    while (!signal.aborted) {
      await pause(GAPS_EVERY_MS * (0.5 + Math.random()), signal)
      if (signal.aborted) return
      await refillGaps({
        db,
        rest: feed.rest,
        limits: feed.history,
        ingest,
        symbol: instrument.symbol,
        instrumentId: instrument.id,
        now: () => this.venueNow(),
        signal,
        log: (line) => log(`${instrument.key}: ${line}`),
      }).catch((error: unknown) => {
        if (!signal.aborted) log(`${instrument.key}: a gap could not be filled yet: ${messageOf(error)}`)
      })
    }
  }

  /** What is too old to be asked for is so by the venue's clock, before its sockets have told anything too. */
  private venueNow(): number {
    return this.options.context.venueNow(this.options.instrument.id) ?? Date.now() + this.aheadMs
  }

  /** The venue's clock, asked until it answers. */
  private async venueTime(): Promise<number | null> {
    const { context, signal } = this.options
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        return await context.feed.rest.serverTime()
      } catch (error) {
        const wait = Math.min(ASK_AGAIN_MS.most, ASK_AGAIN_MS.first * 2 ** Math.min(attempt, 10)) * (0.5 + 0.5 * Math.random())
        const until = error instanceof FeedError && error.until !== null ? error.until - Date.now() : 0
        await pause(Math.max(wait, until), signal)
      }
    }
    return null
  }
}
