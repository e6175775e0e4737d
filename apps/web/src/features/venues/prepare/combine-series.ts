/** Series of several markets as one: pure. Rows as in views; members in the order in which their prices are preferred. */
import { HOUR_MS } from '@faultline/market/units'

type Candle = [openTime: number, open: number, high: number, low: number, close: number, volume: number]
type Interest = [time: number, base: number, usd: number | null]
type Funding = [time: number, rate: number, hours: number | null]

/** Open interest that is older than this is not known to be so any more. */
export const INTEREST_FRESH_MS = 15 * 60_000
/** A settlement counts until the next one of any interval that venues have. */
export const FUNDING_FRESH_MS = 24 * HOUR_MS
/** What funding rates are compared in. */
const COMMON_HOURS = 8

/** Prices of the first member that has the bar, volumes of all that have it. */
export function combineCandles(members: readonly (readonly Candle[])[]): Candle[] {
  const bars = new Map<number, Candle>()
  for (const rows of members)
    for (const [time, open, high, low, close, volume] of rows) {
      const bar = bars.get(time)
      if (bar) bar[5] += volume
      else bars.set(time, [time, open, high, low, close, volume])
    }
  return [...bars.values()].sort((a, b) => a[0] - b[0])
}

/** What takers bought in each bar of the sum: of all members that have the bar, null where one of them does not know. */
export function combineTakers(
  bars: readonly Candle[],
  members: readonly { candles: readonly Candle[]; takerBuy: readonly (number | null)[] }[],
): (number | null)[] {
  const sums = new Map<number, number | null>()
  for (const { candles, takerBuy } of members)
    candles.forEach(([time], i) => {
      const before = sums.get(time)
      const now = takerBuy[i] ?? null
      sums.set(time, before === null || now === null ? null : (before ?? 0) + now)
    })
  return bars.map(([time]) => sums.get(time) ?? null)
}

/** The newest row whose time is at most `time` and more than `freshMs` before it or less; moves only forwards. */
class Pointer<R extends readonly [number, ...unknown[]]> {
  private readonly rows: readonly R[]
  private next = 0

  constructor(rows: readonly R[]) {
    this.rows = rows
  }

  at(time: number, freshMs: number): R | null {
    while (this.next < this.rows.length && (this.rows[this.next] as R)[0] <= time) this.next++
    const row = this.rows[this.next - 1]
    return row && time - row[0] <= freshMs ? row : null
  }
}

/** Where a venue says coins only, they are worth what the price is then. */
const priceAt = (candles: readonly Candle[]) => {
  const pointer = new Pointer(candles)
  return (time: number): number | null => pointer.at(time, Number.POSITIVE_INFINITY)?.[4] ?? candles[0]?.[1] ?? null
}

/**
 * At each moment at which any member says something: the sum of what each said last, in coins and in USD. Who has said nothing for
 * too long is not in it. `stepMs`: rows of members stand this far apart at most.
 */
export function combineInterest(
  members: readonly (readonly Interest[])[],
  candles: readonly Candle[],
  stepMs: number,
  from: number,
): Interest[] {
  const freshMs = Math.max(INTEREST_FRESH_MS, stepMs)
  const pointers = members.map((rows) => new Pointer(rows))
  const price = priceAt(candles)
  // One row per step: members speak at moments of their own.
  const times = new Map<number, number>()
  for (const rows of members)
    for (const [time] of rows)
      if (time >= from) times.set(Math.floor(time / stepMs), Math.max(time, times.get(Math.floor(time / stepMs)) ?? 0))
  return [...times.values()]
    .sort((a, b) => a - b)
    .map((time): Interest => {
      const close = price(time)
      let [base, usd]: [number, number | null] = [0, 0]
      for (const pointer of pointers) {
        const row = pointer.at(time, freshMs)
        if (!row) continue
        base += row[1]
        const worth: number | null = row[2] ?? (close === null ? null : row[1] * close)
        usd = usd === null || worth === null ? null : usd + worth
      }
      return [time, base, usd]
    })
}

/** Per eight hours; null where the interval is not known. */
export const per8h = (rate: number, hours: number | null): number | null => (hours === null ? null : (rate * COMMON_HOURS) / hours)

/**
 * At each settlement of any member: the mean of what each settled last, per eight hours, weighted by open interest in coins. Who
 * has no open interest then, or no known interval, is not in it.
 */
export function combineFunding(
  members: readonly { funding: readonly Funding[]; openInterest: readonly Interest[] }[],
  stepMs: number,
  from: number,
): Funding[] {
  const pointers = members.map((m) => ({ funding: new Pointer(m.funding), interest: new Pointer(m.openInterest) }))
  const times = [...new Set(members.flatMap((m) => m.funding.map(([time]) => time)))].filter((time) => time >= from).sort((a, b) => a - b)
  return times.flatMap((time): Funding[] => {
    let [weight, sum] = [0, 0]
    for (const { funding, interest } of pointers) {
      const settled = funding.at(time, FUNDING_FRESH_MS)
      const open = interest.at(time, Math.max(INTEREST_FRESH_MS, stepMs))
      const rate = settled && per8h(settled[1], settled[2])
      if (rate === null || !open) continue
      weight += open[1]
      sum += rate * open[1]
    }
    return weight > 0 ? [[time, sum / weight, COMMON_HOURS]] : []
  })
}
