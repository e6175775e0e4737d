import { DAY_MS } from '@faultline/market/units'
import { expect, it } from 'vitest'
import { dayEnd, dayOf, dayStart } from './days.ts'

it('reads days in UTC, and nothing else', () => {
  expect(dayStart('2026-03-05')).toBe(Date.UTC(2026, 2, 5))
  expect(dayEnd('2026-03-05')).toBe(Date.UTC(2026, 2, 6))
  expect(dayEnd('2024-02-29')).toBe(Date.UTC(2024, 2, 1))
  for (const text of ['', '2026-02-31', '2026-13-01', '5.3.2026', '2026-3-5', '0x7e6-01-01'])
    expect([text, dayStart(text), dayEnd(text)]).toEqual([text, undefined, undefined])
  expect(dayOf(Date.UTC(2026, 2, 5) + DAY_MS - 1)).toBe('2026-03-05')
})
