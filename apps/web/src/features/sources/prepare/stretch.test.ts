import { DAY_MS } from '@faultline/market/units'
import { expect, it } from 'vitest'
import { readStretch } from './stretch.ts'

const NOW = Date.UTC(2026, 0, 10, 12)

it('takes days whole, and what has no end up to now', () => {
  expect(readStretch('2026-01-01', '2026-01-02', NOW)).toEqual({ from: Date.UTC(2026, 0, 1), to: Date.UTC(2026, 0, 1) + 2 * DAY_MS })
  expect(readStretch(' 2026-01-01 ', '', NOW)).toEqual({ from: Date.UTC(2026, 0, 1), to: NOW })
  expect(readStretch('2026-01-01', '2027-01-01', NOW)?.to).toBe(NOW)
})

it.each([
  ['', ''],
  ['1.1.2026', ''],
  ['2026-13-01', ''],
  ['2026-01-03', '2026-01-01'],
  ['2026-01-11', ''],
  ['2026-01-01', 'soon'],
])('refuses “%s” to “%s”', (from, to) => {
  expect(readStretch(from, to, NOW)).toBeNull()
})
