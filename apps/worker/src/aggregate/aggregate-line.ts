/**
 * The live line of one sum over venues: its served build grows by a column as soon as the members' columns of a bucket are there, or
 * the late ones have been waited for long enough. What a member adds to the past makes the next generation beside the served one.
 */
import type { Database } from '@faultline/db/database'
import { firstMissed, readStretches } from '@faultline/db/repositories/aggregate-coverage'
import { chooseReference, readMembers } from '@faultline/db/repositories/aggregates'
import { buildsOf, completeBuild, discardBuild } from '@faultline/db/repositories/builds'
import { findInstrument } from '@faultline/db/repositories/instruments'
import { FaultlineError } from '@faultline/market/errors'
import { DAY_MS, isoTime } from '@faultline/market/units'
import { WindowLimiter } from '../history/window-limiter.ts'
import { Serial } from '../live/serial.ts'
import { messageOf } from '../message-of.ts'
import type { HeldLease } from '../pipeline/held-lease.ts'
import { createJobProgress } from '../pipeline/job-progress.ts'
import { clockOf, endOf, firstIn, type Member, type SumCheckpoint, withColumns } from './member.ts'
import { MembersChanged, SumBuild } from './sum-build.ts'

export interface AggregateLineOptions {
  db: Database
  instrument: { id: number; key: string }
  lease: HeldLease
  log: (line: string) => void
  onLost: () => void
  /** shared with the other sums of this worker; its own where none is given */
  history?: WindowLimiter | undefined
  /** how long after a bucket's end its late members are waited for, by the venues' clocks and by ours: whichever is over first */
  graceMs?: number | undefined
  /** a first map of so much history appears before all of it is added up */
  firstMapMs?: number | undefined
  /** how long a member that adds to the past has to stand still before a generation is made of it */
  settleMs?: number | undefined
  /** of the time, at most: for making generations */
  generatingShare?: number | undefined
}

const GRACE_MS = 90_000
/** After a pause all members come up with the present within moments, one a little before the other. */
const CATCH_UP_MS = 5_000
const SETTLE_MS = 10_000
/** While somebody is waited for: how soon the clocks are looked at again. */
const LOOK_AGAIN_MS = 500
/** Notices of several members come within a moment. */
const COALESCE_MS = 50
const AFTER_FAILURE_MS = 2_000
/** Generations take at most this share of the time: a venue that comes and goes would keep the worker busy with copying. */
const GENERATING_SHARE = 1 / 20

export class AggregateLine {
  readonly instrument: { id: number; key: string }
  readonly lease: HeldLease
  private readonly options: AggregateLineOptions
  private readonly db: Database
  private readonly graceMs: number
  private readonly history: WindowLimiter
  private readonly serial = new Serial()
  private readonly stopping = new AbortController()
  private memberIds: readonly number[] = []
  private served: SumBuild | null = null
  private opened = false
  private timer: NodeJS.Timeout | null = null
  private due = Number.POSITIVE_INFINITY
  private running: Promise<void> = Promise.resolve()
  /** the past may have changed since it was looked at */
  private lookBack = true
  private generating: Promise<void> | null = null
  private generateNotBefore = 0
  /** who is waited for, since when by our clock */
  private waiting: { bucket: number; ends: string; since: number } | null = null
  /** how far the members have come, and since when by our clock */
  private readonly seen = new Map<number, { buildId: number; end: number; since: number }>()
  private told = ''

  constructor(options: AggregateLineOptions) {
    this.options = options
    this.db = options.db
    this.instrument = options.instrument
    this.lease = options.lease
    this.graceMs = options.graceMs ?? GRACE_MS
    this.history = options.history ?? new WindowLimiter(1)
  }

  /** Of whom it is the sum, in the order in which they are added up. */
  setMembers(ids: readonly number[]): void {
    this.memberIds = ids
    this.lookBack = true
    this.soon(0)
  }

  /** A member has new columns. */
  heard(): void {
    this.soon(COALESCE_MS)
  }

