import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BRACKETS, type Bracket, bankruptcyPrice, equity, leverageCap, liquidationPrice, maintenanceMargin } from './margin.ts'

const direction = fc.constantFrom(1 as const, -1 as const)
const position = fc
  .record({
    direction,
    notional: fc.double({ min: 100, max: 9e8, noNaN: true }),
    entry: fc.double({ min: 1e-5, max: 2e5, noNaN: true }),
    leverage: fc.double({ min: 1.01, max: 125, noNaN: true }),
  })
  .map(({ notional, entry, leverage, direction }) => {
    const allowed = Math.min(leverage, leverageCap(notional))
    return { direction, size: notional / entry, entry, margin: notional / allowed }
  })

describe('maintenance margin', () => {
  it('charges each slice of the notional the ratio of its bracket', () => {
    expect(maintenanceMargin(50_000)).toBeCloseTo(200, 9)
    // 50,000 at 0.4 % and 10,000 at 0.5 %
    expect(maintenanceMargin(60_000)).toBeCloseTo(250, 9)
    // 200 + 450,000 × 0.5 % + 500,000 × 0.65 %
    expect(maintenanceMargin(1_000_000)).toBeCloseTo(5_700, 9)
    // beyond the last cap the last ratio goes on
    expect(maintenanceMargin(1.1e9) - maintenanceMargin(1e9)).toBeCloseTo(0.5 * 1e8, 3)
  })

  it('has no holes, rises in ratio and falls in leverage', () => {
    BRACKETS.forEach((b, i) => {
      const next = BRACKETS[i + 1]
      expect(b.bracket).toBe(i + 1)
      if (!next) return
      expect(next.notionalFloor).toBe(b.notionalCap)
      expect(next.maintMarginRatio).toBeGreaterThan(b.maintMarginRatio)
      expect(next.initialLeverage).toBeLessThan(b.initialLeverage)
    })
  })

  it('caps the leverage by notional, the edge belonging to the lower bracket', () => {
    expect(leverageCap(50_000)).toBe(125)
    expect(leverageCap(50_001)).toBe(100)
    expect(leverageCap(5e9)).toBe(1)
  })
})

describe('liquidation price', () => {
  it('is right by hand: 10 coins at 1000, 10×, one bracket of 0.5 %', () => {
    const flat: Bracket[] = [{ bracket: 1, notionalFloor: 0, notionalCap: 1e9, maintMarginRatio: 0.005, initialLeverage: 100 }]
    // long: 1000 + 10 (p − 1000) = 0.05 p → 9.95 p = 9000; short: 1000 + 10 (1000 − p) = 0.05 p → 10.05 p = 11000
    expect(liquidationPrice({ direction: 1, size: 10, entry: 1000, margin: 1000 }, flat)).toBeCloseTo(9000 / 9.95, 9)
    expect(liquidationPrice({ direction: -1, size: 10, entry: 1000, margin: 1000 }, flat)).toBeCloseTo(11000 / 10.05, 9)
  })

  it('is right by hand across brackets: a short of 40 coins at 3000 with 12,000 USD', () => {
    // at p the notional is 40 p, in the second bracket: 12,000 + 40 (3000 − p) = 200 + (40 p − 50,000) × 0.005
    const p = liquidationPrice({ direction: -1, size: 40, entry: 3000, margin: 12_000 })
    expect(p).toBeCloseTo((12_000 + 120_000 - 200 + 250) / 40.2, 9)
  })

  it('is where equity equals maintenance margin, on any bracket and side', () => {
    fc.assert(
      fc.property(position, (p) => {
        const price = liquidationPrice(p)
        if (price === 0) return
        const gap = equity(p, price) - maintenanceMargin(p.size * price)
        expect(Math.abs(gap)).toBeLessThanOrEqual(1e-9 * p.size * p.entry)
        expect(p.direction * (p.entry - price)).toBeGreaterThan(0)
        // bankruptcy lies beyond, or at nothing, to the last digit, for a long with nearly all of its notional as margin
        expect(p.direction * (price - bankruptcyPrice(p))).toBeGreaterThan(-1e-12 * p.entry)
      }),
    )
  })

  it('moves away as margin is added', () => {
    fc.assert(
      fc.property(position, fc.double({ min: 1.01, max: 3, noNaN: true }), (p, factor) => {
        const near = liquidationPrice(p)
        const far = liquidationPrice({ ...p, margin: p.margin * factor })
        if (near > 0) expect(p.direction * (near - far)).toBeGreaterThan(0)
        else expect(far).toBe(0)
      }),
    )
  })

  it('does not exist for a long that is paid in full', () => {
    expect(liquidationPrice({ direction: 1, size: 2, entry: 100, margin: 200 })).toBe(0)
  })
})
