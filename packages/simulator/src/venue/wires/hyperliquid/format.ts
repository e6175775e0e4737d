/** Hyperliquid's public API: one call with many types, sizes in coins, hourly funding, positions per address, no liquidation feed. */
import { MINUTE_MS } from '@faultline/market/units'
import type { WireFormat } from '../wire-format.ts'
import { answer, costOf } from './info.ts'
import { messages, readRequest, snapshot } from './streams.ts'

export const hyperliquidFormat: WireFormat = {
  wire: 'hyperliquid',
  symbolOf: ({ baseAsset }) => baseAsset,
  contractSizeOf: () => 1,
  // Every one, but only to those who ask for the address.
  liquidationsPerSecond: null,
  acceptsPath: (path) => path === '/ws',
  // There it is the server's silence that counts; here a client's, which is stricter.
  idleMs: MINUTE_MS,
  connectionMs: null,
  readRequest,
  messages,
  snapshot,
  costOf,
  answer,
  refusal: () => ({ status: 429, body: null }),
  serverError: (status) => ({ status, body: null }),
}
