import { formatPercent, formatPriceRange, formatUsd } from '@faultline/ui/format'
import type { BarReading } from '@faultline/ui/map/reading'
import { messages } from '../../../messages.ts'

const text = messages.map

/** A bar in a sentence, for who does not see it. */
export function barWords(reading: BarReading | null): string {
  if (!reading) return text.noBar
  const sides = reading.sides.map(({ side, usd, interval, running }) =>
    text.barSide(
      text.sides[side],
      formatUsd(usd),
      interval && `${formatUsd(interval.low)} – ${formatUsd(interval.high)}`,
      formatUsd(running),
    ),
  )
  return text.bar(formatPriceRange(reading.low, reading.high), formatPercent(reading.distance, { sign: true }), sides.join('. '))
}
