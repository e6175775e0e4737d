/**
 * Writes the observed layer down, for the instruments whose lease this worker has: what is seen of each, as a share of its open interest,
 * and now and then what the estimator is told. Where the layer is off, the estimator is told so, once.
 */
import { type Database, inTransaction } from '@faultline/db/database'
import type { DataSourceRow } from '@faultline/db/repositories/data-sources'
import type { InstrumentRow } from '@faultline/db/repositories/instruments'
import { latestLooks, newestOpenInterest, observedPositions, storeLook } from '@faultline/db/repositories/observed'
import { forgetPositions, observedSummaries } from '@faultline/db/repositories/observed-accounts'
import { nothingObserved, type ObservedStock } from '@faultline/engine/estimator/observed-stock'
import { MINUTE_MS } from '@faultline/market/units'
import { pause } from '../live/pause.ts'
import { messageOf } from '../message-of.ts'
import type { HeldLease } from '../pipeline/held-lease.ts'
import { lookOf } from './look.ts'

const LOOK_MS = 5 * MINUTE_MS
/** The estimator weighs what was seen anew every hour by itself. */
const TELL_ESTIMATOR_MS = 30 * MINUTE_MS
const BUCKET_MS = MINUTE_MS
const TURN_MS = 1_000

/** An instrument that this worker writes. */
export interface LookedAt {
  instrument: InstrumentRow
  lease: HeldLease
  /** nothing is estimated while `write` runs; it is given the end of the last bucket that was */
  between<T>(write: (steppedTo: number | null) => Promise<T>): Promise<T>
}

export interface LooksOptions {
  db: Database
  source: DataSourceRow
  lines: () => Iterable<LookedAt>
  /** the venue's clock, UTC ms; null before anything arrived */
  venueNow: (instrumentId: number) => number | null
  log: (line: string) => void
}

interface Last {
  lookedAt: number
  toldAt: number
  /** newest answer that the last look rests on */
  newestAt: number | null
  /** the estimator knows of something */
  told: boolean
}

export class ObservedLooks {
  private readonly options: LooksOptions
  private readonly stopping = new AbortController()
  private readonly last = new Map<number, Last>()
  private readonly lookMs: number
  private readonly enabled: boolean
  private forgotten = false
  private loop: Promise<void> = Promise.resolve()

  constructor(options: LooksOptions) {
    this.options = options
    const { observed } = options.source.options
    this.enabled = observed?.enabled === true
    this.lookMs = observed?.lookMs ?? LOOK_MS
  }

  start(): void {
    this.loop = this.run()
  }

  async stop(): Promise<void> {
    this.stopping.abort()
    await this.loop
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping
    while (!signal.aborted) {
      await pause(TURN_MS, signal)
      if (signal.aborted) return
      // The database is away, or a lease was lost: the next turn sees.
      await this.turn().catch((error: unknown) => this.options.log(`observed positions could not be written down: ${messageOf(error)}`))
    }
  }

  private async turn(): Promise<void> {
    const { db, source, lines } = this.options
    const now = performance.now()
    const due = [...lines()].filter(
      ({ instrument }) => now - (this.last.get(instrument.id)?.lookedAt ?? Number.NEGATIVE_INFINITY) >= this.lookMs,
    )
    if (!this.enabled && !this.forgotten) {
      await forgetPositions(db, source.id)
      this.forgotten = true
    }
    if (due.length === 0) return
    const [summary] = this.enabled ? await observedSummaries(db, [source.id]) : []
    const ids = due.map(({ instrument }) => instrument.id)
    const before = new Map(
      (
        await latestLooks(
          db,
          ids.filter((id) => !this.last.has(id)),
        )
      ).map((look) => [look.instrumentId, look]),
    )
    for (const line of due) {
      const { id } = line.instrument
      const known = before.get(id)
      const last = this.last.get(id) ?? {
        lookedAt: 0,
        toldAt: Number.NEGATIVE_INFINITY,
        newestAt: null,
        told: known !== undefined && known.longUsd + known.shortUsd > 0,
      }
      this.last.set(id, { ...last, lookedAt: now })
      if (summary?.newestAt) await this.look(line, last, summary.newestAt, summary.seen)
      // Nothing is asked for any more: the estimator must not go on with what it was told.
      else if (last.told && (!this.enabled || !summary)) await this.takeBack(line)
    }
  }

  private async look(line: LookedAt, last: Last, newestAt: number, accounts: number): Promise<void> {
    const { db } = this.options
    const { id } = line.instrument
    // The same again says nothing new; how old it is the page can see.
    if (last.newestAt === newestAt) return
    const time = this.timeOf(id)
    const positions = await observedPositions(db, [id])
    const openInterest = await newestOpenInterest(db.pool, id, time)
    if (positions.length === 0 && !last.told) return
    const { look, stock } = lookOf({ instrumentId: id, time, bucketMs: BUCKET_MS, positions, openInterest, accounts })
    const now = performance.now()
    const tells = stock !== null && (now - last.toldAt >= TELL_ESTIMATOR_MS || last.told !== positions.length > 0)
    await this.store(line, look, tells ? stock : null)
    this.last.set(id, { lookedAt: now, toldAt: tells ? now : last.toldAt, newestAt, told: tells ? positions.length > 0 : last.told })
  }

  private async takeBack(line: LookedAt): Promise<void> {
    const { id } = line.instrument
    const time = this.timeOf(id)
    const { look } = lookOf({ instrumentId: id, time, bucketMs: BUCKET_MS, positions: [], openInterest: null, accounts: 0 })
    await this.store(line, look, nothingObserved(time))
    this.last.set(id, { lookedAt: performance.now(), toldAt: Number.NEGATIVE_INFINITY, newestAt: null, told: false })
  }

  private store(line: LookedAt, look: Parameters<typeof storeLook>[2], stock: ObservedStock | null): Promise<void> {
    const { db } = this.options
    return line.between((steppedTo) => {
      // As of any figure that comes after its bucket was estimated.
      const knownAfter = steppedTo !== null && look.time <= steppedTo ? steppedTo : null
      return inTransaction(db, (client) => storeLook(client, line.lease.lease, look, stock, knownAfter))
    })
  }

  private timeOf(instrumentId: number): number {
    return Math.round(this.options.venueNow(instrumentId) ?? Date.now())
  }
}
