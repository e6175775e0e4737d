import { ratioWithInterval } from '@faultline/engine/score/statistics'
import { DAY_MS } from '@faultline/market/units'
import { type AccuracyGroup, type DayGain, LEAST_EVENTS, type MarketAccuracy, type ReliabilityBin, type WorstDay } from './accuracy.ts'

/** Forecasts of one market, day, threshold and tenth of probability, summed. */
export interface Cell {
  day: number
  id: string
  tenth: number
  count: number
  said: number
  happened: number
  error: number
}

const WEEK_DAYS = 7

/** What is shown of all real, or of all simulated markets. `cells`: of each market by itself. */
export function groupOf(simulated: boolean, markets: readonly MarketAccuracy[], cells: readonly (readonly Cell[])[]): AccuracyGroup {
  const counted = markets.filter((market) => market.outcomes > 0)
  const all = cells.flat()
  return {
    simulated,
    markets: counted.toSorted((a, b) => gainOf(b) - gainOf(a) || (a.key < b.key ? -1 : 1)),
    waiting: markets.length - counted.length,
    throughTime: throughTime(counted),
    reliability: reliabilityOf(all),
    forecasts: all.reduce((sum, cell) => sum + cell.count, 0),
    brierSkill: brierSkillOf(cells),
    worstDay: worstDayOf(counted),
  }
}

const gainOf = (market: MarketAccuracy): number => market.gains.distanceOnly?.perEvent ?? Number.NEGATIVE_INFINITY

/** The middle of the markets that can be judged; null while there is none. */
export function medianGain(markets: readonly MarketAccuracy[]): number | null {
  const values = markets.flatMap(({ moreDays, gains }) => (moreDays === 0 && gains.distanceOnly ? [gains.distanceOnly.perEvent] : []))
  values.sort((a, b) => a - b)
  const middle = values.length >> 1
  if (values.length === 0) return null
  return values.length % 2 ? (values[middle] as number) : ((values[middle - 1] as number) + (values[middle] as number)) / 2
}

/** The one with the least gain over distance alone: of those that can be judged if there are any, else of all. */
export function worstMarket(markets: readonly MarketAccuracy[]): MarketAccuracy | null {
  const known = markets.filter((market) => market.gains.distanceOnly !== null)
  const judged = known.filter((market) => market.moreDays === 0)
  return (judged.length > 0 ? judged : known).reduce<MarketAccuracy | null>(
    (worst, market) => (worst === null || gainOf(market) < gainOf(worst) ? market : worst),
    null,
  )
}

function throughTime(markets: readonly MarketAccuracy[]): DayGain[] {
  const days = new Map<number, { time: number; sum: number; count: number }>()
  for (const { daily } of markets)
    for (const { day, gains } of daily) {
      if (!gains.distanceOnly) continue
      const sum = days.get(day) ?? { time: day, sum: 0, count: 0 }
      sum.sum += gains.distanceOnly.nats
      sum.count += gains.distanceOnly.events
      days.set(day, sum)
    }
  const sums = [...days.values()].filter(({ count }) => count > 0).sort((a, b) => a.time - b.time)
  return sums.flatMap(({ time, sum, count }) => {
    const week = ratioWithInterval(sums.filter((other) => other.time <= time && other.time > time - WEEK_DAYS * DAY_MS))
    if (!week) return []
    const { low = null, high = null } = week.interval ?? {}
    return [{ day: time, events: count, perEvent: sum / count, week: week.value, low, high }]
  })
}

function reliabilityOf(cells: readonly Cell[]): ReliabilityBin[] {
  return Array.from({ length: 10 }, (_, tenth) => cells.filter((cell) => cell.tenth === tenth)).flatMap((within, tenth) => {
    // Days of all markets are one block: what moves one of them moves the others.
    const came = ratioWithInterval(within.map(({ day, happened, count }) => ({ time: day, sum: happened, count })))
    if (!came) return []
    const count = within.reduce((sum, cell) => sum + cell.count, 0)
    const said = within.reduce((sum, cell) => sum + cell.said, 0) / count
    const { low = null, high = null } = came.interval ?? {}
    return [{ from: tenth / 10, to: (tenth + 1) / 10, count, said, came: came.value, low, high }]
  })
}

/** Over each market's and threshold's own frequency: that these differ is no skill. */
function brierSkillOf(markets: readonly (readonly Cell[])[]): AccuracyGroup['brierSkill'] {
  const terms = markets.flatMap((cells) => {
    const frequencies = frequencyOf(cells)
    return cells.map(({ day, id, error, count }) => {
      const frequency = frequencies.get(id) as number
      return { time: day, sum: error, count: frequency * (1 - frequency) * count }
    })
  })
  // The frequencies stay what they were over all days while days are drawn.
  const ratio = ratioWithInterval(terms)
  if (!ratio) return null
  return { value: 1 - ratio.value, low: ratio.interval && 1 - ratio.interval.high, high: ratio.interval && 1 - ratio.interval.low }
}

/** By threshold, how often it was passed. */
function frequencyOf(cells: readonly Cell[]): Map<string, number> {
  const sums = new Map<string, { happened: number; count: number }>()
  for (const { id, happened, count } of cells) {
    const sum = sums.get(id) ?? { happened: 0, count: 0 }
    sums.set(id, { happened: sum.happened + happened, count: sum.count + count })
  }
  return new Map([...sums].map(([id, { happened, count }]) => [id, happened / count]))
}

/** The Brier score of one market's forecasts, all thresholds, and its skill over each threshold's own frequency; null without any. */
export function forecastsOf(cells: readonly Cell[]): MarketAccuracy['forecasts'] {
  const count = cells.reduce((sum, cell) => sum + cell.count, 0)
  if (count === 0) return null
  const error = cells.reduce((sum, cell) => sum + cell.error, 0)
  const frequencies = frequencyOf(cells)
  const reference = cells.reduce((sum, cell) => {
    const frequency = frequencies.get(cell.id) as number
    return sum + frequency * (1 - frequency) * cell.count
  }, 0)
  return { count, brier: error / count, brierSkill: reference > 0 ? 1 - error / reference : null }
}

function worstDayOf(markets: readonly MarketAccuracy[]): WorstDay | null {
  let worst: WorstDay | null = null
  for (const { key, daily } of markets)
    for (const { day, events, usd, gains } of daily) {
      const { distanceOnly, stale } = gains
      if (!distanceOnly || distanceOnly.events < LEAST_EVENTS) continue
      const overDistance = distanceOnly.nats / distanceOnly.events
      if (worst && worst.overDistance <= overDistance) continue
      worst = { key, day, events, usd, overDistance, overStale: stale && stale.events > 0 ? stale.nats / stale.events : null }
    }
  return worst
}
