/** Messages with the fields that Bybit sends, made up for tests. Each call gives a fresh one; `change` replaces fields. */

type Change = Readonly<Record<string, unknown>>
type Message = Record<string, unknown>

/** 2026-03-01T12:00:00Z, a full minute */
export const T = 1_772_366_400_000

export const kline = (change: Change = {}, outer: Change = {}): Message => ({
  type: 'snapshot',
  topic: 'kline.1.ETHUSDT',
  data: [
    {
      start: T,
      end: T + 59_999,
      interval: '1',
      open: '2010.5',
      close: '2011.75',
      high: '2013',
      low: '2009.25',
      volume: '812.4',
      turnover: '1633870.4425',
      confirm: true,
      timestamp: T + 60_003,
      ...change,
    },
  ],
  ts: T + 60_003,
  ...outer,
})

export const ticker = (change: Change = {}, outer: Change = {}): Message => ({
  topic: 'tickers.ETHUSDT',
  type: 'snapshot',
  data: {
    symbol: 'ETHUSDT',
    tickDirection: 'PlusTick',
    lastPrice: '2011.70',
    markPrice: '2011.68',
    indexPrice: '2012.04',
    openInterest: '512000.50',
    openInterestValue: '1029980000.12',
    singleOpenInterest: '256000.25',
    singleOpenInterestValue: '514990000.06',
    turnover24h: '845123456.1200',
    volume24h: '421000.1000',
    fundingIntervalHour: '8',
    nextFundingTime: String(T + 4 * 3_600_000),
    fundingRate: '-0.00004321',
    bid1Price: '2011.70',
    ask1Price: '2011.71',
    ...change,
  },
  cs: 24987956059,
  ts: T + 1_204,
  ...outer,
})

/** Two at once, of which the first killed a long. */
export const allLiquidation = (change: Change = {}, outer: Change = {}): Message => ({
  topic: 'allLiquidation.ETHUSDT',
  type: 'snapshot',
  ts: T + 1_504,
  data: [
    { T: T + 1_210, s: 'ETHUSDT', S: 'Buy', v: '3.50', p: '1990.10', ...change },
    { T: T + 1_377, s: 'ETHUSDT', S: 'Sell', v: '0.25', p: '2055.40' },
  ],
  ...outer,
})

/** The topic that was removed in 2025. */
export const oldLiquidation = (change: Change = {}): Message => ({
  topic: 'liquidation.ETHUSDT',
  type: 'snapshot',
  ts: T + 1_504,
  data: { updatedTime: T + 1_500, symbol: 'ETHUSDT', side: 'Buy', size: '3.50', price: '1990.10', ...change },
})

export const trades = (...changes: readonly Change[]): Message => ({
  topic: 'publicTrade.ETHUSDT',
  type: 'snapshot',
  ts: T + 2_003,
  data: (changes.length === 0 ? [{}] : changes).map((change, i) => ({
    T: T + 2_000 + i,
    s: 'ETHUSDT',
    S: 'Buy',
    v: '0.40',
    p: '2011.70',
    L: 'PlusTick',
    i: `20f43950-d8dd-5b31-9112-a178eb6023a${i}`,
    BT: false,
    ...change,
  })),
})

export const orderbook = (change: Change = {}, outer: Change = {}): Message => ({
  topic: 'orderbook.50.ETHUSDT',
  type: 'snapshot',
  ts: T + 507,
  data: {
    s: 'ETHUSDT',
    b: [
      ['2011.70', '3.200'],
      ['2011.60', '11.000'],
    ],
    a: [
      ['2011.80', '0.750'],
      ['2012.00', '9.100'],
    ],
    u: 18521288,
    seq: 7961638724,
    ...change,
  },
  cts: T + 500,
  ...outer,
})

/** A body of REST. */
export const body = (result: Message, time: number = T + 3_600_000): Message => ({
  retCode: 0,
  retMsg: 'OK',
  result,
  retExtInfo: {},
  time,
})

/** A row of /v5/market/kline; `change` by index. */
export const klineRow = (start: number, change: Readonly<Record<number, unknown>> = {}): unknown[] =>
  Object.assign([String(start), '2010.5', '2013', '2009.25', '2011.75', '812.4', '1633870.4425'], change)

export const klines = (rows: readonly unknown[], change: Change = {}, time?: number): Message =>
  body({ category: 'linear', symbol: 'ETHUSDT', list: rows, ...change }, time)

export const openInterestRow = (timestamp: number, change: Change = {}): Message => ({
  openInterest: '512000.50000000',
  singleOpenInterest: '256000.25',
  timestamp: String(timestamp),
  ...change,
})

export const fundingRow = (time: number, change: Change = {}): Message => ({
  symbol: 'ETHUSDT',
  fundingRate: '0.0001',
  fundingRateTimestamp: String(time),
  ...change,
})

export const ratioRow = (timestamp: number, change: Change = {}): Message => ({
  symbol: 'ETHUSDT',
  buyRatio: '0.6',
  sellRatio: '0.4',
  timestamp: String(timestamp),
  ...change,
})

export const instrument = (change: Change = {}): Message => ({
  symbol: 'ETHUSDT',
  contractType: 'LinearPerpetual',
  status: 'Trading',
  baseCoin: 'ETH',
  quoteCoin: 'USDT',
  settleCoin: 'USDT',
  launchTime: '1602028800000',
  deliveryTime: '0',
  fundingInterval: 480,
  leverageFilter: { minLeverage: '1', maxLeverage: '100.00', leverageStep: '0.01' },
  lotSizeFilter: { qtyStep: '0.01', minOrderQty: '0.01', maxOrderQty: '7300.00' },
  ...change,
})

export const riskLimit = (change: Change = {}): Message => ({
  id: 11,
  symbol: 'ETHUSDT',
  riskLimitValue: '2000000',
  maintenanceMargin: '0.005',
  initialMargin: '0.01',
  isLowestRisk: 1,
  maxLeverage: '100.00',
  mmDeduction: '',
  ...change,
})
