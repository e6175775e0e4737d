import { DAY_MS, HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { formatClock, formatDay, type TimeZone, timeParts } from '../format.ts'

const STEPS = [
  15 * MINUTE_MS,
  30 * MINUTE_MS,
  ...[1, 2, 3, 6, 12].map((h) => h * HOUR_MS),
  ...[1, 2, 4, 7, 14, 28, 56, 112].map((d) => d * DAY_MS),
]

export interface TimeTick {
  time: number
  label: string
  /** the beginning of a day */
  day: boolean
}

/** Times to label between two, whole hours or days of UTC, in at most `count` steps. */
export function timeTicks(from: number, to: number, count: number, zone: TimeZone = 'utc'): TimeTick[] {
  const step = STEPS.find((ms) => (to - from) / ms <= Math.max(1, count)) ?? (STEPS.at(-1) as number)
  const out: TimeTick[] = []
  for (let time = Math.ceil(from / step) * step; time <= to; time += step) {
    const { hour, minute } = timeParts(time, zone)
    const day = hour + minute === 0
    out.push({ time, day, label: day ? formatDay(time, zone) : formatClock(time, zone) })
  }
  return out
}
