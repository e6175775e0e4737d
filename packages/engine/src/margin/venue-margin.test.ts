import { FaultlineError } from '@faultline/market/errors'
import type { MarginTier } from '@faultline/market/instrument'
import { describe, expect, it } from 'vitest'
import { hyperliquidMaintenance } from './hyperliquid.ts'
import { maxLeverage } from './tiers.ts'
import { MARGIN_VENUES, marginOf, type VenueIsolatedPosition } from './venue-margin.ts'
import { type MarginVenue, venueTiers } from './venue-tiers.ts'

const one = (maintMarginRatio: number): MarginTier[] => [{ floorUsd: 0, capUsd: null, maintMarginRatio, maxLeverage: 100 }]
const isolated = (venue: MarginVenue, position: VenueIsolatedPosition) => marginOf(venue).isolatedLiquidation(position)
const at = (venue: MarginVenue, position: VenueIsolatedPosition) => isolated(venue, position).liquidationPrice

/**
 * Worked by hand from each venue's written formula, where it has published no example of its own (docs/margin.md has the formulas).
 */
describe('by hand from the written formula', () => {
  it('Bybit linear, BTCUSDT table: 75 BTC at 40,000, 50×, die in the third tier (0.63 %, deduction 3,020)', () => {
    // (75 × 40,000 × 0.98 − 3,020) / (75 × 0.9937) = 2,936,980 / 74.5275; 75 × 39,408.00 = 2.956m is between 2.6m and 3.2m
    const long = isolated('bybit', { side: 'long', entry: 40_000, size: 75, leverage: 50 })
    expect(long.liquidationPrice).toBeCloseTo(2_936_980 / 74.5275, 6)
    expect(long).toMatchObject({ bankruptcyPrice: 39_200, maintMarginRatio: 0.0063 })
    expect(long.tier.floorUsd).toBe(2_600_000)
    // (75 × 40,000 × 1.02 + 3,020) / (75 × 1.0063); the notional there is 3.044m
    expect(at('bybit', { side: 'short', entry: 40_000, size: 75, leverage: 50 })).toBeCloseTo(3_063_020 / 75.4725, 6)
  })

  it('Bybit: the fee is reserved and counted at the bankruptcy price, and cancels', () => {
    const position = { side: 'long', entry: 40_000, size: 1, leverage: 10, tiers: one(0.005) } as const
    expect(at('bybit', { ...position, takerFee: 0.00055 })).toBe(at('bybit', position))
    expect(at('bybit', position)).toBeCloseTo(36_000 / 0.995, 8)
  })

  it('Bybit cross: maintenance and closing fee against the wallet', () => {
    // 5,000 + (P − 40,000) = P × (0.005 + 0.00055) → P = 35,000 / 0.99445
    const position = { side: 'long', entry: 40_000, size: 1, walletBalance: 5_000, tiers: one(0.005) } as const
    expect(marginOf('bybit').crossLiquidationPrice(position)).toBeCloseTo(35_000 / 0.99445, 8)
    expect(marginOf('bybit').crossLiquidationPrice({ ...position, takerFee: 0 })).toBeCloseTo(35_000 / 0.995, 8)
    const others = { otherMaintenance: 300, otherUnrealised: -200 }
    expect(marginOf('bybit').crossLiquidationPrice({ ...position, ...others, takerFee: 0 })).toBeCloseTo(35_500 / 0.995, 8)
  })

  it('OKX linear: the taker fee stands beside the ratio', () => {
    const position = { entry: 30_000, size: 2, leverage: 10, tiers: one(0.004) }
    expect(at('okx', { side: 'long', ...position })).toBeCloseTo(27_000 / (1 - 0.004 - 0.0005), 8)
    expect(at('okx', { side: 'short', ...position })).toBeCloseTo(33_000 / (1 + 0.004 + 0.0005), 8)
    expect(at('okx', { side: 'long', ...position, takerFee: 0.0002 })).toBeCloseTo(27_000 / (1 - 0.0042), 8)
    expect(isolated('okx', { side: 'long', ...position }).maintMarginRatio).toBe(0.004)
  })

  it('OKX: the whole position under the ratio of its tier, where the table deducts nothing', () => {
    const tiers = [
      { floorUsd: 0, capUsd: 50_000, maintMarginRatio: 0.004, maxLeverage: 100 },
      { floorUsd: 50_000, capUsd: null, maintMarginRatio: 0.02, maxLeverage: 20 },
    ]
    const table = { tiers, amounts: [0, 0], takerFee: 0 }
    // 2 × 30,000 are in the second tier; 2 × 27,551 still are
    expect(at('okx', { side: 'long', entry: 30_000, size: 2, leverage: 10, ...table })).toBeCloseTo(27_000 / 0.98, 8)
    // 1.7 × 30,000 = 51,000: in the second tier liquidation would be at 27,551, worth 46,837, so it holds down to 27,000 / 0.996
    expect(at('okx', { side: 'long', entry: 30_000, size: 1.7, leverage: 10, ...table })).toBeCloseTo(27_000 / 0.996, 8)
    // A short of 1.53 rises into the second tier at 50,000 / 1.53 = 32,680, where 2 % are more than it has left
    const short = isolated('okx', { side: 'short', entry: 30_000, size: 1.53, leverage: 10, ...table })
    expect(short.liquidationPrice).toBeCloseTo(50_000 / 1.53, 8)
    expect(short.maintMarginRatio).toBe(0.02)
  })

  it('Gate linear, BTCUSDT table: 1 BTC at 60,000, 10×, dies in the third tier (0.5 %, deduction 35)', () => {
    // deductions 20,000 × 0.0005 + 50,000 × 0.0005; (54,000 − 35) / (1 − 0.005 − 0.0005)
    const long = isolated('gate', { side: 'long', entry: 60_000, size: 1, leverage: 10 })
    expect(long.liquidationPrice).toBeCloseTo(53_965 / 0.9945, 6)
    expect(long.tier.floorUsd).toBe(50_000)
  })

  it('Hyperliquid, BTC tiers: 2,000 BTC at 100,000, 10×, die above the edge at 150m (l = 1/40, deduction 1,875,000)', () => {
    const long = isolated('hyperliquid', { side: 'long', entry: 100_000, size: 2_000, leverage: 10 })
    expect(long.liquidationPrice).toBeCloseTo((2_000 * 90_000 - 1_875_000) / (2_000 * 0.975), 6)
    expect(long).toMatchObject({ maintMarginRatio: 0.025, bankruptcyPrice: 90_000 })
    expect(at('hyperliquid', { side: 'short', entry: 100_000, size: 1, leverage: 10 })).toBeCloseTo(110_000 / 1.0125, 8)
    expect(hyperliquidMaintenance(venueTiers('hyperliquid').tiers, 150e6)).toBeCloseTo(150e6 / 80, 6)
    expect(hyperliquidMaintenance(venueTiers('hyperliquid').tiers, 200e6)).toBeCloseTo(150e6 / 80 + 50e6 / 40, 6)
  })

  it('Hyperliquid: the leverage of the tier decides, not a ratio that was written beside it', () => {
    const tiers = [{ floorUsd: 0, capUsd: null, maintMarginRatio: 0.0001, maxLeverage: 25 }]
    expect(isolated('hyperliquid', { side: 'long', entry: 100, size: 1, leverage: 5, tiers }).maintMarginRatio).toBe(0.02)
  })

  it('Phemex short: (value + margin with the closing fee) / (1 + fee + ratio)', () => {
    // 200 + 40 + 240 × 0.0006 = 240.144
    const position = { side: 'short', entry: 0.4, size: 500, leverage: 5, takerFee: 0.0006, tiers: one(0.01) } as const
    expect(at('phemex', position)).toBeCloseTo(240.144 / 1.0106 / 500, 10)
  })

  it('a venue without rules of its own: the generic formula, with a fee where one is given', () => {
    const position = { side: 'long', entry: 100, size: 1, leverage: 4, tiers: one(0.01) } as const
    expect(marginOf('kucoin').venue).toBe('generic')
    expect(marginOf('kucoin').isolatedLiquidation(position).liquidationPrice).toBeCloseTo(75 / 0.99, 10)
    expect(marginOf('toString').isolatedLiquidation({ ...position, takerFee: 0.001 }).liquidationPrice).toBeCloseTo(75 / 0.989, 10)
  })

  it('inverse, 60,000 USD at 50,000, 10×: Bybit without, OKX and Gate with the fee beside the ratio', () => {
    const position = { entry: 50_000, quantityUsd: 60_000, leverage: 10, tiers: one(0.005) }
    const bybit = marginOf('bybit').inverse
    // 1.2 coin, margin 0.12: long 60,000 × 1.005 / 1.32, short 60,000 × 0.995 / 1.08
    expect(bybit?.isolatedLiquidation({ side: 'long', ...position }).liquidationPrice).toBeCloseTo(60_300 / 1.32, 6)
    expect(bybit?.isolatedLiquidation({ side: 'short', ...position }).liquidationPrice).toBeCloseTo(59_700 / 1.08, 6)
    expect(bybit?.isolatedLiquidation({ side: 'long', ...position }).bankruptcyPrice).toBeCloseTo(500_000 / 11, 8)
    expect(bybit?.isolatedLiquidation({ side: 'short', ...position }).bankruptcyPrice).toBeCloseTo(500_000 / 9, 8)
    for (const venue of ['okx', 'gate'])
      expect(marginOf(venue).inverse?.isolatedLiquidation({ side: 'long', ...position }).liquidationPrice).toBeCloseTo(60_330 / 1.32, 6)
    expect(marginOf('hyperliquid').inverse).toBeNull()
  })

  it('inverse with two tiers in coin: the deduction stands beside the margin', () => {
    const tiers = [
      { floorUsd: 0, capUsd: 1, maintMarginRatio: 0.005, maxLeverage: 100 },
      { floorUsd: 1, capUsd: null, maintMarginRatio: 0.01, maxLeverage: 50 },
    ]
    // 60,000 / 45,736 = 1.31 coin are above the edge; deduction 1 × 0.005
    const long = marginOf('bybit').inverse?.isolatedLiquidation({ side: 'long', entry: 50_000, quantityUsd: 60_000, leverage: 10, tiers })
    expect(long?.liquidationPrice).toBeCloseTo(60_600 / 1.325, 6)
    expect(long?.maintMarginRatio).toBe(0.01)
  })

  it('inverse cross: the wallet in place of the margin, with the closing fee', () => {
    const position = { side: 'long', entry: 50_000, quantityUsd: 60_000, walletBalance: 0.3, tiers: one(0.005) } as const
    expect(marginOf('bybit').inverse?.crossLiquidationPrice(position)).toBeCloseTo((60_000 * 1.00555) / 1.5, 6)
    const others = { otherMaintenance: 0.05, otherUnrealised: 0.02 }
    expect(marginOf('okx').inverse?.crossLiquidationPrice({ ...position, ...others })).toBeCloseTo((60_000 * 1.0055) / 1.47, 6)
  })

  it('an inverse short at 1× has no liquidation price, a long has one', () => {
    const position = { entry: 50_000, quantityUsd: 60_000, leverage: 1, tiers: one(0.005) }
    const inverse = marginOf('bybit').inverse
    expect(inverse?.isolatedLiquidation({ side: 'short', ...position })).toMatchObject({ liquidationPrice: null, bankruptcyPrice: null })
    expect(inverse?.isolatedLiquidation({ side: 'long', ...position }).liquidationPrice).toBeCloseTo(25_125, 8)
  })
})

