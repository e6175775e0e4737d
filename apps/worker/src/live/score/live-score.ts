/**
 * The score of a live map: every quarter of an hour the map is frozen, and after a quarter and an hour it is looked at what came of
 * it. What is scored is read from the stored events and columns, or was just seen on their way there, from where the stored state of
 * the score ends: whoever takes over after a crash gives the outcomes that are missing, and none twice.
 */
import { type Database, inTransaction, type Transaction } from '@faultline/db/database'
import type { BuildRow } from '@faultline/db/repositories/builds'
import { columnsAt } from '@faultline/db/repositories/columns'
import type { InstrumentRow } from '@faultline/db/repositories/instruments'
import type { Lease } from '@faultline/db/repositories/leases'
import { readScoreState, type ScoreBatch, type ScoreOutcome, storeScores, type WaitingMap } from '@faultline/db/repositories/scores'
import type { BucketInput } from '@faultline/engine/estimator/estimator'
import type { HeatMap, WeightedMap } from '@faultline/engine/map/heat-map'
import { tiersOf } from '@faultline/engine/margin/tiers'
import { frozenReadings } from '@faultline/engine/score/frozen-readings'
import { MarketContext } from '@faultline/engine/score/market-context'
import { FREEZE_MS, type FrozenReadings, HORIZONS_MS, type Outcome, PrequentialScorer } from '@faultline/engine/score/prequential'
import type { Column } from '@faultline/market/column'
import { FaultlineError } from '@faultline/market/errors'
import { DAY_MS, floorTo, HOUR_MS, isoTime, MINUTE_MS } from '@faultline/market/units'
import { messageOf } from '../../message-of.ts'
import { storedInputs } from '../../pipeline/stored-inputs.ts'
import { listenedShares } from './listened-shares.ts'
import { mapOf, nearMap } from './near-map.ts'

/** How far back a score without a past begins: the map of the day before is one of its nulls. */
const WARM_UP_MS = 26 * HOUR_MS
/** What the market was like: volatility and turnover of a day. */
const MARKET_MS = DAY_MS + MINUTE_MS
/** A map is live when it is written this soon after its own time: what it is judged by has hardly begun. */
const LIVE_WITHIN_MS = 2 * MINUTE_MS
/** Draws of the ensemble that the cascade probabilities of a frozen map go over: each costs about half a millisecond. */
const DRAWS = 8

export interface LiveScoreOptions {
  db: Database
  instrument: InstrumentRow
  build: BuildRow
  /** the venue's clock, UTC ms; null before anything arrived */
  venueNow: () => number | null
  log: (line: string) => void
}

/** A bucket that was just estimated. */
export interface EstimatedBucket {
  input: BucketInput
  column: Column | null
  /** what `column` was read from, as it stands */
  estimator: { draws(count: number): WeightedMap[] }
}

export class LiveScore {
  private readonly options: LiveScoreOptions
  private scorer: PrequentialScorer | null = null
  private scoredTo: number | null = null
  private waiting: WaitingMap[] = []
  /** not yet stored */
  private outcomes: ScoreOutcome[] = []
  private advanced = false
  /** buckets that were estimated since `recentFrom`: they need not be read again */
  private recent: BucketInput[] = []
  private recentFrom: number | null = null
  /** what the readings of a frozen map need to know of the market; null: read it from what is stored */
  private market: MarketContext | null = null

  constructor(options: LiveScoreOptions) {
    this.options = options
  }

  /**
   * A bucket that was just estimated. Where it ends a quarter of an hour, all that is not scored yet is. What goes wrong is told, and
   * does not keep the column from being written: the next quarter begins where the stored state ends.
   */
  async observe({ input, column, estimator }: EstimatedBucket): Promise<void> {
    const end = input.bucketStart + this.options.build.bucketMs
    this.recentFrom ??= input.bucketStart
    this.recent.push(input)
    this.market?.step(input)
    if (end % FREEZE_MS !== 0) return
    await this.told(async () => {
      const context = this.market ?? (await this.marketAt(end))
      this.market = context
      const now = this.options.venueNow()
      const readings = column ? readingsOf(mapOf(column, input.close), estimator.draws(DRAWS), context) : {}
      await this.advance(end, { column, readings, live: now !== null && now - end <= LIVE_WITHIN_MS })
    })
    this.recent = []
    this.recentFrom = end
  }