  /** Ends all work and gives the lease back; what is written stays. */
  async stop(): Promise<void> {
    this.stopping.abort()
    if (this.timer) clearTimeout(this.timer)
    await this.running
    await this.serial.idle()
    await this.generating
    await this.lease.release()
  }

  /** Looks in `ms` at the latest. */
  private soon(ms: number): void {
    if (this.stopping.signal.aborted) return
    const at = performance.now() + ms
    if (at >= this.due) return
    if (this.timer) clearTimeout(this.timer)
    this.due = at
    this.timer = setTimeout(() => {
      this.due = Number.POSITIVE_INFINITY
      this.timer = null
      this.running = this.running.then(() => this.run())
    }, ms)
  }

  private async run(): Promise<void> {
    if (this.stopping.signal.aborted) return
    try {
      const again = await this.serial.run(() => this.step())
      if (again !== null) this.soon(again)
    } catch (error) {
      this.failed(error)
    }
  }

  private failed(error: unknown): void {
    if (this.stopping.signal.aborted) return
    // What is in memory may be ahead of the database, or behind it.
    this.opened = false
    this.served = null
    if (error instanceof FaultlineError && error.code === 'lease_lost') this.options.onLost()
    else if (error instanceof MembersChanged) this.soon(0)
    else {
      const what = messageOf(error)
      if (what !== this.told) this.options.log(`${this.instrument.key}: could not be added up, and is tried again: ${what}`)
      this.told = what
      this.soon(AFTER_FAILURE_MS)
    }
  }

  /** How soon to look again, ms; null: when something has happened. */
  private async step(): Promise<number | null> {
    // Before anything is read: what is told of meanwhile is looked at again.
    const told = this.lookBack
    this.lookBack = false
    const members = withColumns(await readMembers(this.db, this.memberIds))
    if (members.length === 0) return null
    const bucketMs = Math.max(...members.map((m) => m.bucketMs))
    if (!this.opened) await this.open()
    this.served ??= await this.beginFirst(members, bucketMs)
    const { served } = this
    if (served.bucketMs !== bucketMs) return this.generate(members, Number.NEGATIVE_INFINITY)

    const mayHaveChanged = this.look(members, served.next) || told
    const soon = (await this.append(served, members)) ? LOOK_AGAIN_MS : null
    this.told = ''
    if (!mayHaveChanged) return soon
    if (this.generating) {
      this.lookBack = true
      return soon
    }
    const from = await this.changedSince(served, members)
    if (from === null) return soon
    const again = this.settled(served) ? this.generate(members, from) : LOOK_AGAIN_MS
    if (again === null) return soon
    this.lookBack = true
    return again
  }

  /** The served build as the database has it. What a killed worker left beside it was not finished. */
  private async open(): Promise<void> {
    const { currentBuildId } = await findInstrument(this.db, String(this.instrument.id))
    this.served = null
    for (const build of await buildsOf(this.db, this.instrument.id)) {
      if (build.status === 'retired') continue
      if (build.id === currentBuildId) this.served = await SumBuild.open(this.db, this.lease, build)
      // Of another version of adding up: it is served until there is a successor.
      if (build.id === currentBuildId && (this.served || build.status === 'complete')) continue
      await discardBuild(this.db, this.lease.lease, build.id)
    }
    this.opened = true
    this.lookBack = true
  }

  private async beginFirst(members: readonly Member[], bucketMs: number): Promise<SumBuild> {
    const firsts = members.map((m) => firstIn(m, bucketMs))
    const newest = Math.floor(Math.max(...members.map(endOf)) / bucketMs) * bucketMs
    const from = Math.max(Math.min(...firsts), newest - (this.options.firstMapMs ?? DAY_MS))
    this.options.log(`${this.instrument.key}: adds up ${members.map((m) => m.key).join(', ')}`)
    return SumBuild.begin(this.db, this.lease, bucketMs, { from, members: this.recipe(members) })
  }

