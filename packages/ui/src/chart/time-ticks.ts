import { type TimeZone, timeOfParts, timeParts } from '../format.ts'

const MINUTE = 60_000
const DAY = 86_400_000
const MINUTE_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720]
const DAY_STEPS = [1, 2, 4, 7, 14]
const MONTH_STEPS = [1, 2, 3, 6, 12, 24, 60]

/**
 * Times to label between `from` and `to` (UTC ms), at most about `count`: round clock times, days or months of the zone. Ascending; over a
 * change of the clocks they stay at the hours that clocks show.
 */
export function timeTicks(from: number, to: number, count: number, zone: TimeZone): number[] {
  const least = (to - from) / Math.max(1, count)
  if (!(least > 0)) return []
  const minutes = MINUTE_STEPS.find((step) => step * MINUTE >= least)
  const days = DAY_STEPS.find((step) => step * DAY >= least)
  const all = minutes ? clockTicks(from, to, minutes, zone) : days ? dayTicks(from, to, days, zone) : monthTicks(from, to, least, zone)
  return all.filter((time, i) => time >= from && time <= to && time !== all[i - 1])
}

function clockTicks(from: number, to: number, step: number, zone: TimeZone): number[] {
  const { year, month, day, hour, minute } = timeParts(from, zone)
  const first = Math.floor((hour * 60 + minute) / step) * step
  const out: number[] = []
  // Two more than fit, for the hours that a change of the clocks takes out or puts in.
  const most = (to - from) / (step * MINUTE) + 2 + 120 / step
  for (let k = 0; k <= most; k++) out.push(timeOfParts(zone, year, month, day, first + k * step))
  return out
}

function dayTicks(from: number, to: number, step: number, zone: TimeZone): number[] {
  const { year, month, day } = timeParts(from, zone)
  // Counted from one origin, so that panning does not move the labels to other days.
  const number = Math.floor(Date.UTC(year, month, day) / DAY)
  const out: number[] = []
  for (let k = -(number % step); k <= (to - from) / DAY + step; k += step) out.push(timeOfParts(zone, year, month, day + k))
  return out
}

function monthTicks(from: number, to: number, least: number, zone: TimeZone): number[] {
  const month = 30.4 * DAY
  const step = MONTH_STEPS.find((n) => n * month >= least) ?? 120
  const p = timeParts(from, zone)
  const start = Math.floor((p.year * 12 + p.month) / step) * step
  const out: number[] = []
  for (let k = 0; k <= (to - from) / month + 2 * step; k += step)
    out.push(timeOfParts(zone, Math.floor((start + k) / 12), (start + k) % 12, 1))
  return out
}
