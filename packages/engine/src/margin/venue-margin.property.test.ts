import type { MarginTier } from '@faultline/market/instrument'
import type { Side } from '@faultline/market/units'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { solveInverse } from './inverse.ts'
import { maintenanceMargin, solveLinear } from './linear.ts'
import { MARGIN_VENUES, marginOf } from './venue-margin.ts'
import { venueTiers } from './venue-tiers.ts'

const side = fc.constantFrom<Side>('long', 'short')
/** Even over the interval: fc.double is even over the bits, and so almost always next to zero. */
const between = (min: number, max: number) => fc.integer({ min: 0, max: 1_000_000 }).map((n) => min + ((max - min) * n) / 1_000_000)
const unit = between(0, 1)
const entry = between(-5, 5).map((e) => 10 ** e)
const table = fc.tuple(fc.constantFrom(...MARGIN_VENUES), fc.constantFrom('BTC', 'ETH', 'SOL', 'DOGE', 'NEW')).map(([venue, coin]) => ({
  venue,
  margin: marginOf(venue),
  tiers: venueTiers(venue, coin).tiers,
}))
/** A venue, and a notional and a leverage that its table allows together. */
const allowed = fc.tuple(table, unit, unit, fc.nat()).map(([chosen, u, v, pick]) => {
  const tier = chosen.tiers[pick % chosen.tiers.length] as MarginTier
  const notional = tier.floorUsd + (0.01 + 0.98 * u) * ((tier.capUsd ?? 3 * tier.floorUsd) - tier.floorUsd)
  return { ...chosen, notional, leverage: 1 + (tier.maxLeverage - 1) * v }
})

/** Maintenance margin slice by slice, each under the ratio of its own tier: without the deductions. */
const sliced = (tiers: readonly MarginTier[], notional: number) =>
  tiers.reduce((sum, tier, i) => {
    const end = tiers[i + 1]?.floorUsd ?? Number.POSITIVE_INFINITY
    return sum + Math.max(0, Math.min(notional, end) - tier.floorUsd) * tier.maintMarginRatio
  }, 0)

