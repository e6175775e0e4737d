import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MarginTier } from '@faultline/market/instrument'
import { describe, expect, it } from 'vitest'
import { crossLiquidationPrice } from './binance.ts'
import { hyperliquidCross, hyperliquidIsolatedFromRaw, hyperliquidMaintenance, hyperliquidSingleTier } from './hyperliquid.ts'
import { legacyInverseBankruptcyPrice, legacyInverseLiquidationPrice } from './inverse.ts'
import { liquidationPriceInTier, maintenanceAmounts } from './linear.ts'
import { marginOf } from './venue-margin.ts'

/** One tier for every notional, with a deduction. */
const single = (maintMarginRatio: number, amount = 0) => ({
  tiers: [{ floorUsd: 0, capUsd: null, maintMarginRatio, maxLeverage: 1 }],
  amounts: [amount],
})
/** Two tiers whose upper one has this ratio and deduction: the edge is where the deduction comes from. */
const tiersWith = (maintMarginRatio: number, amount: number): MarginTier[] => {
  const floorUsd = amount / (maintMarginRatio - 0.01)
  return [
    { floorUsd: 0, capUsd: floorUsd, maintMarginRatio: 0.01, maxLeverage: 50 },
    { floorUsd, capUsd: null, maintMarginRatio, maxLeverage: 5 },
  ]
}

// Binance FAQ b3c689c1f50a44cabb3a84e663b81d93: one wallet, two longs.
const WALLET = 1_535_443.01
const BTC = { entry: 32_481.98, size: 109.488, mark: 31_967.27, ratio: 0.025, amount: 16_300 }
const ETH = { entry: 1_456.84, size: 3_683.979, mark: 1_335.18, ratio: 0.1, amount: 135_365 }
const binance = (own: typeof BTC, other: typeof BTC | null) =>
  crossLiquidationPrice({
    side: 'long',
    entry: own.entry,
    size: own.size,
    walletBalance: WALLET,
    otherMaintenance: other ? other.size * other.mark * other.ratio - other.amount : 0,
    otherUnrealised: other ? other.size * (other.mark - other.entry) : 0,
    tiers: tiersWith(own.ratio, own.amount),
  })

/** An edge and the deductions around it, from `floor`, its two ratios and the deduction below. */
const deduction = (floorUsd: number, ratio: number, below: number, belowAmount: number) => {
  // The deduction below comes from an edge of its own: half the floor is as good as any.
  const lower = floorUsd / 2
  const first = below - belowAmount / lower
  const tiers = [
    { floorUsd: 0, capUsd: lower, maintMarginRatio: first, maxLeverage: 50 },
    { floorUsd: lower, capUsd: floorUsd, maintMarginRatio: below, maxLeverage: 20 },
    { floorUsd, capUsd: null, maintMarginRatio: ratio, maxLeverage: 10 },
  ]
  return maintenanceAmounts(tiers)[2] as number
}

/** Every worked example that venues have published and we know of: what it is, its source, ours, theirs, and their rounding. */
const WORKED: [name: string, source: string, ours: () => number | null, theirs: number, tolerance: number][] = [
  ['Binance, ETH long alone', 'Binance FAQ b3c689c1', () => binance(ETH, null), 1_114.78, 0.01],
  ['Binance, BTC long alone', 'Binance FAQ b3c689c1', () => binance(BTC, null), 18_778.73, 0.01],
  ['Binance, ETH cross with BTC open', 'Binance FAQ b3c689c1', () => binance(ETH, BTC), 1_153.26, 0.01],
  ['Binance, BTC cross with ETH open', 'Binance FAQ b3c689c1', () => binance(BTC, ETH), 26_316.89, 0.01],
  [
    'Binance USDⓈ-M, deduction of bracket 3',
    'Binance FAQ, leverage and margin of USDⓈ-M futures',
    () => deduction(250_000, 0.01, 0.005, 50),
    1_300,
    1e-9,
  ],
  ['Binance COIN-M, deduction of bracket 5', 'Binance FAQ ceccfcfb', () => deduction(50, 0.05, 0.025, 0.56), 1.81, 1e-9],
  [
    'Hyperliquid, ETH long isolated',
    'Hyperliquid API documentation, clearinghouseState (rawUsd is rounded there)',
    () => hyperliquidIsolatedFromRaw({ rawUsd: -95.059824, szi: 0.0335, tiers: [hyperliquidSingleTier(50)] }),
    2_866.26936529,
    1e-4,
  ],
  [
    'Hyperliquid, SAGA short in a cross account of several positions',
    'account state in the tests of gocryptotrader',
    () =>
      hyperliquidCross({
        side: 'short',
        size: 103_774.5,
        mark: 0.02436,
        accountValue: 3_155_203.766062,
        crossMaintenanceMarginUsed: 43_452.918775,
        tiers: [hyperliquidSingleTier(50)],
      }),
    29.713170189,
    1e-6,
  ],
  [
    'Hyperliquid, maintenance of 377,667 USD at 40×',
    'clearinghouseState response of 2026-09-25',
    () => hyperliquidMaintenance([hyperliquidSingleTier(40)], 377_667),
    4_720.8375,
    1e-9,
  ],
  [
    'Phemex, isolated long of 500 coins at 0.4, 5×',
    'Phemex help centre, liq-price-for-USDTM',
    () =>
      marginOf('phemex').isolatedLiquidation({ side: 'long', entry: 0.4, size: 500, leverage: 5, takerFee: 0.0006, ...single(0.01) })
        .liquidationPrice,
    0.3232,
    1e-4,
  ],
  [
    'Bybit inverse (older), bankruptcy price',
    'Bybit help centre 360039261334 (archived)',
    () => legacyInverseBankruptcyPrice({ quantityUsd: 10_000, entry: 8_000, balance: 0.5, takerFee: 0.00075 }),
    5_718.57,
    0.01,
  ],
  [
    'Bybit inverse (older), cross long',
    'Bybit help centre 360039261334 (archived); the page rounds the bankruptcy price before it goes on',
    () => legacyInverseLiquidationPrice({ quantityUsd: 10_000, entry: 8_000, balance: 0.5, takerFee: 0.00075, maintMarginRatio: 0.005 }),
    5_739.5,
    0.5,
  ],
]

