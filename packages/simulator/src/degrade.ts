/** What a feed loses between the market and whoever listens. The market itself, and its truth, stay as they are. */
import { FaultlineError } from '@faultline/market/errors'
import { RATIO_KINDS } from '@faultline/market/event'
import { type CandleTable, type LongShortRatioTable, type OpenInterestTable, selectRows } from '@faultline/market/event-table'
import { MINUTE_MS } from '@faultline/market/units'
import type { ForcedOrder } from './exchange.ts'
import { throttledPrints } from './liquidation-feed.ts'
import { METRICS_MS } from './metrics.ts'
import { Random } from './random.ts'

export interface Degradation {
  /** share of the published liquidations that is lost at random, 0 to 1 */
  readonly hidePrints: number
  /** the venue has no feed of liquidations */
  readonly noPrints: boolean
  /** nobody says who was the taker */
  readonly noTaker: boolean
  readonly noRatios: boolean
  /** open interest is this old when it is published, ms; a multiple of five minutes */
  readonly oiLagMs: number
  /** share of candles, and of the rows of open interest and ratios, that are missing, in stretches of half an hour; 0 to below 1 */
  readonly gaps: number
}

/** What is public of a market. */
export interface PublicFeed {
  readonly candles: CandleTable
  /** USD bought by takers, per candle; NaN where nobody says */
  readonly takerBuyQuote: readonly number[]
  readonly openInterest: OpenInterestTable
  readonly ratios: LongShortRatioTable
  /** liquidations that were published; null where the venue has no such feed */
  readonly prints: readonly ForcedOrder[] | null
}

const NOTHING: Degradation = { hidePrints: 0, noPrints: false, noTaker: false, noRatios: false, oiLagMs: 0, gaps: 0 }
const MEAN_GAP_MS = 30 * MINUTE_MS

/** @throws FaultlineError bad_input naming what cannot be */
export function degradation(asked: Partial<Degradation>): Degradation {
  const settled = { ...NOTHING, ...asked }
  const { hidePrints, oiLagMs, gaps } = settled
  const refuse = (field: string, message: string): never => {
    throw new FaultlineError('bad_input', message, { place: { field } })
  }
  if (!(hidePrints >= 0 && hidePrints <= 1)) refuse('hidePrints', `a share from 0 to 1 is needed, not ${hidePrints}`)
  if (!(gaps >= 0 && gaps <= 0.9)) refuse('gaps', `a share from 0 to 0.9 is needed, not ${gaps}`)
  if (!(oiLagMs >= 0 && oiLagMs % METRICS_MS === 0)) refuse('oiLagMs', 'the lag of open interest must be a multiple of five minutes')
  return settled
}

/** Whether anything is lost at all. */
export const isDegraded = (d: Degradation): boolean => Object.values(d).some(Boolean)

/** The feed as it arrives. The same seed loses the same rows. `whole.prints` are all liquidations there were. */
export function degradedFeed(whole: PublicFeed & { prints: readonly ForcedOrder[] }, d: Degradation, seed: number): PublicFeed {
  const candleRows = rowsLeft(whole.candles.columns.openTime, d.gaps, new Random(seed, 'candle gaps'))
  const candles = candleRows ? selectRows(whole.candles, candleRows) : whole.candles
  const bought = candleRows ? candleRows.map((row) => whole.takerBuyQuote[row] as number) : whole.takerBuyQuote
  // Open interest and ratios are one row of one answer: they are missing together.
  const metricsRows = rowsLeft(whole.openInterest.columns.time, d.gaps, new Random(seed, 'metrics gaps'))
  const times = metricsRows && new Set(metricsRows.map((row) => whole.openInterest.columns.time[row] as number))
  return {
    candles: d.noTaker ? { ...candles, columns: { ...candles.columns, takerBuyVolume: nothing(candles.length) } } : candles,
    takerBuyQuote: d.noTaker ? bought.map(() => Number.NaN) : bought,
    openInterest: late(metricsRows ? selectRows(whole.openInterest, metricsRows) : whole.openInterest, whole.openInterest, d.oiLagMs),
    ratios: ratiosLeft(whole.ratios, d, times),
    prints: d.noPrints ? null : thinned(whole.prints, d.hidePrints, seed),
  }
}

const nothing = (length: number): Float64Array => new Float64Array(length).fill(Number.NaN)

function thinned(orders: readonly ForcedOrder[], hidden: number, seed: number): ForcedOrder[] {
  const prints = throttledPrints(orders)
  if (hidden === 0) return prints
  const random = new Random(seed, 'hidden prints')
  return prints.filter(() => !random.chance(hidden))
}

/** Rows outside the gaps; null where there are none. Gaps and the stretches between them have exponential lengths. */
function rowsLeft(times: Float64Array, gaps: number, random: Random): number[] | null {
  if (gaps === 0) return null
  const meanBetween = (MEAN_GAP_MS * (1 - gaps)) / gaps
  const rows: number[] = []
  let open = true
  let until = (times[0] ?? 0) + meanBetween * random.exponential()
  times.forEach((time, row) => {
    while (time >= until) {
      open = !open
      until += (open ? meanBetween : MEAN_GAP_MS) * random.exponential()
    }
    if (open) rows.push(row)
  })
  return rows
}

/** Each row with the figures of `lag` before; rows from before there were any are left out. */
function late(rows: OpenInterestTable, all: OpenInterestTable, lag: number): OpenInterestTable {
  if (lag === 0) return rows
  const by = new Map(Array.from(all.columns.time, (time, row) => [time, row]))
  const kept = Array.from(rows.columns.time.keys()).filter((row) => by.has((rows.columns.time[row] as number) - lag))
  const then = kept.map((row) => by.get((rows.columns.time[row] as number) - lag) as number)
  return { ...selectRows(all, then), columns: { ...selectRows(all, then).columns, time: selectRows(rows, kept).columns.time } }
}

function ratiosLeft(ratios: LongShortRatioTable, d: Degradation, times: Set<number> | null): LongShortRatioTable {
  if (!(d.noRatios || d.noTaker || times)) return ratios
  const takers = RATIO_KINDS.indexOf('takerVolume')
  const { time, kind } = ratios.columns
  const left = Array.from(time.keys()).filter(
    (row) => !(d.noRatios || (d.noTaker && kind[row] === takers)) && (times === null || times.has(time[row] as number)),
  )
  return selectRows(ratios, left)
}