describe('isolated positions of every venue', () => {
  it('die below entry as longs and above as shorts, before they are bankrupt', () => {
    fc.assert(
      fc.property(side, entry, allowed, (s, e, { venue, margin, tiers, notional, leverage }) => {
        const { liquidationPrice: price, ...r } = margin.isolatedLiquidation({ side: s, entry: e, size: notional / e, leverage, tiers })
        if (price === null) {
          expect(s).toBe('long')
          expect(leverage).toBeLessThan(venue === 'phemex' ? 1.001 : 1 + 1e-12)
          expect(r.maintMarginRatio).toBe(tiers[0]?.maintMarginRatio)
        } else if (s === 'long') {
          expect(price).toBeLessThan(e)
          // At 1× both are a rounding away from zero.
          if (leverage > 1.0001) expect(price).toBeGreaterThan(r.bankruptcyPrice)
        } else {
          expect(price).toBeGreaterThan(e)
          expect(price).toBeLessThan(r.bankruptcyPrice)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('have at that price just the margin that must be kept, slice by slice, and the tier of that notional', () => {
    fc.assert(
      fc.property(side, entry, allowed, (s, e, { margin, tiers, notional, leverage }) => {
        const size = notional / e
        const { liquidationPrice: price, bankruptcyPrice, tier } = margin.isolatedLiquidation({ side: s, entry: e, size, leverage, tiers })
        if (price === null) return
        const reserve = margin.feeRule === 'reserved' ? size * bankruptcyPrice * margin.takerFee : 0
        const equity = notional / leverage + reserve + (s === 'long' ? 1 : -1) * size * (price - e)
        const fee = margin.feeRule === 'none' ? 0 : size * price * margin.takerFee
        expect(Math.abs(equity - sliced(tiers, size * price) - fee)).toBeLessThan(1e-9 * notional)
        expect(size * price).toBeGreaterThan(tier.floorUsd * (1 - 1e-9))
        const above = tiers[tiers.findIndex((t) => t.floorUsd === tier.floorUsd) + 1]
        if (above) expect(size * price).toBeLessThan(above.floorUsd * (1 + 1e-9))
      }),
      { numRuns: 300 },
    )
  })

  it('come nearer as leverage rises', () => {
    fc.assert(
      fc.property(side, entry, allowed, between(1.001, 2), (s, e, { margin, tiers, notional, leverage }, less) => {
        const lower = Math.max(1, leverage / less)
        fc.pre(lower < leverage * 0.999999)
        const at = (l: number) =>
          margin.isolatedLiquidation({ side: s, entry: e, size: notional / e, leverage: l, tiers }).liquidationPrice ?? 0
        if (s === 'long') expect(at(leverage)).toBeGreaterThan(at(lower))
        else expect(at(leverage)).toBeLessThan(at(lower))
      }),
    )
  })

  it('come nearer with the fee where the venue counts it, and stay where it does not', () => {
    fc.assert(
      fc.property(side, entry, allowed, unit, (s, e, { margin, tiers, notional, leverage }, u) => {
        fc.pre(leverage > 1.01)
        const at = (takerFee: number) =>
          margin.isolatedLiquidation({ side: s, entry: e, size: notional / e, leverage, tiers, takerFee }).liquidationPrice as number
        const [without, withFee] = [at(0), at(0.00005 + 0.0005 * u)]
        if (margin.feeRule === 'none') expect(withFee).toBe(without)
        else if (margin.feeRule === 'beside-ratio') expect(s === 'long' ? withFee > without : withFee < without).toBe(true)
        // What is reserved at the bankruptcy price falls short of the fee at a long's higher price, and exceeds it for a short.
        else expect(withFee).toBeGreaterThan(without)
      }),
    )
  })

  it('have no steps where the notional at liquidation crosses a tier', () => {
    fc.assert(
      fc.property(side, table, fc.nat(), unit, (s, { margin, tiers }, pick, v) => {
        const edge = tiers[1 + (pick % (tiers.length - 1))] as MarginTier
        const leverage = 1.02 + (edge.maxLeverage - 1.02) * v
        fc.pre(leverage > 1.01)
        const sign = s === 'long' ? 1 : -1
        const fee = margin.feeRule === 'none' ? 0 : margin.takerFee
        const reserved = margin.feeRule === 'reserved' ? fee * (1 - sign / leverage) : 0
        // The size that dies on the edge itself: its margin is what must be kept for a notional that is the edge.
        const kept = sliced(tiers, edge.floorUsd) + fee * edge.floorUsd
        const size = (kept - sign * edge.floorUsd) / (1 / leverage - sign + reserved)
        const at = (q: number) => margin.isolatedLiquidation({ side: s, entry: 1, size: q, leverage, tiers }).liquidationPrice as number
        expect(Math.abs((size * at(size)) / edge.floorUsd - 1)).toBeLessThan(1e-9)
        expect(Math.abs(at(size * (1 - 1e-9)) / at(size * (1 + 1e-9)) - 1)).toBeLessThan(1e-7)
      }),
    )
  })

  it('are cross positions whose wallet is the initial margin, where cross counts the same fees', () => {
    fc.assert(
      fc.property(side, entry, allowed, (s, e, { venue, margin, tiers, notional, leverage }) => {
        fc.pre(venue !== 'bybit' && venue !== 'phemex')
        const position = { side: s, entry: e, size: notional / e, tiers }
        const wallet = (position.size * e) / leverage
        expect(margin.crossLiquidationPrice({ ...position, walletBalance: wallet })).toBe(
          margin.isolatedLiquidation({ ...position, leverage }).liquidationPrice,
        )
      }),
    )
  })
})

describe('inverse positions', () => {
  it('die on the right side, with just the margin in coin that must be kept', () => {
    fc.assert(
      fc.property(side, entry, allowed, (s, e, { margin, tiers, notional, leverage }) => {
        fc.pre(margin.inverse !== null && leverage > 1.01)
        // The table's floors are read as coin here: a position of `notional` coin.
        const quantityUsd = notional * e
        const price = margin.inverse?.isolatedLiquidation({ side: s, entry: e, quantityUsd, leverage, tiers }).liquidationPrice as number
        expect(s === 'long' ? price < e : price > e).toBe(true)
        const coin = quantityUsd / price
        const equity = notional / leverage + (s === 'long' ? 1 : -1) * (notional - coin)
        expect(Math.abs(equity - sliced(tiers, coin) - coin * margin.takerFee)).toBeLessThan(1e-8 * coin)
      }),
    )
  })

  it('are linear ones in the reciprocal price', () => {
    const tiers = venueTiers('binance').tiers
    const table = { tiers, amounts: venueTiers('binance').amounts }
    const inverse = solveInverse({ side: 'long', entry: 4, quantityUsd: 4_000, margin: 100 }, table)
    const linear = solveLinear({ side: 'short', entry: 0.25, size: 4_000, margin: 100 }, table)
    expect(inverse.price).toBe(1 / (linear.price as number))
  })
})

describe('tables whose deductions are their own', () => {
  /** Up to five tiers with rising ratios, each adding nothing, half or all of what keeps the maintenance margin continuous. */
  const anyTable = fc.array(fc.tuple(unit, unit, fc.constantFrom(0, 0.5, 1)), { minLength: 1, maxLength: 5 }).map((rows) => {
    let [floorUsd, ratio, below, amount] = [0, 0.002, 0.002, 0]
    return rows.map(([width, rise, share]) => {
      const tier = { floorUsd, capUsd: null, maintMarginRatio: ratio, maxLeverage: 1 }
      amount += share * floorUsd * (ratio - below)
      below = ratio
      floorUsd += 10 + 1000 * width
      ratio += 0.001 + 0.1 * rise
      return { tier, amount }
    })
  })

  it('liquidate at the first price where equity no longer exceeds maintenance', () => {
    fc.assert(
      fc.property(side, anyTable, unit, unit, (s, rows, u, v) => {
        const tiers = rows.map((row) => row.tier)
        const amounts = rows.map((row) => row.amount)
        const [size, margin] = [5 + 2_000 * u, 0.02 + 0.9 * v]
        const { price } = solveLinear({ side: s, entry: 1, size, margin: margin * size }, { tiers, amounts })
        const sound = (p: number) =>
          margin * size + (s === 'long' ? 1 : -1) * size * (p - 1) > maintenanceMargin(tiers, size * p, amounts) + 1e-9 * size
        const last = price as number
        expect(last).toBeGreaterThan(0)
        expect(sound(last * (s === 'long' ? 1 - 1e-9 : 1 + 1e-9))).toBe(false)
        // From far on the safe side up to the price, every hundredth of the way is sound.
        const far = s === 'long' ? last + 3 : 0
        for (let i = 0; i < 100; i++) expect(sound(far + ((last - far) * (i + 0.5)) / 101)).toBe(true)
      }),
      { numRuns: 1500 },
    )
  })
})