  /** Those without columns count too: that they had none is part of what was summed. */
  private recipe(members: readonly Member[]): SumCheckpoint['members'] {
    const known = new Map(members.map((m) => [m.id, m]))
    return this.memberIds.map((id) => ({ id, buildId: known.get(id)?.buildId ?? null, bucketMs: known.get(id)?.bucketMs ?? null }))
  }

  /** Appends what is there to the served build; true while somebody is waited for. */
  private async append(served: SumBuild, members: readonly Member[]): Promise<boolean> {
    const { signal } = this.stopping
    const firstTime = served.build.status === 'building'
    const progress = createJobProgress(this.db, 'sum', null)
    for (;;) {
      const { clock, until } = this.patience(served, members)
      const waitsFor = await served.advance({
        members,
        until,
        wait: { clock, graceMs: this.graceMs },
        signal,
        history: this.history,
        onProgress: firstTime ? (done, total) => this.tellProgress(progress, done, total) : undefined,
      })
      const passed = this.waiting !== null && this.waiting.bucket < served.next
      this.waitFor(served.next, waitsFor)
      // Whoever was waited for in vain is waited for again with the next bucket.
      if (waitsFor.length > 0 || !passed) break
    }
    if (firstTime) {
      await this.complete(served)
      this.tellDone(progress)
    }
    return this.waiting !== null
  }

  /** The members as they are now. @throws MembersChanged where they are no longer those of the recipe */
  private async stillThose(recipe: SumCheckpoint): Promise<Member[]> {
    const members = withColumns(await readMembers(this.db, this.memberIds))
    const now = this.recipe(members)
    if (JSON.stringify(now) !== JSON.stringify(recipe.members)) throw new MembersChanged(`${this.instrument.key} has other members now.`)
    return members
  }

  private async complete(sum: SumBuild): Promise<void> {
    const withMap = sum.summed.members.filter((m) => m.buildId !== null).map((m) => m.id)
    await chooseReference(this.db, this.instrument.id, withMap)
    Object.assign(sum.build, await completeBuild(this.db, this.lease.lease, sum.build.id))
  }

  /** How far the line goes on now, and by which clock it looks for who is late. */
  private patience(served: SumBuild, members: readonly Member[]): { clock: number; until: number } {
    // Of a first map the past is soon complete or never: whoever lies behind comes in with the next generation.
    if (served.build.status === 'building') return { clock: clockOf(members), until: Number.POSITIVE_INFINITY }
    const waited = this.waiting?.bucket === served.next ? performance.now() - this.waiting.since : null
    if (waited === null || waited < Math.min(this.graceMs, CATCH_UP_MS))
      return { clock: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY }
    // The venues' clocks may stand still, or there may be none: ours does not.
    return { clock: waited >= this.graceMs ? Number.POSITIVE_INFINITY : clockOf(members), until: served.next + served.bucketMs }
  }

  private waitFor(bucket: number, late: readonly Member[]): void {
    const ends = late.map(endOf).join()
    if (late.length === 0) this.waiting = null
    // A member that catches up is not late while it does.
    else if (this.waiting?.bucket !== bucket || this.waiting.ends !== ends) this.waiting = { bucket, ends, since: performance.now() }
  }

  private tellDone(progress: ReturnType<typeof createJobProgress>): void {
    progress.update({ phase: 'done', done: 1, total: 1, instrumentKey: this.instrument.key })
  }

  private tellProgress(progress: ReturnType<typeof createJobProgress>, done: number, total: number): void {
    if (total > 1) progress.update({ phase: 'adding up', done, total, instrumentKey: this.instrument.key })
  }

