import { formatUsd } from '@faultline/ui/format'
import { expect, it } from 'vitest'
import { changeOf, figure, formatDates, formatLength, formatShare, MISSING } from './format.ts'

it('writes a dash for what is not known, and zero as zero', () => {
  expect([null, undefined, Number.NaN].map((v) => figure(v, formatUsd))).toEqual([MISSING, MISSING, MISSING])
  expect(figure(0, formatUsd)).toBe('$0')
})

it('writes lengths in their largest whole unit', () => {
  expect([60_000, 300_000, 43_200_000, 86_400_000, 3 * 86_400_000].map(formatLength)).toEqual([
    '1\u202fm',
    '5\u202fm',
    '12\u202fh',
    '1\u202fd',
    '3\u202fd',
  ])
})

it('names the year of a span once, or twice where it differs', () => {
  const day = (y: number, m: number, d: number) => Date.UTC(y, m - 1, d, 12)
  expect(formatDates(day(2026, 3, 2), day(2026, 3, 5))).toBe('2 Mar – 5 Mar 2026')
  expect(formatDates(day(2025, 12, 1), day(2026, 3, 5))).toBe('1 Dec 2025 – 5 Mar 2026')
  expect(formatDates(day(2026, 3, 5), day(2026, 3, 5) + 1000)).toBe('5 Mar 2026')
})

it('tells the direction of a change by shape', () => {
  expect(changeOf(0.0402)).toEqual({ text: '▲ 4.02%', direction: 'up' })
  expect(changeOf(-0.0316)).toEqual({ text: '▼ 3.16%', direction: 'down' })
  expect(changeOf(-0.000001)).toEqual({ text: '0.00%', direction: 'flat' })
})

it('never rounds a share up to complete', () => {
  expect(formatShare(9997, 10_000)).toBe('99.9%')
  expect(formatShare(10, 10)).toBe('100.0%')
  expect(formatShare(1, 0)).toBe(MISSING)
})
