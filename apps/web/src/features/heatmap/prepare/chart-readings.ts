import type { CurrentReadings, HistoryReadings } from '../../readings/server/schema.ts'
import type { ChartReadings } from './chart-data.ts'

/** Clusters worth a label; the chart shows those that do not overlap. */
const MOST_LABELS = 12

/** What is drawn on the chart of what was read off the map. In a replay nothing that was read later than `at`. */
export function chartReadings(readings: CurrentReadings | null, history: HistoryReadings | null, at: number | null): ChartReadings {
  const known = ({ time }: { time: number }) => at === null || time <= at
  return {
    clusters: (readings?.clusters ?? [])
      .toSorted((a, b) => b.usd - a.usd)
      .slice(0, MOST_LABELS)
      .map(({ side, peakPrice, usd, distance }) => ({ side, price: peakPrice, usd, distance })),
    breakouts: (history?.breakouts ?? []).filter(known),
    risk: history?.risk.filter(([time]) => at === null || time <= at) ?? [],
    ...(at === null ? {} : { moment: at }),
  }
}
