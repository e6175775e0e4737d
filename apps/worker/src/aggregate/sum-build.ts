/**
 * One generation of a sum over venues: reads the members' columns bucket by bucket, adds them up, and writes what was summed, of whom,
 * and how far, in one transaction. The same members' columns give the same bytes, whenever and in whatever order they came.
 */
import type { Database, Transaction } from '@faultline/db/database'
import { extendStretches, type MemberStretch, noteThinned, readStretches } from '@faultline/db/repositories/aggregate-coverage'
import { appendColumns, type BuildRow, copyColumns, readCheckpoint, startBuild } from '@faultline/db/repositories/builds'
import { columnsAt } from '@faultline/db/repositories/columns'
import { closeTiles, copyTiles } from '@faultline/db/repositories/tiles'
import type { Column } from '@faultline/market/column'
import { tileIndexOf } from '@faultline/market/tile-build'
import { floorTo } from '@faultline/market/units'
import type { WindowLimiter } from '../history/window-limiter.ts'
import type { HeldLease } from '../pipeline/held-lease.ts'
import {
  decodeCheckpoint,
  encodeCheckpoint,
  endOf,
  isThinned,
  type Member,
  mayStillCome,
  type SumCheckpoint,
  THINNED_STEP_MS,
} from './member.ts'
import { Stretches } from './stretches.ts'
import { sumColumns } from './sum-columns.ts'

/** In place of a model's version. Another way of adding up needs another one. */
export const SUM_VERSION = 'sum-1'

/** Buckets per transaction: five members' columns of these take some ten megabytes. */
const CHUNK = 256
/** What is live, also after a pause of minutes, waits for nobody's history. */
const LIVE_BUCKETS = 16
const COPY_ROWS = 2_000

/** A member serves another build than the one that was read: what was read may have been half gone. */
export class MembersChanged extends Error {
  override readonly name = 'MembersChanged'
}

export interface AdvanceOptions {
  /** all of the sum, in its order, as they are now */
  members: readonly Member[]
  /** what is written has to end before or with it */
  until: number
  /** when late members are waited for; null: what is there is added up, and nobody waited for */
  wait: { clock: number; graceMs: number } | null
  signal: AbortSignal
  /** all sums of a worker take turns in it with their history: memory and the database are shared */
  history: WindowLimiter
  /** buckets of time, of those up to `until` */
  onProgress?: ((done: number, total: number) => void) | undefined
}

export class SumBuild {
  readonly build: BuildRow
  readonly summed: SumCheckpoint
  /** start of the next bucket to be added up */
  next: number
  private readonly db: Database
  private readonly lease: HeldLease
  private stretches: Stretches
  private lastColumn: number | null

  private constructor(db: Database, lease: HeldLease, build: BuildRow, summed: SumCheckpoint, next: number, last: MemberStretch[]) {
    this.db = db
    this.lease = lease
    this.build = build
    this.summed = summed
    this.next = next
    this.stretches = new Stretches(last)
    this.lastColumn = build.lastBucket
  }

  get bucketMs(): number {
    return this.build.bucketMs
  }

  /** A new generation that begins with the bucket `from`. */
  static async begin(db: Database, lease: HeldLease, bucketMs: number, summed: SumCheckpoint): Promise<SumBuild> {
    const build = await startBuild(db, lease.lease, { modelVersion: SUM_VERSION, bucketMs })
    return new SumBuild(db, lease, build, summed, summed.from, [])
  }

  /** Goes on with one that is there. Null where nothing says what it is made of. */
  static async open(db: Database, lease: HeldLease, build: BuildRow): Promise<SumBuild | null> {
    const checkpoint = await readCheckpoint(db, build.id)
    if (!checkpoint || build.modelVersion !== SUM_VERSION) return null
    const last = new Map((await readStretches(db, build.id)).map((s) => [s.memberId, s]))
    return new SumBuild(db, lease, build, decodeCheckpoint(checkpoint.state), checkpoint.bucket + build.bucketMs, [...last.values()])
  }

  /** Takes over what `other`, the generation before, has of buckets before `before`: columns, tiles and who was in them. */
  async adopt(other: SumBuild, before: number, { signal, history }: Pick<AdvanceOptions, 'signal' | 'history'>): Promise<void> {
    const copy = { from: other.build.id, to: this.build.id, before, limit: COPY_ROWS }
    for (let copied = COPY_ROWS; copied === COPY_ROWS; ) {
      signal.throwIfAborted()
      this.lease.assertHeld()
      copied = (await history.run(signal, () => copyColumns(this.db, this.lease.lease, copy))) ?? COPY_ROWS
    }
    const known = (await readStretches(this.db, other.build.id, { to: before })).map((s) => ({ ...s, to: Math.min(s.to, before) }))
    await this.append([], before - this.bucketMs, async (client) => {
      await extendStretches(client, this.build.id, known)
      await copyTiles(client, copy)
    })
    this.stretches = new Stretches(new Map(known.map((s) => [s.memberId, s])).values())
    this.next = before
  }