  /** Scores what is stored up to the last quarter before `to`, as far as nobody has: none of these maps counts as live. */
  async catchUp(lease: Lease, to: number): Promise<void> {
    await this.told(async () => {
      const last = floorTo(to, FREEZE_MS)
      const [column] = await columnsAt(this.options.db, this.options.build, [last - this.options.build.bucketMs])
      await this.advance(last, { column: column ?? null, readings: {}, live: false })
      const batch = this.take()
      if (batch) await inTransaction(this.options.db, (client) => storeScores(client, lease, batch))
      this.market = await this.marketAt(to)
    })
  }

  /** What has to be stored with the columns; null where nothing was scored since the last time. */
  take(): ScoreBatch | null {
    if (!this.advanced || this.scorer === null || this.scoredTo === null) return null
    const batch = {
      modelVersion: this.options.build.modelVersion,
      scoredTo: this.scoredTo,
      waiting: this.waiting,
      state: this.scorer.checkpoint(),
      outcomes: this.outcomes,
    }
    this.outcomes = []
    this.advanced = false
    return batch
  }

  /**
   * Stores what was taken, in the transaction of its columns. What the database refuses is undone and told, and the columns are written
   * without it. @throws FaultlineError lease_lost
   */
  async store(client: Transaction, lease: Lease, batch: ScoreBatch): Promise<void> {
    await client.query('savepoint score')
    try {
      await storeScores(client, lease, batch)
      await client.query('release savepoint score')
    } catch (error) {
      // A connection that is gone refuses this too, and the columns with it.
      await client.query('rollback to savepoint score; release savepoint score')
      await this.told(() => Promise.reject(error))
    }
  }

  /** What was scored may not be stored: the next quarter begins with what is. */
  forget(): void {
    this.scorer = null
    this.outcomes = []
    this.advanced = false
    this.recent = []
    this.recentFrom = null
    this.market = null
  }

