import type { HeldPosition } from '@faultline/db/repositories/observed-accounts'
import { DAY_MS } from '@faultline/market/units'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EVERY_MS, failureWaitMs, urgency, waitMs } from './schedule.ts'

/** A long at a mark of 100 whose liquidation lies `away` (log) below it. */
const position = (usd: number, away: number | null): HeldPosition => ({
  instrumentId: 1,
  side: 'long',
  size: usd / 100,
  usd,
  entryPrice: 100,
  leverage: 10,
  isolated: false,
  liquidationPrice: away === null ? null : 100 * Math.exp(-away),
})

describe('an account', () => {
  it('is asked for as often as was said, ten times as often with millions at a per cent from their end, a fourth with nothing', () => {
    expect(waitMs([position(10_000_000, 0.2)], EVERY_MS)).toBe(EVERY_MS)
    expect(waitMs([position(10_000_000, 0.01)], EVERY_MS)).toBe(EVERY_MS / 10)
    expect(waitMs([], EVERY_MS)).toBe(4 * EVERY_MS)
  })

  it('with little, or with what nothing liquidates, is not urgent', () => {
    expect(urgency([position(49_999, 0.001), position(1e9, null)])).toBe(0)
    expect(urgency([position(50_000, 0.01)])).toBeCloseTo(0.5, 9)
  })

  it('is the more urgent the nearer and the larger, by its most urgent position', () => {
    const usd = fc.double({ min: 1, max: 1e9, noNaN: true })
    const away = fc.double({ min: 0, max: 3, noNaN: true })
    fc.assert(
      fc.property(usd, usd, away, away, (u, v, a, b) => {
        const of = (size: number, distance: number) => urgency([position(size, distance)])
        expect(of(Math.max(u, v), a)).toBeGreaterThanOrEqual(of(Math.min(u, v), a))
        expect(of(u, Math.min(a, b))).toBeGreaterThanOrEqual(of(u, Math.max(a, b)))
        expect(urgency([position(u, a), position(v, b)])).toBe(Math.max(of(u, a), of(v, b)))
        const wait = waitMs([position(u, a)], EVERY_MS)
        expect(wait).toBeGreaterThanOrEqual(EVERY_MS / 10)
        expect(wait).toBeLessThanOrEqual(EVERY_MS)
      }),
    )
  })

  it('that cannot be read is asked for ever more seldom, once a day in the end', () => {
    expect([1, 2, 3].map((n) => failureWaitMs(n, EVERY_MS))).toEqual([EVERY_MS, 2 * EVERY_MS, 4 * EVERY_MS])
    expect(failureWaitMs(1000, EVERY_MS)).toBe(DAY_MS)
  })
})
