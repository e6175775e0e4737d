import type { MarginTier } from '@faultline/market/instrument'
import { BINANCE_BRACKETS } from './binance-brackets.ts'
import { hyperliquidSingleTier } from './hyperliquid.ts'
import { continuousTable, type MarginTable } from './linear.ts'
import { tiersFor, tiersOfRow } from './tiers.ts'

/**
 * Margin tables that stand in until current ones are handed in. Venues change theirs often; each row says whose it is and of when.
 * Rows are typed as in binance-brackets.ts: `cap/maintenance %/leverage` per tier.
 */

export interface VenueTable extends MarginTable {
  /** whose figures these are, and of what date */
  readonly source: string
  /** true where the venue's own tiers of this instrument are not known here and others stand in for them */
  readonly standIn: boolean
}

export type MarginVenue = 'binance' | 'bybit' | 'okx' | 'gate' | 'hyperliquid' | 'phemex' | 'generic'

const BINANCE_SOURCE = 'Binance USDⓈ-M leverage brackets, 2024-10-24'

/** Bybit, BTCUSDT. The page carries no date; typed in November 2026. The deductions that it prints follow from the ratios. */
const BYBIT_BTCUSDT =
  '2M/.5/100 2.6M/.56/90 3.2M/.63/80 3.8M/.67/75 4.4M/.71/70 5M/.77/65 5.6M/.91/55 8.5M/1/50 10M/1.3/45 14M/1.5/40 20M/1.6/35 ' +
  '28M/2/30 38M/2.5/25 50M/2.9/20 55M/3/19 60M/3.5/18 65M/3.6/17 70M/3.8/16 75M/4/15 80M/4.5/14'

/** Gate, BTCUSDT, as its help page on risk limits (22162) shows it in the edition of 2025-09-30. */
const GATE_BTCUSDT = '20k/.4/125 50k/.45/111 100k/.5/100 200k/.7/75 1M/1/50 2M/2/25 3M/5/10 5M/50/1.05'

/** Hyperliquid, documentation page "Margin tiers" (mainnet), typed in November 2026: coins, then the edge in USD and the two leverages. */
const HYPERLIQUID: readonly (readonly [coins: string, edgeUsd: number, below: number, above: number])[] = [
  ['BTC', 150e6, 40, 20],
  ['ETH', 100e6, 25, 15],
  ['SOL', 70e6, 20, 10],
  ['XRP', 40e6, 20, 10],
  ['DOGE KPEPE SUI WLD TRUMP LTC ENA POPCAT WIF AAVE KBONK LINK CRV AVAX ADA UNI NEAR TIA APT BCH HYPE FARTCOIN', 20e6, 10, 5],
  ['OP ARB LDO TON MKR ONDO JUP INJ KSHIB SEI TRX BNB DOT', 3e6, 10, 5],
]

/**
 * The margin table of a linear instrument on a venue. Any spelling of the symbol does (`BTCUSDT`, `BTC-USDT-SWAP`, `BTC_USDT`,
 * `BTC`). Where the venue's own tiers are not at hand, those of the same coin on Binance stand in, and for coins that Hyperliquid
 * does not list, its lowest published table.
 */
export function venueTiers(venue: MarginVenue, symbol = 'BTCUSDT'): VenueTable {
  const coin = coinOf(symbol)
  if (venue === 'hyperliquid') return hyperliquidTiers(coin)
  if (venue === 'bybit' && coin === 'BTC')
    return table(tiersOfRow(BYBIT_BTCUSDT), 'Bybit margin parameters of BTCUSDT, undated, typed 2026-11')
  if (venue === 'gate' && coin === 'BTC') return table(tiersOfRow(GATE_BTCUSDT), 'Gate help centre 22162 (risk limit), BTCUSDT, 2025-09-30')
  const name = `${coin}USDT`
  const known = Object.hasOwn(BINANCE_BRACKETS, name)
  const source = known ? `${BINANCE_SOURCE}, ${name}` : `${BINANCE_SOURCE}, the row of middling coins`
  return table(tiersFor(name), source, venue !== 'binance' || !known)
}

const table = (tiers: readonly MarginTier[], source: string, standIn = false): VenueTable => ({
  ...continuousTable(tiers),
  source,
  standIn,
})

function hyperliquidTiers(coin: string): VenueTable {
  const named = coin.replace(/^1000/, 'K')
  const listed = HYPERLIQUID.find(([coins]) => coins.split(' ').includes(named))
  const [, edgeUsd, below, above] = listed ?? (HYPERLIQUID.at(-1) as (typeof HYPERLIQUID)[number])
  const tiers = [
    { ...hyperliquidSingleTier(below), capUsd: edgeUsd },
    { ...hyperliquidSingleTier(above), floorUsd: edgeUsd },
  ]
  return table(tiers, 'Hyperliquid documentation, "Margin tiers" (mainnet), typed 2026-11', listed === undefined)
}

/** `BTCUSDT`, `BTC-USDT-SWAP`, `BTC_USDT`, `BTC/USDT:USDT`, `BTC` → BTC. */
function coinOf(symbol: string): string {
  const plain = symbol.toUpperCase().replace(/:.*$/, '')
  const [head = '', ...rest] = plain.split(/[-_/]/)
  if (rest.length > 0) return head
  return head.length > 3 ? head.replace(/(USDT|USDC|USD)$/, '') : head
}
