import { binLowerPrice, binOf } from '@faultline/market/price-grid'
import { describe, expect, it } from 'vitest'
import { cumulativeOf, type ProfileSide, profileReading, profileRows, shownSide } from './profile-data.ts'
import { priceHeight } from './scales.ts'

const FIRST = binOf(2000)
const price = binLowerPrice(FIRST + 4) * 1.0002
const side = (usd: number[], leverage: number[][] | null = null, band = false): ProfileSide => ({
  total: { firstBin: FIRST, usd },
  leverage,
  p10: band ? usd.map((v) => v / 2) : null,
  p90: band ? usd.map((v) => v * 2) : null,
})

describe('shownSide', () => {
  it('adds up from the price outwards, and nothing on the other side of it', () => {
    expect([...shownSide(side([1, 2, 3, 4, 5, 6, 7, 8]), 'long', price).cumulative]).toEqual([15, 14, 12, 9, 5, 0, 0, 0])
    expect([...shownSide(side([1, 2, 3, 4, 5, 6, 7, 8]), 'short', price).cumulative]).toEqual([0, 0, 0, 0, 5, 11, 18, 26])
  })
  it('leaves classes out that are not shown, and their interval, which is not known', () => {
    const source = side(
      [10, 20],
      [
        [4, 8],
        [6, 12],
      ],
      true,
    )
    const all = shownSide(source, 'long', price)
    expect([[...all.total], all.band?.p90]).toEqual([
      [10, 20],
      [20, 40],
    ])
    const part = shownSide(source, 'long', price, [true, false])
    expect([[...part.total], part.band, part.classes.map((c) => c.index)]).toEqual([[4, 8], null, [0]])
    expect([...shownSide(source, 'long', price, [false, false]).total]).toEqual([0, 0])
  })
  it('has one class where leverage is not known, whatever is asked to be shown', () => {
    const shown = shownSide(side([10, 20]), 'short', price, [false, false])
    expect([[...shown.total], shown.classes]).toEqual([[10, 20], [{ index: null, usd: [10, 20] }]])
  })
})

describe('profileRows', () => {
  const plot = { y: 10, height: 300 }
  it.each(['linear', 'log'] as const)('covers what is on screen without holes, on a %s axis', (scale) => {
    for (const [low, high] of [
      [1900, 2100],
      [1999, 2004],
      [500, 9000],
    ] as const) {
      const y = priceHeight({ priceLow: low, priceHigh: high }, plot, scale)
      const rows = profileRows(low, high, y, plot)
      expect(rows.length).toBeLessThan(120)
      expect(rows[0]?.bottom).toBeGreaterThanOrEqual(plot.y + plot.height - 1e-6)
      expect(rows.at(-1)?.top).toBeLessThanOrEqual(plot.y + 1e-6)
      rows.forEach((row, i) => {
        expect(row.toBin - row.fromBin).toBe((rows[0]?.toBin ?? 0) - (rows[0]?.fromBin ?? 0))
        if (i > 0) expect([row.bottom, row.fromBin]).toEqual([rows[i - 1]?.top, rows[i - 1]?.toBin])
      })
    }
  })
  it('keeps its bars while prices are panned', () => {
    const bars = (low: number) =>
      profileRows(low, low * 1.5, priceHeight({ priceLow: low, priceHigh: low * 1.5 }, plot, 'log'), plot).map((r) => r.fromBin)
    const [a, b] = [bars(1900), bars(1901.9)]
    expect(b.slice(0, -2).every((bin) => a.includes(bin))).toBe(true)
    expect((a[1] ?? 0) - (a[0] ?? 0)).toBeGreaterThan(1)
  })
})

it('reads a bar: both sides, their interval, leverage and sum', () => {
  const sides = {
    long: shownSide(
      side(
        [1, 2, 3, 4],
        [
          [1, 1, 1, 1],
          [0, 1, 2, 3],
        ],
        true,
      ),
      'long',
      price,
    ),
    short: shownSide({ ...side([10, 20]), total: { firstBin: FIRST + 4, usd: [10, 20] } }, 'short', price),
  }
  const reading = profileReading(sides, price, { fromBin: FIRST + 2, toBin: FIRST + 6, top: 0, bottom: 9 })
  expect(reading.sides.long).toEqual({ usd: 7, p10: 3.5, p90: 14, leverage: [2, 5], cumulative: 7 })
  expect(reading.sides.short).toEqual({ usd: 30, p10: null, p90: null, leverage: null, cumulative: 30 })
  expect(reading.distance).toBeCloseTo(0, 3)
  const beyond = { fromBin: FIRST - 8, toBin: FIRST - 4 }
  expect([cumulativeOf(sides.long, 'long', beyond), cumulativeOf(sides.short, 'short', beyond)]).toEqual([10, 0])
})
