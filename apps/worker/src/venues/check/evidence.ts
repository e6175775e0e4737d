/**
 * What each venue is expected to give, by channel, as its evidence table says it (docs/venues/): the names of what is listened to
 * and what is asked. A check of the venue compares with this.
 */
import type { FeedChannel } from '@faultline/market/feed'
import type { Wire } from '@faultline/market/venue'

export interface Evidence {
  /** topics, streams or subscriptions; null: no socket tells it */
  socket: string | null
  /** endpoints of REST; null: none gives it */
  rest: string | null
}

const none: Evidence = { socket: null, rest: null }

export const EVIDENCE: Readonly<Record<Wire, Readonly<Record<FeedChannel, Evidence>>>> = {
  binance: {
    candle: { socket: 'kline_1m', rest: '/fapi/v1/klines' },
    markPrice: { socket: 'markPrice', rest: null },
    openInterest: { socket: null, rest: '/fapi/v1/openInterest' },
    funding: { socket: null, rest: '/fapi/v1/fundingRate' },
    longShortRatio: { socket: null, rest: '/futures/data/globalLongShortAccountRatio' },
    liquidation: { socket: 'forceOrder', rest: null },
    depth: { socket: 'depth20', rest: null },
  },
  bybit: {
    candle: { socket: 'kline.1', rest: '/v5/market/kline' },
    markPrice: { socket: 'tickers', rest: null },
    openInterest: { socket: null, rest: '/v5/market/open-interest' },
    funding: { socket: null, rest: '/v5/market/funding/history' },
    longShortRatio: { socket: null, rest: '/v5/market/account-ratio' },
    liquidation: { socket: 'allLiquidation', rest: null },
    depth: { socket: '/v5/market/orderbook', rest: null },
  },
  okx: {
    candle: { socket: 'candle1m', rest: '/api/v5/market/history-candles' },
    markPrice: { socket: 'mark-price', rest: null },
    openInterest: { socket: null, rest: '/api/v5/public/open-interest' },
    funding: { socket: null, rest: '/api/v5/public/funding-rate-history' },
    longShortRatio: { socket: null, rest: 'long-short-account-ratio-contract' },
    liquidation: { socket: 'liquidation-orders', rest: null },
    depth: { socket: 'books', rest: null },
  },
  gate: {
    candle: { socket: 'futures.candlesticks', rest: 'candlesticks' },
    markPrice: { socket: 'futures.tickers', rest: null },
    openInterest: { socket: null, rest: 'tickers' },
    funding: { socket: null, rest: 'funding_rate' },
    longShortRatio: { socket: null, rest: 'contract_stats' },
    liquidation: { socket: 'futures.public_liquidates', rest: 'liq_orders' },
    depth: { socket: '/futures/usdt/order_book', rest: null },
  },
  hyperliquid: {
    candle: { socket: 'candle', rest: 'candleSnapshot' },
    markPrice: { socket: 'activeAssetCtx', rest: null },
    openInterest: { socket: null, rest: 'metaAndAssetCtxs' },
    funding: { socket: null, rest: 'fundingHistory' },
    longShortRatio: none,
    liquidation: none,
    depth: { socket: 'l2Book', rest: null },
  },
}
