import type { Database } from '@faultline/db/database'
import { columnsAt } from '@faultline/db/repositories/columns'
import { inputMembers } from '@faultline/db/repositories/market-inputs'
import { type BreakoutState, NO_ZONES, stepBreakouts } from '@faultline/engine/readings/breakouts'
import { marketInputs } from '@faultline/engine/readings/market-inputs'
import { FaultlineError } from '@faultline/market/errors'
import { DAY_MS, HOUR_MS } from '@faultline/market/units'
import { LRUCache } from 'lru-cache'
import { Lanes } from '../../../server/lanes.ts'
import { readCandles } from '../../heatmap/server/read-series.ts'
import { servedBuild } from '../../heatmap/server/served-build.ts'
import { countFates, type EarlierCluster, fateOf, seenClusters } from '../prepare/earlier-clusters.ts'
import { type Figure, figureOf } from '../prepare/figure.ts'
import { largestMoves } from '../prepare/moves.ts'
import { round } from '../prepare/round.ts'
import { chooseSamples, type Samples } from '../prepare/samples.ts'
import { breather } from './breather.ts'
import { KnownMarket } from './history-series.ts'
import { forcedOf, liquidityByHour, notedBreakouts } from './market-past.ts'
import { type FilledBuild, mapOf } from './moment.ts'
import type { HistoryReadings } from './schema.ts'

export const MOST_HISTORY_MS = 400 * DAY_MS
/** Some 4 kB each: twenty pages' worth. */
const MOST_FIGURES = 8_000
const MOST_ANSWERS = 64
/** Stretches of a year cost a second or two, and everybody may ask for any. */
const AT_ONCE = 2
const MOST_WAITING = 64
/** One column in so many is looked at for clusters. */
const CLUSTERS_EVERY = 8
/** η, as in the risk index and in what is noted live */
const PASS_THROUGH = 0.7
const MOVES = 5
/** Moves are looked for within this share of the stretch, an hour at least. */
const MOVE_SHARE = 24
/** Columns that are read at a time. */
const CHUNK = 40
/** So many clusters at most travel, the last ones. */
const MOST_EARLIER = 300

type Bars = Awaited<ReturnType<typeof readCandles>>['rows']

/**
 * What is read off columns of the past. Each column's figures are computed once and kept by (build, bucket); a page that is live computes
 * only the newest. The work is done in slices, so that others are answered meanwhile, and for two stretches at a time.
 */
export class HistoryStore {
  private readonly db: Database
  private readonly figures = new LRUCache<string, Figure>({ max: MOST_FIGURES })
  private readonly answers = new LRUCache<string, Promise<HistoryReadings>>({ max: MOST_ANSWERS })
  private readonly lanes = new Lanes(AT_ONCE, MOST_WAITING)

  constructor(db: Database) {
    this.db = db
  }

  /**
   * Over the columns that closed in (from, to], UTC ms. @throws FaultlineError bad_input for a stretch that is none or longer than 400 days;
   * not_found when there is no such instrument or it has no column
   */
  async read(instrumentKey: string, from: number, to: number): Promise<HistoryReadings> {
    if (!(to > from)) throw new FaultlineError('bad_input', 'The end of the stretch has to lie after its beginning.')
    if (to - from > MOST_HISTORY_MS)
      throw new FaultlineError('bad_input', 'At most 400 days of history can be read at once. Choose a shorter stretch.')
    const { instrument, build } = await servedBuild(this.db, instrumentKey)
    const samples = chooseSamples(from, to, build.bucketMs)
    const [first, last] = [build.firstBucket + build.bucketMs, build.lastBucket + build.bucketMs]
    const ends = samples.ends.filter((end) => end >= first && end <= last)
    const key = `${build.id} ${samples.stepMs} ${samples.barMs} ${ends[0]} ${ends.at(-1)}`
    const known = this.answers.get(key)
    if (known) return known
    const made = this.lanes.run(() => this.compute(instrument, build, { ...samples, ends }))
    this.answers.set(key, made)
    made.catch(() => {
      if (this.answers.peek(key) === made) this.answers.delete(key)
    })
    return made
  }

  private async compute(instrument: { id: number; venue: FilledVenue }, build: FilledBuild, samples: Samples): Promise<HistoryReadings> {
    const { ends, stepMs, barMs } = samples
    const [first, last] = [ends[0], ends.at(-1)]
    if (first === undefined || last === undefined) return nothing(stepMs)
    const members = (await inputMembers(this.db, [{ ...instrument, bucketMs: build.bucketMs }])).get(instrument.id) ?? []
    const [reference] = members
    const begin = first - stepMs
    const bars: Bars = reference
      ? (
          await readCandles(this.db, {
            instrumentId: reference.id,
            from: begin,
            to: last,
            sourceMs: reference.intervalMs,
            intervalMs: Math.max(barMs, reference.intervalMs),
          })
        ).rows
      : []
    const figures = await this.figuresOf(build, members, samples)
    const span = { from: begin, to: last }
    const [noted, liquidity, moves] = await Promise.all([
      notedBreakouts(this.db, instrument.id, span),
      liquidityByHour(this.db, members, span),
      this.movesOf(members, bars, reference ? Math.max(barMs, reference.intervalMs) : barMs, span),
    ])
    const stepped = await breakoutsOf(figures, bars)
    const earlier = await earlierOf(figures, bars)
    const now = figures.findLast(({ clusters }) => clusters !== null)?.clusters ?? []
    return {
      ...span,
      stepMs,
      risk: figures.flatMap(({ near, risk }): HistoryReadings['risk'] => (risk === null ? [] : [[near.time, risk]])),
      breakouts: [...stepped.filter(({ time }) => noted.since === null || time < noted.since), ...noted.breakouts],
      fates: countFates(earlier, now),
      earlier: earlier.slice(-MOST_EARLIER).map((cluster) => ({ ...cluster, usd: round(cluster.usd) })),
      moves,
      liquidity,
    }
  }

