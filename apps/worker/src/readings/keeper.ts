/**
 * Keeps what the screener shows: whenever the served build of an instrument has a new column, it is read. One worker at a time does it for
 * all; what has waited longest comes first, and of what comes faster than it can be read only the newest is.
 */
import type { Database } from '@faultline/db/database'
import { type InputMember, inputMembers, type MemberInputRows, readMemberInputs } from '@faultline/db/repositories/market-inputs'
import {
  columnsAfter,
  dropOldBreakouts,
  type ReadingUpdate,
  type StaleReading,
  staleReadings,
  storeReadings,
} from '@faultline/db/repositories/market-readings'
import type { Column } from '@faultline/market/column'
import { decodeColumn } from '@faultline/market/column-codec'
import { HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { databaseFailure } from '../ingest/database-failure.ts'
import { pause } from '../live/pause.ts'
import { messageOf } from '../message-of.ts'
import { readingOf } from './reading-of.ts'

export interface KeeperOptions {
  db: Database
  log: (line: string) => void
  /** after readings were stored, and after each pass: whoever works with them; it never throws */
  onStored?: () => Promise<void>
  /** after the first news of a column, so that those of its minute come along */
  settleMs?: number
  /** without news */
  lookEveryMs?: number
}

/** At most so many readings per pass, and so many at once: a pass ends soon, and holds little. */
const MOST_PER_PASS = 96
const AT_ONCE = 32
/** Up to so many columns since the last reading step the detector of breakouts one by one; of more only the newest does. */
const MOST_STEPS = 12
/** What cannot be read is not tried again before. */
const REFUSED_FOR_MS = MINUTE_MS
const DROP_AT_ONCE = 1_000
const FAILED_WAIT_MS = 5_000
/** Whoever stops does not wait longer for a database that does not answer. */
const STOP_WITHIN_MS = 800

export class ReadingsKeeper {
  private readonly options: Required<KeeperOptions>
  private readonly stopping = new AbortController()
  private readonly refused = new Map<number, number>()
  private loop: Promise<void> = Promise.resolve()
  private news = new AbortController()
  private droppedAt = 0
  private told = ''

  constructor(options: KeeperOptions) {
    this.options = { settleMs: 1_000, lookEveryMs: 10_000, onStored: async () => {}, ...options }
  }

  start(): void {
    this.loop = this.run()
  }

  /** There are new columns. */
  heard(): void {
    this.news.abort()
  }

  async stop(): Promise<void> {
    this.stopping.abort()
    await Promise.race([this.loop, new Promise((over) => setTimeout(over, STOP_WITHIN_MS).unref())])
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping
    const { settleMs, lookEveryMs } = this.options
    while (!signal.aborted) {
      const began = performance.now()
      let wait = lookEveryMs
      try {
        const read = await this.pass()
        this.told = ''
        // Half of the time at most: the feeds and the estimates come first.
        if (read === MOST_PER_PASS) wait = Math.max(1, performance.now() - began)
      } catch (error) {
        this.tell(`readings: ${messageOf(error)}`)
        wait = FAILED_WAIT_MS
      }
      if (wait >= settleMs) {
        await pause(wait, AbortSignal.any([signal, this.news.signal]))
        if (this.news.signal.aborted) await pause(settleMs, signal)
        this.news = new AbortController()
      } else await pause(wait, signal)
    }
  }

  /** Reads what is stale, up to a number; how many were looked at, null while another worker does it. */
  async pass(): Promise<number | null> {
    const client = await this.options.db.pool.connect()
    let broken: Error | undefined
    try {
      const { rows } = await client.query<{ mine: boolean }>("select pg_try_advisory_lock(1178687596, hashtext('readings')) as mine")
      if (!rows[0]?.mine) return null
      try {
        return await this.readAll()
      } finally {
        // A connection that cannot say so leaves the pool, and the lock goes with it.
        await client.query("select pg_advisory_unlock(1178687596, hashtext('readings'))").catch((error: Error) => {
          broken = error
        })
      }
    } finally {
      client.release(broken)
    }
  }

  private async readAll(): Promise<number> {
    const { db } = this.options
    const now = performance.now()
    for (const [id, until] of this.refused) if (until <= now) this.refused.delete(id)
    const stale = await staleReadings(db, MOST_PER_PASS, [...this.refused.keys()])
    if (stale.length > 0) {
      const members = await inputMembers(
        db,
        stale.map(({ instrumentId: id, venue, bucketMs }) => ({ id, venue, bucketMs })),
      )
      for (let i = 0; i < stale.length && !this.stopping.signal.aborted; i += AT_ONCE)
        await this.readSome(stale.slice(i, i + AT_ONCE), members)
    }
    // also where nothing was read: a worker before this one may have died in between
    await this.options.onStored()
    if (now - this.droppedAt > HOUR_MS || this.droppedAt === 0) {
      this.droppedAt = now
      await dropOldBreakouts(db, DROP_AT_ONCE)
    }
    return stale.length
  }

  private async readSome(stale: readonly StaleReading[], members: ReadonlyMap<number, readonly InputMember[]>): Promise<void> {
    const { db } = this.options
    const stored = await columnsAfter(
      db,
      stale.map(({ instrumentId, buildId, lastBucket, readTo, bucketMs }) => {
        const keepsUp = readTo !== null && lastBucket - readTo <= MOST_STEPS * bucketMs
        return { instrumentId, buildId, after: keepsUp ? readTo : lastBucket - 1, upTo: lastBucket }
      }),
    )
    const inputs = await this.inputsOf(stale, members)
    const updates: ReadingUpdate[] = []
    for (const target of stale) {
      try {
        const columns = stored.filter((c) => c.instrumentId === target.instrumentId).map((c): Column => decodeColumn(c.data))
        // The build was replaced meanwhile: there is another to read.
        if (columns.length === 0) this.refuse(target, null)
        else updates.push(readingOf(target, columns, { at: endOf(target), members: inputs.get(target.instrumentId) ?? [] }))
      } catch (error) {
        this.refuse(target, error)
      }
      // Each takes a millisecond or so, and feeds are waiting.
      await new Promise(setImmediate)
    }
    await this.store(updates, stale)
    await this.options.onStored()
  }

  /** Markets whose columns end at the same moment share one question, and sums share their members' rows. */
  private async inputsOf(stale: readonly StaleReading[], members: ReadonlyMap<number, readonly InputMember[]>) {
    const out = new Map<number, MemberInputRows[]>()
    for (const at of new Set(stale.map(endOf))) {
      const targets = stale.filter((target) => endOf(target) === at)
      const wanted = new Map<string, InputMember>()
      for (const { instrumentId } of targets) for (const member of members.get(instrumentId) ?? []) wanted.set(keyOf(member), member)
      const rows = await readMemberInputs(this.options.db, [...wanted.values()], at)
      const byKey = new Map([...wanted.keys()].map((key, i) => [key, rows[i] as MemberInputRows]))
      for (const { instrumentId } of targets)
        out.set(
          instrumentId,
          (members.get(instrumentId) ?? []).map((member) => byKey.get(keyOf(member)) as MemberInputRows),
        )
    }
    return out
  }

  private async store(updates: readonly ReadingUpdate[], stale: readonly StaleReading[]): Promise<void> {
    const { db } = this.options
    try {
      await storeReadings(db, updates)
    } catch (error) {
      if (databaseFailure(error) !== 'refused') throw error
      // One that the database does not take must not keep the others from being shown.
      for (const update of updates)
        await storeReadings(db, [update]).catch((reason: unknown) => {
          const target = stale.find((s) => s.instrumentId === update.reading.instrumentId)
          if (databaseFailure(reason) !== 'refused' || !target) throw reason
          this.refuse(target, reason)
        })
    }
  }

  private refuse({ instrumentId, key }: StaleReading, error: unknown): void {
    this.refused.set(instrumentId, performance.now() + REFUSED_FOR_MS)
    if (error !== null) this.tell(`readings: ${key} cannot be read: ${messageOf(error)}`)
  }

  private tell(line: string): void {
    if (line !== this.told) this.options.log(line)
    this.told = line
  }
}

const endOf = ({ lastBucket, bucketMs }: StaleReading): number => lastBucket + bucketMs
const keyOf = ({ id, intervalMs }: InputMember): string => `${id} ${intervalMs}`
