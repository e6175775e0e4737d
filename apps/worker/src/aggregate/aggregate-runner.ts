/**
 * The sums over venues in this worker: makes those that everybody has, takes the leases of those that nobody writes, tells their
 * lines what came, and drops choices of venues that nobody looks at any more.
 */
import type { Database } from '@faultline/db/database'
import type { NotifyPayload } from '@faultline/db/notify'
import {
  type Aggregate,
  dropUnusedAggregate,
  listAggregates,
  listSummands,
  makeAllVenueSums,
  summandsOf,
  unusedAggregates,
} from '@faultline/db/repositories/aggregates'
import { acquireLease } from '@faultline/db/repositories/leases'
import { FaultlineError } from '@faultline/market/errors'
import { DAY_MS } from '@faultline/market/units'
import { WindowLimiter } from '../history/window-limiter.ts'
import { pause } from '../live/pause.ts'
import { Serial } from '../live/serial.ts'
import { messageOf } from '../message-of.ts'
import { keepLease, LEASE_MS } from '../pipeline/held-lease.ts'
import { AggregateLine } from './aggregate-line.ts'

export interface AggregateRunnerOptions {
  db: Database
  /** who writes, for leases */
  worker: string
  log: (line: string) => void
  leaseMs?: number | undefined
  graceMs?: number | undefined
  firstMapMs?: number | undefined
  settleMs?: number | undefined
  generatingShare?: number | undefined
  /** choices of venues that nobody has looked at for so long are dropped */
  unusedMs?: number | undefined
  /** how often it looks for what no notice told of */
  lookEveryMs?: number | undefined
  /** how often it looks for sums that nobody writes any more */
  leasesEveryMs?: number | undefined
}

const UNUSED_MS = 7 * DAY_MS
const LOOK_EVERY_MS = 30_000
/** Leases of workers that have died are found after this. */
const LEASES_EVERY_MS = 3_000
/** A new market's columns come one after the other. */
const LOOK_SOON_MS = 1_000

export class AggregateRunner {
  private readonly options: AggregateRunnerOptions
  private readonly stopping = new AbortController()
  private readonly changes = new Serial()
  private readonly lines = new Map<number, AggregateLine>()
  private readonly history = new WindowLimiter(1)
  private wanted: Aggregate[] = []
  /** of each sum, in the order in which they are added up */
  private membersOf = new Map<number, readonly number[]>()
  /** who has to hear of a member's columns */
  private sumsOf = new Map<number, readonly number[]>()
  private known = new Set<number>()
  private timer: NodeJS.Timeout | null = null
  private loop: Promise<unknown> = Promise.resolve()

  constructor(options: AggregateRunnerOptions) {
    this.options = options
  }

  start(): void {
    this.loop = Promise.all([
      this.every(this.options.lookEveryMs ?? LOOK_EVERY_MS, () => this.look()),
      this.every(this.options.leasesEveryMs ?? LEASES_EVERY_MS, () => this.takeLeases()),
    ])
  }

  /** Ends all lines and gives their leases back. */
  async stop(): Promise<void> {
    this.stopping.abort()
    if (this.timer) clearTimeout(this.timer)
    await this.loop
    await this.changes.run(async () => {
      await Promise.all([...this.lines.values()].map((line) => line.stop()))
      this.lines.clear()
    })
  }

  /** New columns of any instrument. */
  heard({ instrumentId }: NotifyPayload<'columns'>): void {
    if (!this.known.has(instrumentId)) this.lookSoon()
    for (const id of this.sumsOf.get(instrumentId) ?? []) this.lines.get(id)?.heard()
  }

  /** Something may have changed that nobody was told of, or a sum was made. */
  lookSoon(ms: number = LOOK_SOON_MS): void {
    if (this.timer || this.stopping.signal.aborted) return
    this.timer = setTimeout(() => {
      this.timer = null
      void this.told(() => this.look())
    }, ms)
  }

  private async every(ms: number, work: () => Promise<void>): Promise<void> {
    const { signal } = this.stopping
    while (!signal.aborted) {
      await this.told(work)
      await pause(ms * (0.75 + 0.5 * Math.random()), signal)
    }
  }

  private told(work: () => Promise<void>): Promise<void> {
    return work().catch((error: unknown) => {
      if (!this.stopping.signal.aborted) this.options.log(`the sums over venues could not be followed: ${messageOf(error)}`)
    })
  }

  /** Brings what runs in line with what the database says. */
  private look(): Promise<void> {
    const { db } = this.options
    return this.changes.run(async () => {
      if (this.stopping.signal.aborted) return
      await makeAllVenueSums(db)
      await this.dropUnused()
      const summands = await listSummands(db)
      const aggregates = await listAggregates(db)
      this.membersOf = new Map(aggregates.map((a) => [a.instrumentId, summandsOf(a, summands).map((s) => s.id)]))
      const sumsOf = new Map<number, number[]>()
      for (const [sum, ids] of this.membersOf) {
        for (const id of ids) sumsOf.set(id, [...(sumsOf.get(id) ?? []), sum])
        this.lines.get(sum)?.setMembers(ids)
      }
      this.sumsOf = sumsOf
      this.known = new Set([...summands.map((s) => s.id), ...aggregates.map((a) => a.instrumentId)])
      this.wanted = aggregates
      for (const [id, line] of this.lines)
        if (!aggregates.some((a) => a.instrumentId === id)) {
          this.lines.delete(id)
          await line.stop()
        }
      await this.take()
    })
  }

  private takeLeases(): Promise<void> {
    return this.changes.run(() => this.take())
  }

  private async take(): Promise<void> {
    const { db, worker, log, leaseMs = LEASE_MS, graceMs, firstMapMs, settleMs, generatingShare } = this.options
    for (const { instrumentId: id, key } of this.wanted) {
      if (this.lines.has(id) || this.stopping.signal.aborted) continue
      try {
        const lease = keepLease(db, await acquireLease(db, id, worker, leaseMs), leaseMs)
        const onLost = () => this.lose(line)
        const times = { graceMs, firstMapMs, settleMs, generatingShare }
        const line = new AggregateLine({ db, instrument: { id, key }, lease, log, onLost, history: this.history, ...times })
        this.lines.set(id, line)
      } catch (error) {
        // Another worker writes it, or it has just been dropped.
        if (error instanceof FaultlineError && (error.code === 'conflict' || error.code === 'not_found')) continue
        throw error
      }
      this.lines.get(id)?.setMembers(this.membersOf.get(id) ?? [])
    }
  }

  /** Another worker writes this sum now. */
  private lose(line: AggregateLine): void {
    const { id, key } = line.instrument
    if (this.lines.get(id) !== line) return
    this.lines.delete(id)
    this.options.log(`${key} is written by another worker now`)
    void this.changes.run(() => line.stop())
  }

  private async dropUnused(): Promise<void> {
    const { db, unusedMs = UNUSED_MS } = this.options
    for (const id of await unusedAggregates(db, unusedMs)) {
      const line = this.lines.get(id)
      // Whoever writes it drops it.
      if (!line) continue
      this.lines.delete(id)
      await line.stop()
      if (await dropUnusedAggregate(db, id, unusedMs)) this.options.log(`${line.instrument.key} is dropped: nobody has looked at it`)
    }
  }
}