describe('worked examples of the venues', () => {
  it.each(WORKED)('%s (%s)', (_, _source, ours, theirs, tolerance) => {
    expect(Math.abs((ours() as number) - theirs)).toBeLessThanOrEqual(tolerance)
  })
})

interface Case {
  name: string
  formula: string
  inputs: Record<string, number> & { this?: Record<string, number>; other?: Record<string, number> }
  expected: number
  tolerance: number
}

/** The same formulas by the names that a list of cases gives them. A formula that is not here fails its case. */
const FORMULAS: Record<string, (inputs: Case['inputs']) => number | null> = {
  'binance-usdm-liq': ({ WB, TMM, UPNL, cum, side, size, EP, mmr, this: own, other }) => {
    const p = own && other ? own : { size, EP, mmr, cum }
    const maintenance = own && other ? (other.size as number) * (other.MP as number) * (other.mmr as number) - (other.cum as number) : TMM
    const unrealised = own && other ? (other.size as number) * ((other.MP as number) - (other.EP as number)) : UPNL
    return liquidationPriceInTier({
      side: side === -1 ? 'short' : 'long',
      entry: p.EP as number,
      size: p.size as number,
      margin: (WB as number) - (maintenance as number) + (unrealised as number),
      maintMarginRatio: p.mmr as number,
      maintenanceAmount: p.cum as number,
    })
  },
  'maintenance-amount': ({ floor, mmr, prev, prev_cum }) => deduction(floor as number, mmr as number, prev as number, prev_cum as number),
  'hl-isolated-liq': ({ rawUsd, szi, maxLeverage }) =>
    hyperliquidIsolatedFromRaw({ rawUsd: rawUsd as number, szi: szi as number, tiers: [hyperliquidSingleTier(maxLeverage as number)] }),
  'hl-cross-liq': ({ mark, accountValue, crossMaintenanceMarginUsed, szi, maxLeverage }) =>
    hyperliquidCross({
      side: (szi as number) > 0 ? 'long' : 'short',
      size: Math.abs(szi as number),
      mark: mark as number,
      accountValue: accountValue as number,
      crossMaintenanceMarginUsed: crossMaintenanceMarginUsed as number,
      tiers: [hyperliquidSingleTier(maxLeverage as number)],
    }),
  'hl-maintenance': ({ ntl, maxLeverage }) => hyperliquidMaintenance([hyperliquidSingleTier(maxLeverage as number)], ntl as number),
  'phemex-isolated-liq': ({ OpenValue, size, leverage, taker, mmr, mmAmount }) =>
    marginOf('phemex').isolatedLiquidation({
      side: 'long',
      entry: (OpenValue as number) / (size as number),
      size: size as number,
      leverage: leverage as number,
      takerFee: taker as number,
      ...single(mmr as number, mmAmount as number),
    }).liquidationPrice,
  'bybit-inverse-bankruptcy': ({ qty, entry, balance }) =>
    legacyInverseBankruptcyPrice({ quantityUsd: qty as number, entry: entry as number, balance: balance as number, takerFee: 0.00075 }),
  'bybit-inverse-liq': ({ qty, entry, balance, mmr, fee }) =>
    legacyInverseLiquidationPrice({
      quantityUsd: qty as number,
      entry: entry as number,
      balance: balance as number,
      takerFee: fee as number,
      maintMarginRatio: mmr as number,
    }),
}

const file = join(process.env.FAULTLINE_DATA_DIR ?? '', 'margin', 'liquidation-price-cases.json')
describe.runIf(process.env.FAULTLINE_DATA_DIR !== undefined && existsSync(file))('the cases of the data folder', () => {
  const cases = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Case[]) : []
  it('has all that were typed in here', () => {
    for (const [name, , , theirs] of WORKED)
      expect(
        cases.map((c) => c.expected),
        name,
      ).toContain(theirs)
  })
  it.each(cases.map((c) => [c.name, c] as const))('%s', (_, { formula, inputs, expected, tolerance }) => {
    expect(Object.keys(FORMULAS)).toContain(formula)
    expect(Math.abs((FORMULAS[formula]?.(inputs) as number) - expected)).toBeLessThanOrEqual(tolerance)
  })
})
