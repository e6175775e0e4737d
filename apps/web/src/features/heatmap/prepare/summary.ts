/** Figures of a view for the chart's header and the provenance box: pure, in units, not yet in words. */
import type { HeatmapView } from '../server/schema.ts'

export interface MarketFigures {
  lastPrice: number | null
  /** last close over the close 24 h before, as a ratio; null when the picture does not reach back that far */
  change24h: number | null
  openInterestUsd: number | null
  fundingRate: number | null
  fundingHours: number | null
}

/** Does what is loaded reach the newest column? Only then are its last figures those of now. */
export const reachesNewest = ({ to, build }: Pick<HeatmapView, 'to' | 'build'>): boolean => to > build.lastBucket

type Series = Pick<HeatmapView, 'candles' | 'openInterest' | 'funding' | 'build'>

const DAY_MS = 86_400_000

export function marketFigures({ candles, openInterest, funding, build }: Series): MarketFigures {
  const lastPrice = candles.rows.at(-1)?.[4] ?? null
  const [, base, usd] = openInterest.at(-1) ?? [0, null, null]
  const [, rate, hours] = funding.at(-1) ?? [0, null, null]
  return {
    lastPrice,
    change24h: changeOver(candles, build.lastBucket + build.bucketMs - DAY_MS, lastPrice),
    // Binance's dump gives both; where the venue says coins only, they are worth the last price
    openInterestUsd: usd ?? (base !== null && lastPrice !== null ? base * lastPrice : null),
    fundingRate: rate,
    fundingHours: hours,
  }
}

/** Against the price at `time`: the open of the candle that begins there, or the close of one that ends there. */
function changeOver({ rows, intervalMs }: Series['candles'], time: number, last: number | null): number | null {
  if (last === null) return null
  const begins = rows.find(([open]) => open >= time)
  if (begins?.[0] === time) return last / begins[1] - 1
  const ends = rows.find(([open]) => open + intervalMs === time)
  if (ends) return last / ends[4] - 1
  // a candle longer than the rest of the day's grid: the one that spans the moment
  const spans = rows.find(([open]) => open < time && time < open + intervalMs)
  return spans ? last / spans[1] - 1 : null
}

export interface Provenance {
  model: string
  generation: number
  status: string
  columns: number
  /** buckets that the range has since the first bucket of the build */
  expected: number
  /** `warn` under 95 %, `err` under 80 % */
  coverageTone: 'ok' | 'warn' | 'err'
  openInterestCount: number
  openInterestLast: number | null
  fundingCount: number
  /** of a live feed: how much of the time its channels covered, by the gap ledger */
  channels: HeatmapView['channels']
  /** longest first */
  gaps: { channel: string; count: number; totalMs: number }[]
}

export function provenanceOf(view: HeatmapView): Provenance {
  const { build, from, to, coverage } = view
  // Before the first bucket there is nothing to miss: the range only reaches back further than the history.
  const before = Math.max(0, Math.round((build.firstBucket - from) / build.bucketMs))
  const expected = Math.max(coverage.columns, Math.min(coverage.expected, Math.round((to - from) / build.bucketMs)) - before)
  const share = expected > 0 ? coverage.columns / expected : 0
  const gaps = new Map<string, { channel: string; count: number; totalMs: number }>()
  for (const gap of view.gaps) {
    const known = gaps.get(gap.channel) ?? { channel: gap.channel, count: 0, totalMs: 0 }
    known.count++
    known.totalMs += gap.to - gap.from
    gaps.set(gap.channel, known)
  }
  return {
    model: build.modelVersion,
    generation: build.generation,
    status: build.status,
    columns: coverage.columns,
    expected,
    coverageTone: share < 0.8 ? 'err' : share < 0.95 ? 'warn' : 'ok',
    openInterestCount: view.openInterest.length,
    openInterestLast: view.openInterest.at(-1)?.[0] ?? null,
    fundingCount: view.funding.length,
    channels: view.channels,
    gaps: [...gaps.values()].sort((a, b) => b.totalMs - a.totalMs),
  }
}