  /**
   * Adds up what can be. Returns the members that are waited for, if any.
   * @throws MembersChanged when a member serves another build meanwhile; FaultlineError lease_lost
   */
  async advance(options: AdvanceOptions): Promise<readonly Member[]> {
    const { members, signal, history } = options
    const { bucketMs } = this
    const to = Math.min(floorTo(options.until, bucketMs), floorTo(Math.max(...members.map(endOf)), bucketMs))
    const total = Math.max(0, to - this.next) / bucketMs
    const done = () => total - Math.max(0, to - this.next) / bucketMs
    while (this.next < to) {
      signal.throwIfAborted()
      this.lease.assertHeld()
      const buckets = Array.from({ length: Math.min(CHUNK, (to - this.next) / bucketMs) }, (_, i) => this.next + i * bucketMs)
      // What is known to be missing need not be read.
      const first = this.lacking(options, this.next, new Set(members.filter((m) => endOf(m) >= this.next + bucketMs).map((m) => m.id)))
      if (first.length > 0) return first
      const work = () => this.addUp(options, buckets)
      const waitsFor = buckets.length > LIVE_BUCKETS ? await history.run(signal, work) : await work()
      if (waitsFor === null) continue
      options.onProgress?.(done(), total)
      if (waitsFor.length > 0) return waitsFor
    }
    return []
  }

  private lacking({ members, wait }: AdvanceOptions, bucket: number, there: ReadonlySet<number>): Member[] {
    if (wait === null) return []
    const at = { end: bucket + this.bucketMs, bucketMs: this.bucketMs, ...wait }
    return members.filter((m) => !there.has(m.id) && mayStillCome(m, at))
  }

  private async addUp(options: AdvanceOptions, buckets: readonly number[]): Promise<readonly Member[]> {
    const { members } = options
    const { bucketMs } = this
    const columns = await Promise.all(members.map((member) => this.columnsOf(member, buckets)))
    const sums: Column[] = []
    const stretches = this.stretches.settled()
    let waitsFor: readonly Member[] = []
    let last: number | null = null
    let thinnedTo: number | null = null
    for (const bucketStart of buckets) {
      const end = bucketStart + bucketMs
      const there = new Set(members.filter((_, i) => columns[i]?.has(end)).map((m) => m.id))
      waitsFor = this.lacking(options, bucketStart, there)
      if (waitsFor.length > 0) break
      last = bucketStart
      if (members.some((m) => isThinned(m, end))) {
        thinnedTo = Math.ceil(end / THINNED_STEP_MS) * THINNED_STEP_MS
        continue
      }
      const parts = columns.flatMap((of) => of.get(end) ?? [])
      if (parts.length > 0) sums.push(sumColumns(parts, { bucketStart, bucketMs }))
      // Columns are appended in order: of a bucket that every member has passed without one there will be none.
      for (const member of members)
        if (parts.length > 0 || endOf(member) < end) stretches.add(member.id, bucketStart, end, there.has(member.id))
    }
    if (last === null) return waitsFor
    const before = this.lastColumn
    await this.append(sums, last, async (client) => {
      await verifyBuilds(client, members)
      await extendStretches(client, this.build.id, stretches.changed())
      if (thinnedTo !== null) await noteThinned(client, this.build.id, thinnedTo)
    })
    this.stretches = stretches
    this.next = last + bucketMs
    this.lastColumn = sums.at(-1)?.bucketStart ?? before
    if (this.lastColumn !== null && this.fillsTile(before, this.lastColumn))
      await closeTiles(this.db, this.build.id, before === null ? {} : { since: before })
    return waitsFor
  }

  /** By the end of the bucket that they belong to. */
  private async columnsOf(member: Member, buckets: readonly number[]): Promise<Map<number, Column>> {
    const starts = buckets
      .map((bucket) => bucket + this.bucketMs - member.bucketMs)
      .filter((start) => start >= member.firstBucket && start <= member.lastBucket)
    const found = await columnsAt(this.db, { id: member.buildId, instrumentId: member.id }, starts)
    return new Map(found.map((column) => [column.bucketStart + column.bucketMs, column]))
  }

  private append(columns: readonly Column[], checkpointBucket: number, also: (client: Transaction) => Promise<unknown>): Promise<void> {
    const checkpoint = encodeCheckpoint(this.summed)
    return appendColumns(this.db, this.lease.lease, { buildId: this.build.id, columns, checkpoint, checkpointBucket, also })
  }

  private fillsTile(before: number | null, last: number): boolean {
    const indexAfter = (bucket: number) => tileIndexOf(bucket + this.bucketMs, this.bucketMs)
    return before === null || indexAfter(before) !== indexAfter(last)
  }
}

/** A build that was replaced takes its columns with it, in the transaction that names its successor. */
async function verifyBuilds(client: Transaction, members: readonly Member[]): Promise<void> {
  const { rows } = await client.query<{ id: number }>(
    `select m.id from unnest($1::int[], $2::int[]) as m(id, build) join instrument i on i.id = m.id where i.current_build_id is distinct from m.build`,
    [members.map((m) => m.id), members.map((m) => m.buildId)],
  )
  if (rows.length > 0) throw new MembersChanged(`Other builds are served of ${rows.map((r) => r.id).join(', ')}.`)
}