  /** Of the columns that are there, in order of time. */
  private async figuresOf(build: FilledBuild, members: Members, samples: Samples): Promise<Figure[]> {
    const { ends, stepMs, barMs } = samples
    const withClusters = (end: number) => end % (CLUSTERS_EVERY * stepMs) === 0 || end === ends.at(-1)
    const key = (end: number) => `${build.id} ${end} ${barMs}`
    const lacking = (end: number) => {
      const known = this.figures.get(key(end))
      return !known || (known.clusters === null && withClusters(end))
    }
    const missing = ends.filter(lacking)
    const made = new Map<number, Figure>()
    if (missing.length > 0) {
      const market = await KnownMarket.read(this.db, members, samples, missing)
      const breathe = breather()
      for (let i = 0; i < missing.length; i += CHUNK) {
        const chunk = missing.slice(i, i + CHUNK)
        const columns = await columnsAt(
          this.db,
          build,
          chunk.map((end) => end - build.bucketMs),
        )
        for (const column of columns) {
          const end = column.bucketStart + column.bucketMs
          const inputs = marketInputs(market.at(end))
          const figure = figureOf(mapOf(column, inputs.price), inputs, withClusters(end))
          made.set(end, figure)
          this.figures.set(key(end), figure)
          await breathe()
        }
      }
    }
    return ends.flatMap((end) => made.get(end) ?? this.figures.get(key(end)) ?? [])
  }

  private async movesOf(
    members: Members,
    bars: Bars,
    barMs: number,
    { from, to }: { from: number; to: number },
  ): Promise<HistoryReadings['moves']> {
    const maxMs = Math.max(HOUR_MS, (to - from) / MOVE_SHARE)
    // No finer than an hour-hand of the window: the largest moves are the same, and there are a few hundred bars.
    const { bars: coarse, barMs: coarseMs } = coarser(bars, barMs, maxMs / 16)
    const moves = largestMoves(coarse, { barMs: coarseMs, maxMs, count: MOVES })
    return Promise.all(moves.map(async (move) => ({ ...move, change: round(move.change), forced: await forcedOf(this.db, members, move) })))
  }
}

type Members = Awaited<ReturnType<typeof inputMembers>> extends Map<number, infer M> ? M : never
type FilledVenue = Parameters<typeof inputMembers>[1][number]['venue']

const nothing = (stepMs: number): HistoryReadings => ({
  from: 0,
  to: 0,
  stepMs,
  risk: [],
  breakouts: [],
  fates: { turned: 0, ranThrough: 0, missed: 0, within: 0 },
  earlier: [],
  moves: [],
  liquidity: [],
})

/** Bars put together to at least `leastMs`. */
function coarser(bars: Bars, barMs: number, leastMs: number): { bars: Bars; barMs: number } {
  const each = Math.max(1, Math.floor(leastMs / barMs))
  const length = each * barMs
  const out: Bars = []
  for (const [time, open, high, low, close, volume] of bars) {
    const start = Math.floor(time / length) * length
    const last = out.at(-1)
    if (last?.[0] === start) {
      last[2] = Math.max(last[2], high)
      last[3] = Math.min(last[3], low)
      last[4] = close
      last[5] += volume
    } else out.push([start, open, high, low, close, volume])
  }
  return { bars: out, barMs: length }
}

async function breakoutsOf(figures: readonly Figure[], bars: Bars): Promise<HistoryReadings['breakouts']> {
  const breathe = breather()
  const found: HistoryReadings['breakouts'] = []
  let state: BreakoutState = NO_ZONES
  let next = 0
  for (const { near, depth } of figures) {
    let [low, high] = [near.price, near.price]
    for (let bar = bars[next]; bar && bar[0] < near.time; bar = bars[++next]) [low, high] = [Math.min(low, bar[3]), Math.max(high, bar[2])]
    if (depth === null) continue
    const stepped = stepBreakouts(state, { map: near, low, high, depth, passThrough: PASS_THROUGH })
    state = stepped.state
    for (const { time, zone } of stepped.breakouts)
      found.push({ time, side: zone.side, lowPrice: zone.lowPrice, highPrice: zone.highPrice, usd: round(zone.usd) })
    await breathe()
  }
  return found
}

async function earlierOf(figures: readonly Figure[], bars: Bars): Promise<EarlierCluster[]> {
  const breathe = breather()
  const path = bars.map(([time, , high, low, close]) => ({ time, high, low, close }))
  const maps = figures.flatMap(({ near, clusters }) => (clusters === null ? [] : [{ time: near.time, clusters }]))
  const earlier: EarlierCluster[] = []
  for (const cluster of seenClusters(maps)) {
    earlier.push({ ...cluster, fate: fateOf(cluster, path) })
    await breathe()
  }
  return earlier
}
