import type { Database } from '@faultline/db/database'
import { readStretches } from '@faultline/db/repositories/aggregate-coverage'
import { readMembers } from '@faultline/db/repositories/aggregates'
import { readCheckpoint } from '@faultline/db/repositories/builds'
import { type InstrumentRow, instrumentsByIds } from '@faultline/db/repositories/instruments'
import type { HeatMap } from '@faultline/engine/map/heat-map'
import { isSumVenue } from '@faultline/market/sum'
import { MINUTE_MS } from '@faultline/market/units'
import { LRUCache } from 'lru-cache'
import { Lanes } from '../../../server/lanes.ts'
import { servedBuild } from '../../heatmap/server/served-build.ts'
import { currentReadingsOf, WHAT_IF_DISTANCES } from '../prepare/current-readings.ts'
import { type StateReading, stateOfSum } from '../prepare/state-reading.ts'
import { HistoryStore } from './history-store.ts'
import { bucketClosedBy, type FilledBuild, readMoment } from './moment.ts'
import { readState } from './read-state.ts'
import type { CurrentReadings, HistoryReadings } from './schema.ts'

interface StateMarket {
  instrument: Pick<InstrumentRow, 'symbol' | 'marginTiers'>
  buildId: number
  bucketMs: number
}

/** Answers kept, each some 300 kB; states, each some 500 kB. */
const MOST_ANSWERS = 64
const MOST_STATES = 48
/** More than all markets that a thousand viewers look at when their columns close at once. */
const MOST_WAITING = 512
/** A member goes on while its sum waits for others: its state may be so much newer than the sum's column. */
const MOST_AHEAD_MS = 5 * MINUTE_MS

/**
 * Readings of columns, computed once for all who look: a column never changes, so what was read off it is kept by (build, bucket) until
 * newer ones need the room. Resuming a market's state and reading all of it takes 5 to 15 ms, one state at a time.
 */
export class ReadingsStore {
  private readonly db: Database
  private readonly answers = new LRUCache<string, Promise<CurrentReadings>>({ max: MOST_ANSWERS })
  private readonly states = new LRUCache<string, Promise<StateReading | null>>({ max: MOST_STATES })
  private readonly past: HistoryStore
  /** states one at a time; columns several, since most of their time is the database's */
  private readonly stateLane = new Lanes(1, MOST_WAITING)
  private readonly columnLanes = new Lanes(4, MOST_WAITING)

  constructor(db: Database) {
    this.db = db
    this.past = new HistoryStore(db)
  }

  /**
   * What the newest column says, or with `at` (UTC ms) the newest one that had closed by then, with nothing that became known later: no
   * state of that moment is kept, so there are no bands, no leverage and no draws.
   * @throws FaultlineError not_found when there is no such instrument, or no column by then
   */
  async current(instrumentKey: string, at?: number): Promise<CurrentReadings> {
    const { instrument, build } = await servedBuild(this.db, instrumentKey)
    const bucket = at === undefined ? build.lastBucket : await bucketClosedBy(this.db, build, at)
    return this.once(this.answers, `${build.id} ${bucket} ${at === undefined ? 'now' : 'then'}`, () =>
      this.columnLanes.run(() => this.compute(instrument, build, bucket, at === undefined)),
    )
  }

  /** What the columns that closed in (from, to] said: see HistoryStore. @throws FaultlineError bad_input, not_found */
  history(instrumentKey: string, from: number, to: number): Promise<HistoryReadings> {
    return this.past.read(instrumentKey, from, to)
  }

  private async compute(instrument: InstrumentRow, build: FilledBuild, bucket: number, now: boolean): Promise<CurrentReadings> {
    const moment = await readMoment(this.db, build, bucket)
    const state = now ? await this.stateOf(instrument, build, moment.map, bucket) : null
    const { key, simulated } = instrument
    const { id: buildId, modelVersion, bucketMs } = build
    return currentReadingsOf({ instrument: key, simulated, buildId, modelVersion, bucket, bucketMs }, moment.map, moment.inputs, state)
  }

  private async stateOf(instrument: InstrumentRow, build: FilledBuild, map: HeatMap, bucket: number): Promise<StateReading | null> {
    const states = isSumVenue(instrument.venue)
      ? await this.memberStates(build, bucket)
      : [await this.stateWithin({ instrument, buildId: build.id, bucketMs: build.bucketMs }, bucket, bucket)]
    // A part of what was added up has no band of the whole.
    const known = states.filter((state) => state !== null)
    return known.length === states.length ? stateOfSum(known, map, WHAT_IF_DISTANCES) : null
  }

  /** Of the members that are in a sum's column; null for one whose state of that time is not at hand. */
  private async memberStates(build: FilledBuild, bucket: number): Promise<(StateReading | null)[]> {
    const stretches = await readStretches(this.db, build.id)
    const ids = [...new Set(stretches.filter((s) => s.included && s.from <= bucket && bucket < s.to).map((s) => s.memberId))]
    const [members, instruments] = await Promise.all([readMembers(this.db, ids), instrumentsByIds(this.db.pool, ids)])
    const end = bucket + build.bucketMs
    return Promise.all(
      members.map(async ({ id, buildId, bucketMs }) => {
        const instrument = instruments.find((row) => row.id === id)
        if (!instrument || buildId === null || bucketMs === null) return null
        return this.stateWithin({ instrument, buildId, bucketMs }, end - bucketMs, end - bucketMs + MOST_AHEAD_MS)
      }),
    )
  }

  /** The state after the bucket that starts at `from`, or, where that has gone on, after one up to `to`; null where there is none. */
  private async stateWithin(market: StateMarket, from: number, to: number): Promise<StateReading | null> {
    const known = this.states.get(`${market.buildId} ${from}`)
    if (known) return known
    const checkpoint = await readCheckpoint(this.db, market.buildId)
    if (!checkpoint || checkpoint.bucket < from || checkpoint.bucket > to) return null
    return this.once(this.states, `${market.buildId} ${checkpoint.bucket}`, () =>
      this.stateLane.run(() => readState({ ...market.instrument, bucketMs: market.bucketMs }, checkpoint.state, WHAT_IF_DISTANCES)),
    )
  }

  /** One answer for all who ask meanwhile and later; a failure is not kept. */
  private once<T>(cache: LRUCache<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
    const known = cache.get(key)
    if (known) return known
    const made = make()
    cache.set(key, made)
    made.catch(() => {
      if (cache.peek(key) === made) cache.delete(key)
    })
    return made
  }
}
