import { FaultlineError } from '@faultline/market/errors'
import type { MarginTier } from '@faultline/market/instrument'
import type { Side } from '@faultline/market/units'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bankruptcyPrice,
  crossLiquidationPrice,
  isolatedLiquidationPrice,
  liquidationPriceInTier,
  maintenanceAmounts,
  maintenanceMargin,
} from './binance.ts'
import { BINANCE_BRACKETS } from './binance-brackets.ts'
import { tiersFor } from './tiers.ts'

/**
 * Binance FAQ "How to calculate the liquidation price of USDⓈ-M futures contracts" (b3c689c1f50a44cabb3a84e663b81d93): one wallet
 * of 1,535,443.01 USDT with a long of 109.488 BTC (entry 32,481.98, mark 31,967.27, bracket 2.5 %, amount 16,300) and a long of
 * 3,683.979 ETH (entry 1,456.84, mark 1,335.18, bracket 10 %, amount 135,365). Each alone, and with the other one open.
 */
const WALLET = 1_535_443.01
const BTC = { entry: 32_481.98, size: 109.488, mark: 31_967.27, ratio: 0.025, amount: 16_300 }
const ETH = { entry: 1_456.84, size: 3_683.979, mark: 1_335.18, ratio: 0.1, amount: 135_365 }
type Position = typeof BTC
const WORKED: [string, Position, Position | null, number][] = [
  ['BTC alone', BTC, null, 18_778.73],
  ['ETH alone', ETH, null, 1_114.78],
  ['BTC with ETH open', BTC, ETH, 26_316.89],
  ['ETH with BTC open', ETH, BTC, 1_153.26],
]
const maintenanceOf = (p: Position) => p.size * p.mark * p.ratio - p.amount
const unrealisedOf = (p: Position) => p.size * (p.mark - p.entry)

/** Two brackets whose upper one has this ratio and amount: amount = floor × (ratio − lower ratio). */
const tiersWith = (ratio: number, amount: number): MarginTier[] => {
  const floorUsd = amount / (ratio - 0.01)
  return [
    { floorUsd: 0, capUsd: floorUsd, maintMarginRatio: 0.01, maxLeverage: 50 },
    { floorUsd, capUsd: null, maintMarginRatio: ratio, maxLeverage: 5 },
  ]
}

describe('the worked cases of the Binance FAQ, to the cent', () => {
  it.each(WORKED)('%s', (_, position, other, expected) => {
    const otherMaintenance = other ? maintenanceOf(other) : 0
    const otherUnrealised = other ? unrealisedOf(other) : 0
    const { entry, size, ratio, amount } = position
    const margin = WALLET - otherMaintenance + otherUnrealised
    const given = { side: 'long', entry, size } as const
    expect(liquidationPriceInTier({ ...given, margin, maintMarginRatio: ratio, maintenanceAmount: amount })).toBeCloseTo(expected, 2)
    expect(
      crossLiquidationPrice({ ...given, walletBalance: WALLET, otherMaintenance, otherUnrealised, tiers: tiersWith(ratio, amount) }),
    ).toBeCloseTo(expected, 2)
  })

  it('maintenance amounts (FAQ on leverage and margin): 250,000 × (1 % − 0.5 %) + 50 = 1,300; COIN-M 50 × 2.5 % + 0.56 = 1.81', () => {
    const rows = [
      [0, 50_000, 0.004, 125],
      [50_000, 250_000, 0.005, 100],
      [250_000, 1_000_000, 0.01, 50],
    ] as const
    const tiers = rows.map(([floorUsd, capUsd, maintMarginRatio, maxLeverage]) => ({ floorUsd, capUsd, maintMarginRatio, maxLeverage }))
    const amounts = maintenanceAmounts(tiers)
    expect(amounts.map((a) => Math.round(a * 1e6) / 1e6)).toEqual([0, 50, 1_300])
    const coin = [
      { floorUsd: 0, capUsd: 50, maintMarginRatio: 0.025 - 0.56 / 50, maxLeverage: 20 },
      { floorUsd: 50, capUsd: 100, maintMarginRatio: 0.05 - 0.56 / 50, maxLeverage: 10 },
    ]
    expect((maintenanceAmounts(coin)[1] as number) + 0.56).toBeCloseTo(1.81, 9)
  })
})

