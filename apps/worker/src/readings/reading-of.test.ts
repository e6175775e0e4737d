import { type MemberRows, marketInputs } from '@faultline/engine/readings/market-inputs'
import type { Column } from '@faultline/market/column'
import { binOf } from '@faultline/market/price-grid'
import { DAY_MS, MINUTE_MS } from '@faultline/market/units'
import { START } from '@faultline/testkit/factories'
import { expect, it } from 'vitest'
import { readingOf, sparklineOf } from './reading-of.ts'

const CENTRE = binOf(100)

/** Ten dollars in each bin for 8 % on either side, 100,000 more in each of five bins from 2.6 to 3 % below. */
function column(bucketStart: number): Column {
  const usd = new Float32Array(80).fill(10)
  const long = usd.slice()
  for (let i = 50; i < 55; i++) long[i] = 100_000
  return {
    bucketStart,
    bucketMs: MINUTE_MS,
    planes: { long: { firstBin: CENTRE - 80, usd: long }, short: { firstBin: CENTRE + 1, usd } },
  }
}

/** A day at 100 that ends with these closes, a bar each. */
function market(at: number, tail: readonly number[] = []): MemberRows {
  const count = 1_440
  const close = Float64Array.from({ length: count }, (_, i) => tail[i - count + tail.length] ?? (i % 2 ? 100 : 100.1))
  return {
    candles: {
      intervalMs: MINUTE_MS,
      openTime: Float64Array.from({ length: count }, (_, i) => at - (count - i) * MINUTE_MS),
      high: close,
      low: close,
      close,
      volume: new Float64Array(count).fill(50),
    },
    openInterest: [{ time: at, base: 1_000, usd: null }],
    openInterestDayAgo: { time: at - DAY_MS, base: 800, usd: null },
    funding: [{ time: at, rate: 0.0001, hours: 8 }],
    liquidations: { longUsd: 5, shortUsd: 6 },
    book: null,
  }
}
const fresh = { instrumentId: 1, buildId: 2, bucketMs: MINUTE_MS, readTo: null, breakoutState: null }
const AT = START + DAY_MS

it('reads clusters, asymmetry, risk and the market off the newest column', () => {
  const members = [market(AT)]
  const { reading, breakouts } = readingOf(fresh, [column(AT - MINUTE_MS)], { at: AT, members })
  expect(reading).toMatchObject({
    instrumentId: 1,
    buildId: 2,
    bucket: AT - MINUTE_MS,
    price: 100,
    openInterestUsd: 100_000,
    fundingRate: 0.0001,
    fundingHours: 8,
    liquidatedLongUsd: 5,
    liquidatedShortUsd: 6,
    above: null,
  })
  expect(reading.openInterestChange24h).toBeCloseTo(0.25, 12)
  expect(reading.below?.usd).toBe(500_000)
  expect(reading.below?.distance).toBeCloseTo(Math.exp(-0.0255) - 1, 3)
  expect(reading.longUsd).toBeGreaterThan(500_000)
  expect(reading.shortUsd).toBeLessThan(510)
  expect(reading.risk).toBeGreaterThan(0)
  expect(reading.risk).toBeLessThan(100)
  expect(reading.sparkline).toHaveLength(48)
  expect(breakouts).toEqual([])
  // the same as its parts say
  expect(marketInputs({ at: AT, members }).depth).not.toBeNull()
})

it('tells of a breakout once, whether columns come one by one or several at once', () => {
  const one = readingOf(fresh, [column(AT - MINUTE_MS)], { at: AT, members: [market(AT)] })
  const on = (state: unknown, readTo: number, columns: number[], tail: number[]) =>
    readingOf({ ...fresh, readTo, breakoutState: JSON.parse(JSON.stringify(state)) }, columns.map(column), {
      at: (columns.at(-1) as number) + MINUTE_MS,
      members: [market((columns.at(-1) as number) + MINUTE_MS, tail)],
    })
  const apart = on(one.breakoutState, AT - MINUTE_MS, [AT], [99])
  expect(apart.breakouts).toEqual([])
  const entered = on(apart.breakoutState, AT, [AT + MINUTE_MS], [99, 97.2])
  expect(entered.breakouts).toMatchObject([{ instrumentId: 1, time: AT + 2 * MINUTE_MS, side: 'long' }])
  expect(entered.breakouts[0]?.usd).toBeGreaterThanOrEqual(500_000)
  expect(on(entered.breakoutState, AT + MINUTE_MS, [AT + 2 * MINUTE_MS], [97.2, 97.2]).breakouts).toEqual([])
  const together = on(one.breakoutState, AT - MINUTE_MS, [AT, AT + MINUTE_MS, AT + 2 * MINUTE_MS], [99, 97.2, 97.2])
  // n is by the depth of the moment at which it is read
  const n = expect.any(Number)
  expect(together.breakouts).toEqual(entered.breakouts.map((b) => ({ ...b, n })))
})

it('sees a wick that came between two readings', () => {
  const one = readingOf(fresh, [column(AT - MINUTE_MS)], { at: AT, members: [market(AT)] })
  const end = AT + 30 * MINUTE_MS
  const members = [market(end, [97.2, ...new Array<number>(20).fill(100)])]
  const later = readingOf({ ...fresh, readTo: AT - MINUTE_MS, breakoutState: one.breakoutState }, [column(end - MINUTE_MS)], {
    at: end,
    members,
  })
  expect(later.breakouts).toHaveLength(1)
})

it('begins anew with a state that it does not know, and says nothing where nobody knows the price', () => {
  const odd = { ...fresh, breakoutState: { armed: [{ side: 'sideways' }] } }
  expect(readingOf(odd, [column(AT - MINUTE_MS)], { at: AT, members: [market(AT)] }).breakouts).toEqual([])
  const nothing = readingOf(fresh, [column(AT - MINUTE_MS)], { at: AT, members: [] })
  expect(nothing.reading).toMatchObject({ price: null, risk: null, longUsd: null, below: null, openInterestUsd: null, sparkline: [] })
})

it('draws a day in half-hours, and less where less is known', () => {
  const closes = [
    { time: AT - 61 * MINUTE_MS, close: 1.23456789 },
    { time: AT - 1, close: 2 },
  ]
  expect(sparklineOf(closes, AT)).toEqual([1.234568, 1.234568, 2])
  expect(sparklineOf([], AT)).toEqual([])
})