  private async told(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.forget()
      if (error instanceof FaultlineError && error.code === 'lease_lost') throw error
      this.options.log(`${this.options.instrument.key}: its map could not be scored: ${messageOf(error)}`)
    }
  }

  /** Scores up to `to`, the end of a quarter, and freezes the map that `last` describes. */
  private async advance(to: number, last: { column: Column | null; readings: FrozenReadings; live: boolean }): Promise<void> {
    const { db, instrument, build } = this.options
    const { bucketMs } = build
    const scorer = await this.opened()
    // A stretch that nobody followed is left out: what waited for it comes to nothing.
    const from = Math.max(this.scoredTo ?? 0, to - WARM_UP_MS)
    if (from >= to) return
    const inputs = await this.inputsOf(from, to)
    const quarters = Array.from({ length: (to - from) / FREEZE_MS - 1 }, (_, i) => from + (i + 1) * FREEZE_MS - bucketMs)
    const columns = new Map((await columnsAt(db, build, quarters)).map((column) => [column.bucketStart, column]))
    if (last.column) columns.set(to - bucketMs, last.column)
    const listened = await listenedShares(db, { instrumentId: instrument.id, from, to, bucketMs })
    for (const input of inputs) {
      const { bucketStart } = input
      const end = bucketStart + bucketMs
      const column = columns.get(bucketStart)
      const map = column ? mapOf(column, input.close) : null
      const isLast = end === to
      // A print that came late lies in the bucket after it became known: a map that was frozen in between has seen its price swept.
      const liquidations = input.liquidations?.filter((print) => print.time >= floorTo(bucketStart, FREEZE_MS)) ?? []
      const ripe = scorer.step({ ...input, liquidations, listened: listened(bucketStart) }, map, isLast ? last.readings : {})
      this.settle(end, ripe)
      if (map) for (const horizonMs of HORIZONS_MS) this.waiting.push({ frozenAt: end, horizonMs, live: isLast && last.live })
    }
    this.scoredTo = to
    this.advanced = true
  }

  private async inputsOf(from: number, to: number): Promise<BucketInput[]> {
    const { db, instrument, build } = this.options
    if (this.recentFrom !== null && this.recentFrom <= from) return this.recent.filter(({ bucketStart }) => bucketStart >= from)
    const inputs: BucketInput[] = []
    const stretch = { instrumentId: instrument.id, bucketMs: build.bucketMs, from, to, resumeFrom: from }
    for await (const some of storedInputs(db.pool, stretch)) inputs.push(...some)
    return inputs
  }

  private async marketAt(to: number): Promise<MarketContext> {
    const { db, instrument, build } = this.options
    const market = new MarketContext(build.bucketMs)
    const day = { instrumentId: instrument.id, bucketMs: build.bucketMs, from: to - MARKET_MS, to }
    for await (const inputs of storedInputs(db.pool, day)) for (const input of inputs) market.step(input)
    return market
  }

  /** The scorer as it was stored; one without a past where nothing of this model is stored. */
  private async opened(): Promise<PrequentialScorer> {
    if (this.scorer) return this.scorer
    const { db, instrument, build, log } = this.options
    const config = { bucketMs: build.bucketMs, tiers: tiersOf(instrument) }
    const stored = await readScoreState(db, instrument.id)
    const own = stored?.modelVersion === build.modelVersion ? stored : null
    this.scoredTo = own?.scoredTo ?? null
    this.waiting = [...(own?.waiting ?? [])]
    try {
      this.scorer = own ? PrequentialScorer.resume(config, own.state) : new PrequentialScorer(config)
    } catch (error) {
      if (!(error instanceof FaultlineError && error.code === 'bad_input')) throw error
      log(`${instrument.key}: its score goes on without its past, up to ${isoTime(own?.scoredTo ?? 0)}: ${error.message}`)
      this.scorer = new PrequentialScorer(config)
    }
    return this.scorer
  }

  /** Outcomes of all maps whose horizon has passed at `end`. Of those that cannot be judged it is kept that they were live. */
  private settle(end: number, ripe: readonly Outcome[]): void {
    const due = this.waiting.filter(({ frozenAt, horizonMs }) => frozenAt + horizonMs <= end)
    if (due.length === 0) return
    this.waiting = this.waiting.filter((map) => !due.includes(map))
    for (const map of due) {
      const outcome = ripe.find(({ frozenAt, horizonMs }) => frozenAt === map.frozenAt && horizonMs === map.horizonMs)
      if (outcome) this.outcomes.push({ ...map, covered: true, ...scoreOf(outcome) })
      else if (map.live) this.outcomes.push({ ...map, covered: false, ...NOTHING })
    }
  }
}

const readingsOf = (map: HeatMap, draws: readonly WeightedMap[], context: MarketContext): FrozenReadings =>
  frozenReadings({ map: nearMap(map), draws: draws.map((draw) => ({ ...draw, map: nearMap(draw.map) })), context })

type Score = Omit<ScoreOutcome, keyof WaitingMap | 'covered'>

const NOTHING: Score = { events: 0, unplaced: 0, usd: 0, predictedUsd: 0, gains: {}, forecasts: [] }

function scoreOf({ events, unplaced, usd, predictedUsd, gain, brier }: Outcome): Score {
  const gains = Object.fromEntries(Object.entries(gain).flatMap(([name, over]) => (over ? [[name, over.sum]] : [])))
  return { events, unplaced, usd, predictedUsd, gains, forecasts: brier }
}
