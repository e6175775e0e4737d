import { cumulative } from '@faultline/ui/cumulative-profile'
import type { MapBars, MapProfile } from '@faultline/ui/map/profile'
import { readBar } from '@faultline/ui/map/reading'
import { csvLine } from '../../export/prepare/csv.ts'

const HEAD = ['price_low', 'price_high', 'distance', 'side', 'usd_estimated', 'usd_p10', 'usd_p90', 'usd_cumulative', 'simulated']
/** Beyond this nothing is known, and rounding would pretend otherwise. */
const DIGITS = 6

/** The bars that are shown and hold something, lowest price first; distances are signed ratios, what is not known is empty. */
export function mapCsv(profile: MapProfile, bars: MapBars, simulated: boolean): string {
  const running = { long: cumulative(profile.long, 'long', profile.price), short: cumulative(profile.short, 'short', profile.price) }
  const cut = (value: number | undefined) => (value === undefined ? '' : Number(value.toPrecision(DIGITS)))
  let out = csvLine(HEAD)
  for (let bar = 0; bar < bars.count; bar++) {
    const { low, high, distance, sides } = readBar(profile, bars, running, bar)
    for (const { side, usd, interval, running: sum } of sides)
      if (usd > 0)
        out += csvLine([
          Number(low.toPrecision(10)),
          Number(high.toPrecision(10)),
          cut(distance),
          side,
          cut(usd),
          cut(interval?.low),
          cut(interval?.high),
          cut(sum),
          simulated,
        ])
  }
  return out
}
