/** The feed of each wire format; only the one that is asked for is loaded. */
import type { Wire } from '@faultline/market/venue'
import type { VenueFeed } from '../feed/venue-feed.ts'
import type { FeedOptions } from './carrier/carried-feed.ts'

export const FEEDS: Readonly<Record<Wire, () => Promise<(options: FeedOptions) => VenueFeed>>> = {
  binance: async () => (await import('./binance/feed.ts')).createBinanceFeed,
  bybit: async () => (await import('./bybit/feed.ts')).createBybitFeed,
  okx: async () => (await import('./okx/feed.ts')).createOkxFeed,
  gate: async () => (await import('./gate/feed.ts')).createGateFeed,
  hyperliquid: async () => (await import('./hyperliquid/feed.ts')).createHyperliquidFeed,
}