describe('default tables', () => {
  it('are those of the venue for what it publishes, in any spelling of the symbol', () => {
    for (const spelling of ['BTC', 'btcusdt', 'BTC-USDT-SWAP', 'BTC_USDT', 'BTC/USDT:USDT', 'BTCUSD', 'BTC-PERP'])
      expect(venueTiers('bybit', spelling).tiers, spelling).toEqual(venueTiers('bybit').tiers)
    expect(venueTiers('bybit')).toMatchObject({ standIn: false })
    expect(venueTiers('okx')).toMatchObject({ standIn: true })
    expect(venueTiers('binance', 'ETHUSDT').standIn).toBe(false)
    expect(venueTiers('binance', 'NEWUSDT').standIn).toBe(true)
    const maximum = (symbol: string) => maxLeverage(venueTiers('hyperliquid', symbol).tiers)
    expect(['BTC', 'ETH', 'SOL', 'XRP', '1000PEPEUSDT', 'kPEPE', 'DOT', 'NEW'].map(maximum)).toEqual([40, 25, 20, 20, 10, 10, 10, 10])
    expect(venueTiers('hyperliquid', 'NEW').standIn).toBe(true)
    expect(venueTiers('hyperliquid', 'SOL').standIn).toBe(false)
  })

  it("have the deductions that Bybit prints beside its tiers, and those of Gate's own method", () => {
    // Bybit, margin parameters of BTCUSDT.
    const printed = [
      0, 1_200, 3_020, 4_300, 5_820, 8_460, 15_460, 20_500, 46_000, 66_000, 80_000, 160_000, 300_000, 452_000, 502_000, 777_000, 837_000,
      967_000, 1_107_000, 1_482_000,
    ]
    expect(venueTiers('bybit').amounts.map(Math.round)).toEqual(printed)
    // Gate: "the next tier's MMR only to the portion exceeding the previous limit".
    expect(
      venueTiers('gate')
        .amounts.slice(0, 3)
        .map((a) => Math.round(a * 1e6) / 1e6),
    ).toEqual([0, 10, 35])
  })
})