describe('isolated', () => {
  it('is the closed form in the lowest bracket: ETH long at 3000, 20×, 1 ETH', () => {
    // 3000 × (1 − 1/20) / (1 − 0.004) = 2861.4458; short: 3000 × (1 + 1/20) / (1 + 0.004) = 3137.4502
    const given = { entry: 3_000, size: 1, leverage: 20, tiers: tiersFor('ETHUSDT') }
    expect(isolatedLiquidationPrice({ side: 'long', ...given })).toBeCloseTo(2_861.4458, 4)
    expect(isolatedLiquidationPrice({ side: 'short', ...given })).toBeCloseTo(3_137.4502, 4)
    expect(bankruptcyPrice({ side: 'long', entry: 3_000, leverage: 20 })).toBe(2_850)
    expect(bankruptcyPrice({ side: 'short', entry: 3_000, leverage: 20 })).toBe(3_150)
  })

  it('takes the bracket of the notional at liquidation, not at entry', () => {
    // 210 ETH at 3000 are 630,000 USD (0.65 %), at about 2862 they are 601,000 (0.65 %); 205 ETH fall from 615,000 to 587,000 (0.5 %, amount 50)
    const given = { side: 'long', entry: 3_000, leverage: 20, tiers: tiersFor('ETHUSDT') } as const
    expect(isolatedLiquidationPrice({ ...given, size: 205 })).toBeCloseTo((205 * 2_850 - 50) / (205 * 0.995), 8)
    expect(isolatedLiquidationPrice({ ...given, size: 210 })).toBeCloseTo((210 * 2_850 - 950) / (210 * (1 - 0.0065)), 8)
  })

  it('does not liquidate a long at 1×, nor a wallet that covers the loss', () => {
    const tiers = tiersFor('BTCUSDT')
    expect(isolatedLiquidationPrice({ side: 'long', entry: 50_000, size: 1, leverage: 1, tiers })).toBeNull()
    expect(crossLiquidationPrice({ side: 'long', entry: 50_000, size: 1, walletBalance: 60_000, tiers })).toBeNull()
    expect(isolatedLiquidationPrice({ side: 'short', entry: 50_000, size: 1, leverage: 1, tiers })).toBeGreaterThan(90_000)
  })

  it.each([
    { entry: 0 },
    { entry: Number.NaN },
    { size: -1 },
    { size: Number.POSITIVE_INFINITY },
    { leverage: 0.9 },
    { leverage: Number.NaN },
    { tiers: [] },
    { entry: 1e200, size: 1e200 },
  ])('refuses %o', (wrong) => {
    const call = () => isolatedLiquidationPrice({ side: 'long', entry: 100, size: 1, leverage: 5, tiers: tiersFor('X'), ...wrong })
    expect(call).toThrow(FaultlineError)
  })

  it('refuses an account that is under water beyond any price', () => {
    expect(() => crossLiquidationPrice({ side: 'short', entry: 100, size: 1, walletBalance: -200, tiers: tiersFor('X') })).toThrow(
      /owes more/,
    )
    expect(() => crossLiquidationPrice({ side: 'short', entry: 100, size: 1, walletBalance: Number.NaN, tiers: tiersFor('X') })).toThrow(
      /walletBalance/,
    )
  })
})

