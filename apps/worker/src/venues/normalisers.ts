/** The reader of single messages of each venue; only the one that is asked for is loaded. */
import type { Wire } from '@faultline/market/venue'
import type { Normaliser } from './normaliser.ts'

export const NORMALISERS: Readonly<Record<Wire, () => Promise<Normaliser>>> = {
  binance: async () => (await import('./binance/normalise.ts')).normaliseBinance,
  bybit: async () => (await import('./bybit/normalise.ts')).normaliseBybit,
  okx: async () => (await import('./okx/normalise.ts')).normaliseOkx,
  gate: async () => (await import('./gate/normalise.ts')).normaliseGate,
  hyperliquid: async () => (await import('./hyperliquid/normalise.ts')).normaliseHyperliquid,
}
