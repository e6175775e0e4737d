/** Messages and answers with the fields that Gate sends, made up for tests. Each call gives a fresh one; `change` replaces fields. */

type Change = Readonly<Record<string, unknown>>

/** 2026-03-01T12:00:00Z, a full minute */
export const T = 1_772_366_400_000
/** the same in Gate's seconds */
export const S = T / 1_000

const update = (channel: string, ms: number, result: unknown, outer: Change = {}): Record<string, unknown> => ({
  time: Math.floor(ms / 1_000),
  time_ms: ms,
  channel,
  event: 'update',
  result,
  ...outer,
})

export const candleRow = (change: Change = {}): Record<string, unknown> => ({
  t: S,
  v: 81240,
  c: '2011.75',
  h: '2013',
  l: '2009.25',
  o: '2010.5',
  n: '1m_ETH_USDT',
  a: '812.4',
  w: true,
  ...change,
})
export const candlestick = (change: Change = {}, outer: Change = {}) =>
  update('futures.candlesticks', T + 60_012, [candleRow(change)], outer)

export const tickerRow = (change: Change = {}): Record<string, unknown> => ({
  contract: 'ETH_USDT',
  last: '2011.7',
  change_percentage: '-1.32',
  total_size: '15348278',
  volume_24h: '155496714',
  volume_24h_base: '1554967',
  volume_24h_quote: '3128000000',
  volume_24h_settle: '3128000000',
  mark_price: '2011.68',
  index_price: '2012.04',
  funding_rate: '-0.000043',
  funding_rate_indicative: '0.0001',
  funding_interval: 28800,
  funding_offset: 0,
  funding_next_apply: S + 4 * 3_600,
  quanto_base_rate: '',
  low_24h: '1990.1',
  high_24h: '2044.9',
  t: T + 1_983,
  ...change,
})
export const ticker = (change: Change = {}, outer: Change = {}) => update('futures.tickers', T + 2_001, [tickerRow(change)], outer)

export const liquidateRow = (change: Change = {}): Record<string, unknown> => ({
  price: '1990.1',
  size: '-350.5',
  time: T + 1_500,
  contract: 'ETH_USDT',
  ...change,
})
export const liquidate = (change: Change = {}, outer: Change = {}) =>
  update('futures.public_liquidates', T + 1_900, [liquidateRow(change)], outer)

export const tradeRow = (change: Change = {}): Record<string, unknown> => ({
  size: '-12.5',
  id: 13654528,
  create_time: S + 1,
  create_time_ms: T + 1_250,
  price: '2010.9',
  contract: 'ETH_USDT',
  ...change,
})
export const trades = (...rows: unknown[]) => update('futures.trades', T + 1_260, rows)

/** REST: order_book. */
export const book = (change: Change = {}): Record<string, unknown> => ({
  id: 35064314497,
  current: S + 0.507,
  update: S + 0.5,
  asks: [
    { p: '2011.80', s: '75' },
    { p: '2012', s: 910 },
  ],
  bids: [
    { p: '2011.70', s: '320.5' },
    { p: '2011.60', s: 1100 },
  ],
  ...change,
})

/** REST: a row of liq_orders. */
export const liquidationOrder = (change: Change = {}): Record<string, unknown> => ({
  contract: 'ETH_USDT',
  left: 0,
  size: 400,
  order_size: -350,
  fill_price: '1995.25',
  order_price: '1980.1',
  time: S + 1,
  ...change,
})

/** REST: a row of candlesticks. */
export const restCandle = (change: Change = {}): Record<string, unknown> => ({
  t: S,
  v: 81240,
  c: '2011.75',
  h: '2013',
  l: '2009.25',
  o: '2010.5',
  sum: '1633870.4',
  ...change,
})

/** REST and sockets: a row of contract_stats. */
export const statRow = (change: Change = {}): Record<string, unknown> => ({
  time: S,
  lsr_taker: 0.93,
  lsr_account: 2.25,
  long_liq_size: 350,
  long_liq_amount: 3.5,
  long_liq_usd: 6965.35,
  short_liq_size: 0,
  short_liq_amount: 0,
  short_liq_usd: 0,
  open_interest: 15348278,
  open_interest_usd: 308758238.8704,
  top_lsr_account: 1.5,
  top_lsr_size: 1.1,
  mark_price: 2011.68,
  ...change,
})

/** REST: a row of contracts. */
export const contract = (change: Change = {}): Record<string, unknown> => ({
  name: 'ETH_USDT',
  type: 'direct',
  quanto_multiplier: '0.01',
  leverage_min: '1',
  leverage_max: '100',
  maintenance_rate: '0.005',
  mark_type: 'index',
  mark_price: '2011.68',
  index_price: '2012.04',
  last_price: '2011.7',
  funding_rate: '-0.000043',
  funding_rate_indicative: '0.0001',
  funding_interval: 28800,
  funding_offset: 0,
  funding_next_apply: S + 4 * 3_600,
  position_size: 15348278,
  in_delisting: false,
  status: 'trading',
  order_price_round: '0.01',
  order_size_min: 0,
  enable_decimal: true,
  ...change,
})

/** REST: a row of risk_limit_tiers. */
export const tier = (change: Change = {}): Record<string, unknown> => ({
  tier: 1,
  risk_limit: '500000',
  initial_rate: '0.005',
  maintenance_rate: '0.003',
  leverage_max: '200',
  deduction: '0',
  contract: 'ETH_USDT',
  ...change,
})