  /** The first bucket that would be another one if it were added up now; null where all would be the same. */
  private async changedSince(served: SumBuild, members: readonly Member[]): Promise<number | null> {
    const { bucketMs } = served
    const froms: number[] = []
    const firstIncluded = async (id: number) => {
      const stretch = (await readStretches(this.db, served.build.id)).find((s) => s.memberId === id && s.included)
      if (stretch) froms.push(stretch.from)
    }
    const before = new Map(served.summed.members.map((m) => [m.id, m]))
    for (const member of members) {
      const was = before.get(member.id)
      before.delete(member.id)
      const first = firstIn(member, bucketMs)
      if (was?.buildId !== member.buildId) {
        froms.push(first)
        if (was?.buildId) await firstIncluded(member.id)
        continue
      }
      if (first < served.summed.from) froms.push(first)
      const missed = await firstMissed(this.db, { buildId: served.build.id, bucketMs }, member)
      if (missed !== null) froms.push(missed)
    }
    for (const gone of before.values()) if (gone.buildId !== null) await firstIncluded(gone.id)
    // A column of the bucket that comes next is no change of the past.
    const from = Math.min(...froms.filter((time) => time < served.next))
    return Number.isFinite(from) ? from : null
  }

  /** Sees how far each member has come; whether one that lay behind `next` has moved, or serves another build. */
  private look(members: readonly Member[], next: number): boolean {
    const now = performance.now()
    let older = false
    for (const member of members) {
      const [end, { buildId }, before] = [endOf(member), member, this.seen.get(member.id)]
      if (before?.buildId === buildId && before.end === end) continue
      if (before?.buildId !== buildId || before.end < next) older = true
      this.seen.set(member.id, { buildId, end, since: now })
    }
    return older
  }

  /** Whether those that bring the past have brought it: each is up to date, or has stood still for a while. */
  private settled(served: SumBuild): boolean {
    const long = performance.now() - (this.options.settleMs ?? SETTLE_MS)
    return this.memberIds.every((id) => {
      const seen = this.seen.get(id)
      return !seen || seen.end >= served.next - 2 * served.bucketMs || seen.since <= long
    })
  }

  /** Makes the next generation beside the served one, unless it is too soon for one: then how soon to ask again. */
  private generate(members: readonly Member[], from: number): number | null {
    const wait = this.generateNotBefore - performance.now()
    if (wait > 0) return wait
    if (this.generating) return null
    const began = performance.now()
    this.generating = this.makeGeneration(members, from)
      .catch((error: unknown) => {
        this.lookBack = true
        this.failed(error)
      })
      .finally(() => {
        this.generating = null
        this.generateNotBefore = performance.now() + (performance.now() - began) / (this.options.generatingShare ?? GENERATING_SHARE)
        this.soon(0)
      })
    return null
  }

  private async makeGeneration(members: readonly Member[], changed: number): Promise<void> {
    const { signal } = this.stopping
    const { served, history } = this
    if (!served) return
    const bucketMs = Math.max(...members.map((m) => m.bucketMs))
    const from = Math.min(...members.map((m) => firstIn(m, bucketMs)))
    const head = bucketMs === served.bucketMs && from >= served.summed.from && changed > served.summed.from ? changed : null
    this.options.log(`${this.instrument.key}: added up anew from ${isoTime(Math.max(from, head ?? from))}`)
    const progress = createJobProgress(this.db, 'sum', null)
    const recipe = { from: head === null ? from : served.summed.from, members: this.recipe(members) }
    const next = await SumBuild.begin(this.db, this.lease, bucketMs, recipe)
    try {
      if (head !== null) await next.adopt(served, head, { signal, history })
      const grow = async (until: number) => {
        const members = await this.stillThose(recipe)
        await next.advance({ members, until, wait: null, signal, history, onProgress: (d, t) => this.tellProgress(progress, d, t) })
      }
      await grow(served.next)
      await this.serial.run(async () => {
        await grow(this.served?.next ?? served.next)
        await this.complete(next)
        this.served = next
      })
    } catch (error) {
      await discardBuild(this.db, this.lease.lease, next.build.id).catch(() => undefined)
      throw error
    } finally {
      this.tellDone(progress)
    }
  }
}