describe('properties', () => {
  const side = fc.constantFrom<Side>('long', 'short')
  const symbol = fc.constantFrom(...Object.keys(BINANCE_BRACKETS), 'OTHERUSDT')
  /** Even over the interval: fc.double is even over the bits, and so almost always next to zero. */
  const between = (min: number, max: number) => fc.integer({ min: 0, max: 1_000_000 }).map((n) => min + ((max - min) * n) / 1_000_000)
  const entry = between(-5, 5).map((e) => 10 ** e)
  /** A leverage and a notional that the table allows together. */
  const allowed = fc.tuple(symbol, between(0, 1), between(0, 1), fc.nat()).map(([name, u, v, pick]) => {
    const tiers = tiersFor(name)
    const tier = tiers[pick % tiers.length] as MarginTier
    const notional = tier.floorUsd + (0.01 + 0.98 * u) * ((tier.capUsd as number) - tier.floorUsd)
    return { tiers, notional, leverage: 1 + (tier.maxLeverage - 1) * v }
  })

  it('lies below entry for longs and above for shorts, outside bankruptcy', () => {
    fc.assert(
      fc.property(side, entry, allowed, (s, e, { tiers, notional, leverage }) => {
        const price = isolatedLiquidationPrice({ side: s, entry: e, size: notional / e, leverage, tiers })
        const bankrupt = bankruptcyPrice({ side: s, entry: e, leverage })
        if (s === 'long') {
          if (price === null) expect(leverage).toBe(1)
          else {
            expect(price).toBeLessThan(e)
            // At 1× both are a rounding away from zero.
            if (leverage > 1.0001) expect(price).toBeGreaterThan(bankrupt)
          }
        } else {
          expect(price).toBeGreaterThan(e)
          expect(price).toBeLessThan(bankrupt)
        }
      }),
    )
  })

  it('at the liquidation price, what is left of the margin equals the maintenance margin', () => {
    fc.assert(
      fc.property(side, entry, allowed, (s, e, { tiers, notional, leverage }) => {
        const size = notional / e
        const price = isolatedLiquidationPrice({ side: s, entry: e, size, leverage, tiers })
        if (price === null) return
        const left = notional / leverage + (s === 'long' ? 1 : -1) * size * (price - e)
        expect(Math.abs(left - maintenanceMargin(tiers, size * price))).toBeLessThan(1e-9 * notional)
      }),
    )
  })

  it('comes nearer as leverage rises', () => {
    fc.assert(
      fc.property(side, entry, allowed, between(1.001, 2), (s, e, { tiers, notional, leverage }, more) => {
        const at = (l: number) => isolatedLiquidationPrice({ side: s, entry: e, size: notional / e, leverage: l, tiers }) ?? 0
        if (s === 'long') expect(at(leverage * more)).toBeGreaterThan(at(leverage))
        else expect(at(leverage * more)).toBeLessThan(at(leverage))
      }),
    )
  })

  it('is continuous where the notional at liquidation crosses a bracket', () => {
    fc.assert(
      fc.property(side, symbol, fc.nat(), between(0, 1), (s, name, pick, v) => {
        const tiers = tiersFor(name)
        const edge = tiers[1 + (pick % (tiers.length - 1))] as MarginTier
        const leverage = 1.1 + v * Math.max(0, edge.maxLeverage - 1.1)
        const at = (size: number) => isolatedLiquidationPrice({ side: s, entry: 1, size, leverage, tiers }) as number
        // The size at which the liquidation price falls on the edge itself, by bisection over the notional.
        let [low, high] = [edge.floorUsd / 3, edge.floorUsd * 30]
        for (let i = 0; i < 200; i++) {
          const middle = (low + high) / 2
          if (middle * at(middle) < edge.floorUsd) low = middle
          else high = middle
        }
        expect(Math.abs(at(low * (1 - 1e-9)) / at(high * (1 + 1e-9)) - 1)).toBeLessThan(1e-7)
      }),
    )
  })

  it('isolated is cross with the initial margin as the wallet', () => {
    fc.assert(
      fc.property(side, entry, allowed, (s, e, { tiers, notional, leverage }) => {
        const size = notional / e
        const cross = crossLiquidationPrice({ side: s, entry: e, size, walletBalance: (size * e) / leverage, tiers })
        expect(cross).toBe(isolatedLiquidationPrice({ side: s, entry: e, size, leverage, tiers }))
      }),
    )
  })
})
