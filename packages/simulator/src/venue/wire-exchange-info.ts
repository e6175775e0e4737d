/** `GET /fapi/v1/exchangeInfo`. */
import type { Limits } from './limits.ts'
import { isTrading, type Listing } from './listings.ts'
import type { Json } from './wire.ts'

/** Binance's delivery date of contracts without one: 2100-12-25. */
const PERPETUAL = 4_133_404_800_000

export function exchangeInfo(listings: readonly Listing[], limits: Limits, serverTime: number): Json {
  return {
    timezone: 'UTC',
    serverTime,
    futuresType: 'U_MARGINED',
    rateLimits: [{ rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: limits.weightPerMinute }],
    exchangeFilters: [],
    assets: [{ asset: 'USDT', marginAvailable: true, autoAssetExchange: '-10000' }],
    symbols: listings.map(symbolInfo),
  }
}

function symbolInfo(listing: Listing): Json {
  const { symbol, baseAsset, quoteAsset, priceDecimals, quantityDecimals } = listing.instrument
  const tickSize = (10 ** -priceDecimals).toFixed(priceDecimals)
  const stepSize = (10 ** -quantityDecimals).toFixed(quantityDecimals)
  const maxQty = '10000000'
  return {
    symbol,
    pair: symbol,
    contractType: 'PERPETUAL',
    deliveryDate: PERPETUAL,
    onboardDate: listing.genesis,
    status: isTrading(listing) ? 'TRADING' : 'PENDING_TRADING',
    // Binance asks to ignore both; margin is in the brackets.
    maintMarginPercent: '2.5000',
    requiredMarginPercent: '5.0000',
    baseAsset,
    quoteAsset,
    marginAsset: quoteAsset,
    pricePrecision: priceDecimals,
    quantityPrecision: quantityDecimals,
    baseAssetPrecision: 8,
    quotePrecision: 8,
    underlyingType: 'COIN',
    underlyingSubType: [],
    settlePlan: 0,
    triggerProtect: '0.0500',
    liquidationFee: '0.012500',
    marketTakeBound: '0.05',
    maxMoveOrderLimit: 10_000,
    filters: [
      { filterType: 'PRICE_FILTER', minPrice: tickSize, maxPrice: '10000000', tickSize },
      { filterType: 'LOT_SIZE', minQty: stepSize, maxQty, stepSize },
      { filterType: 'MARKET_LOT_SIZE', minQty: stepSize, maxQty, stepSize },
      { filterType: 'MAX_NUM_ORDERS', limit: 200 },
      { filterType: 'MAX_NUM_ALGO_ORDERS', limit: 10 },
      { filterType: 'MIN_NOTIONAL', notional: '5' },
      { filterType: 'PERCENT_PRICE', multiplierUp: '1.0500', multiplierDown: '0.9500', multiplierDecimal: '4' },
    ],
    orderTypes: ['LIMIT', 'MARKET', 'STOP', 'STOP_MARKET', 'TAKE_PROFIT', 'TAKE_PROFIT_MARKET', 'TRAILING_STOP_MARKET'],
    timeInForce: ['GTC', 'IOC', 'FOK', 'GTX', 'GTD'],
  }
}
