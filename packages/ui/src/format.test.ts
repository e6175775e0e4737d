import { describe, expect, it } from 'vitest'
import {
  formatAge,
  formatAmount,
  formatFunding,
  formatPercent,
  formatPrice,
  formatPriceRange,
  formatTimeSpan,
  formatUsd,
} from './format.ts'

describe('USD', () => {
  it.each([
    [0, '$0'],
    [518, '$518'],
    [999.6, '$1k'],
    [3_400, '$3k'],
    [518_000, '$518k'],
    [999_600, '$1.0M'],
    [60_500_000, '$60.5M'],
    [99_960_000, '$100M'],
    [182_400_000, '$182M'],
    [999_600_000, '$1.00B'],
    [1_580_000_000, '$1.58B'],
    [12_345_000_000_000, '$12,345.00B'],
    [-301e6, '−$301M'],
    [-0.2, '$0'],
    [Number.NaN, '–'],
  ])('%d → %s', (usd, text) => expect(formatUsd(usd)).toBe(text))
  it('marks what is positive when asked', () =>
    expect([formatUsd(301e6, { sign: true }), formatUsd(0, { sign: true })]).toEqual(['+$301M', '$0']))
})

describe('prices', () => {
  it.each([
    [120_000, '120,000'],
    [73_349.84, '73,349.8'],
    [2155.13, '2,155.1'],
    [645.3, '645.30'],
    [91.767, '91.77'],
    [1.432, '1.4320'],
    [0.2213, '0.2213'],
    [0.0971, '0.09710'],
    [0.000012, '0.00001200'],
    [-2155.13, '−2,155.1'],
  ])('%d → %s', (price, text) => expect(formatPrice(price)).toBe(text))
  it('tells the two ends of a 10 bp bin apart at any price', () => {
    for (const price of [0.000012, 0.0012, 0.099, 0.3, 1.7, 9.9, 14, 120, 999, 1001, 54_321, 120_000])
      expect(formatPrice(price)).not.toBe(formatPrice(price * 1.001))
  })
  it('writes a range with the decimals of its low end', () => expect(formatPriceRange(999.51, 1000.5)).toBe('999.51 – 1,000.50'))
})

describe('ratios', () => {
  it('uses the true minus sign', () => expect(formatPercent(-0.031)).toBe('−3.1%'))
  it('marks both signs when asked', () =>
    expect([formatPercent(0.119, { sign: true }), formatPercent(0, { sign: true })]).toEqual(['+11.9%', '0.0%']))
  it('writes a rate that rounds to nothing without a sign', () => expect(formatPercent(-0.0001)).toBe('0.0%'))
  it('writes funding with four decimals', () => expect([formatFunding(-0.000008), formatFunding(0.0001)]).toEqual(['−0.0008%', '+0.0100%']))
})

it.each([
  [2100, '2.1 s'],
  [9960, '10 s'],
  [45_000, '45 s'],
  [59_700, '1 m'],
  [180_000, '3 m'],
  [59.7 * 60_000, '1 h'],
  [70_800_000, '19 h 40 m'],
  [86_400_000 * 4 + 3 * 3_600_000, '4 d 3 h'],
  [86_400_000 * 45, '45 d'],
])('age of %d ms → %s', (ms, text) => expect(formatAge(ms).replaceAll('\u202f', ' ')).toBe(text))

it.each([
  [12.3456, '12.35'],
  [0, '0'],
  [2_148_000, '2.1M'],
  [-4.5, '−4.5'],
])('amount %d → %s', (value, text) => expect(formatAmount(value)).toBe(text))

describe('time spans', () => {
  const at = (day: number, hour: number, minute = 0) => Date.UTC(2026, 2, day, hour, minute)
  it.each([
    [at(3, 7), at(3, 7, 5), '3 Mar 2026, 07:00–07:05 UTC'],
    [at(3, 23, 55), at(4, 0), '3 Mar 2026, 23:55–24:00 UTC'],
    [at(3, 20), at(4, 4), '3 Mar 20:00 – 4 Mar 2026, 04:00 UTC'],
    [at(3, 0), at(4, 0), '3 Mar 2026 UTC'],
    [at(3, 0), at(6, 0), '3 Mar – 5 Mar 2026 UTC'],
  ])('%d–%d → %s', (from, to, text) => expect(formatTimeSpan(from, to, 'utc')).toBe(text))
})
