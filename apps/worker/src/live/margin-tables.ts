/**
 * Margin tables of a source's instruments, from the venue: asked for when an instrument is new, again once a day, one at a
 * time and after everything that the map waits for. A table that no estimator could use is not stored.
 */
import type { Database } from '@faultline/db/database'
import { type InstrumentRow, upsertInstrument } from '@faultline/db/repositories/instruments'
import { assertTiers } from '@faultline/engine/margin/tiers'
import type { MarginTier } from '@faultline/market/instrument'
import { DAY_MS, MINUTE_MS } from '@faultline/market/units'
import type { VenueRest } from '../feed/venue-feed.ts'
import { orStopped } from '../history/or-stopped.ts'
import { messageOf } from '../message-of.ts'
import { movedWithPrice, sameTiers } from '../pipeline/tiers.ts'
import { pause } from './pause.ts'

const ASK_AGAIN_MS = DAY_MS
const RETRY_MS = { first: MINUTE_MS, most: 60 * MINUTE_MS }
const LOOK_EVERY_MS = 250
/** A venue that gives no tables fails for every instrument: one of them is told of. */
const QUIET_MS = 10 * MINUTE_MS

export interface MarginTablesOptions {
  db: Database
  rest: Pick<VenueRest, 'marginTiers'>
  log: (line: string) => void
  /** the row as it is stored now, with another table than before */
  onChanged: (row: InstrumentRow) => void
}

interface Asked {
  /** our monotonic clock: not before */
  next: number
  failures: number
}

export class MarginTables {
  private readonly options: MarginTablesOptions
  private wanted = new Map<number, InstrumentRow>()
  private readonly asked = new Map<number, Asked>()
  private quietUntil = Number.NEGATIVE_INFINITY

  constructor(options: MarginTablesOptions) {
    this.options = options
  }

  /** Whose tables are kept up to date: those that this worker estimates. */
  setInstruments(rows: readonly InstrumentRow[]): void {
    this.wanted = new Map(rows.map((row) => [row.id, row]))
    for (const id of this.asked.keys()) if (!this.wanted.has(id)) this.asked.delete(id)
  }

  /** Until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const now = performance.now()
      const due = [...this.wanted.values()].find(({ id }) => (this.asked.get(id)?.next ?? now) <= now)
      if (due) await this.ask(due, signal)
      else await pause(LOOK_EVERY_MS, signal)
    }
  }

  /** Without waiting for its turn; nothing happens for an instrument that is not among them. */
  async askNow(instrumentId: number): Promise<void> {
    const row = this.wanted.get(instrumentId)
    if (row) await this.ask(row, new AbortController().signal)
  }

  private async ask(row: InstrumentRow, signal: AbortSignal): Promise<void> {
    const { rest, log } = this.options
    const failures = this.asked.get(row.id)?.failures ?? 0
    try {
      const tiers = await orStopped(rest.marginTiers(row.symbol), signal)
      this.asked.set(row.id, { next: performance.now() + ASK_AGAIN_MS * (0.9 + 0.2 * Math.random()), failures: 0 })
      if (tiers !== null) await this.store(row, tiers)
    } catch (error) {
      if (signal.aborted) return
      const wait = Math.min(RETRY_MS.most, RETRY_MS.first * 2 ** Math.min(failures, 10))
      const until = error instanceof Error && 'until' in error && typeof error.until === 'number' ? error.until - Date.now() : 0
      this.asked.set(row.id, { next: performance.now() + Math.max(until, wait * (0.5 + 0.5 * Math.random())), failures: failures + 1 })
      if (failures === 0 && performance.now() >= this.quietUntil) {
        this.quietUntil = performance.now() + QUIET_MS
        log(`${row.key}: its margin table was not to be had, and is asked for again: ${messageOf(error)}`)
      }
    }
  }

  private async store(row: InstrumentRow, tiers: MarginTier[]): Promise<void> {
    assertTiers(tiers)
    if (row.marginTiers !== null && (sameTiers(row.marginTiers, tiers) || movedWithPrice(row.marginTiers, tiers))) return
    const { db, log, onChanged } = this.options
    const stored = await upsertInstrument(db.pool, { ...row, marginTiers: tiers })
    if (this.wanted.has(row.id)) this.wanted.set(row.id, stored)
    log(`${row.key}: ${row.marginTiers === null ? 'the venue’s margin table is used' : 'the venue has another margin table now'}`)
    onChanged(stored)
  }
}