describe('refuses', () => {
  const good: VenueIsolatedPosition = { side: 'long', entry: 100, size: 1, leverage: 5, tiers: one(0.01) }
  it.each([
    [{ entry: 0 }, 'entry'],
    [{ entry: Number.NaN }, 'entry'],
    [{ size: -1 }, 'size'],
    [{ entry: 1e200, size: 1e200 }, 'size'],
    [{ leverage: 0.5 }, 'leverage'],
    [{ tiers: [] }, 'tiers'],
    [{ amounts: [0, 0] }, 'amounts'],
    [{ takerFee: 0.05 }, 'takerFee'],
    [{ takerFee: -0.0001 }, 'takerFee'],
    [{ takerFee: Number.NaN }, 'takerFee'],
    [{ tiers: one(0.97), takerFee: 0.03 }, 'takerFee'],
    [{ leverage: 100 }, 'leverage'],
    [{ side: 'short', leverage: 100 }, 'leverage'],
  ] as [Partial<VenueIsolatedPosition>, string][])('%o', (wrong, field) => {
    let error: unknown
    try {
      isolated('okx', { ...good, ...wrong })
    } catch (e) {
      error = e
    }
    expect(error).toBeInstanceOf(FaultlineError)
    expect((error as FaultlineError).place?.field).toBe(field)
  })

  it('says what the tier allows, where a position would be liquidated as it opens', () => {
    expect(() => isolated('binance', { side: 'long', entry: 60_000, size: 5_000, leverage: 125 })).toThrow(
      /0\.8 %.*asks for 10 %.*at most 5×/,
    )
  })

  it('a Hyperliquid tier without a leverage, and a fee that is none even where it plays no part', () => {
    const tiers = [{ floorUsd: 0, capUsd: null, maintMarginRatio: 0.01, maxLeverage: 0 }]
    expect(() => isolated('hyperliquid', { ...good, tiers })).toThrow(/allows 0×/)
    expect(() => isolated('binance', { ...good, takerFee: 4 })).toThrow(/takerFee/)
  })

  it('every venue by its name', () => {
    for (const venue of MARGIN_VENUES) expect(marginOf(venue).venue).toBe(venue)
  })
})
