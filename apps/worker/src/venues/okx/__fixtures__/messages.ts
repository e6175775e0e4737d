/** Messages with the fields that OKX sends, made up for tests. Each call gives a fresh one; `change` replaces fields. */

type Change = Readonly<Record<string, unknown>>
type Message = Record<string, unknown>

/** 2026-03-01T12:00:00Z, a full minute */
export const T = 1_772_366_400_000
export const SYMBOL = 'ETH-USDT-SWAP'

const pushed = (channel: string, rows: readonly unknown[], outer: Change = {}): Message => ({
  arg: { channel, instId: SYMBOL },
  data: rows,
  ...outer,
})

/** `[ts, o, h, l, c, contracts, coins, USD, confirm]`; `change` by index */
export const candleRow = (start: number, change: Readonly<Record<number, unknown>> = {}): unknown[] =>
  Object.assign([String(start), '2010.5', '2013', '2009.25', '2011.75', '8124', '812.4', '1633870.4425', '1'], change)

export const candle = (change: Readonly<Record<number, unknown>> = {}, outer: Change = {}): Message =>
  pushed('candle1m', [candleRow(T, change)], outer)

export const markPrice = (change: Change = {}): Message =>
  pushed('mark-price', [{ instType: 'SWAP', instId: SYMBOL, markPx: '2011.68', ts: String(T + 1_204), ...change }])

export const fundingRate = (change: Change = {}): Message =>
  pushed('funding-rate', [
    {
      formulaType: 'withRate',
      fundingRate: '-0.00004321',
      fundingTime: String(T + 4 * 3_600_000),
      instId: SYMBOL,
      instType: 'SWAP',
      method: 'current_period',
      nextFundingRate: '',
      nextFundingTime: String(T + 12 * 3_600_000),
      prevFundingTime: String(T - 4 * 3_600_000),
      settFundingRate: '0.0000539822210069',
      settState: 'settled',
      ts: String(T + 1_000),
      ...change,
    },
  ])

/** Two details of one instrument, of which the first killed a long; `change` is of the first. */
export const liquidations = (change: Change = {}, row: Change = {}, outer: Change = {}): Message => ({
  arg: { channel: 'liquidation-orders', instType: 'SWAP' },
  data: [
    {
      details: [
        { bkLoss: '0', bkPx: '1990.1', ccy: '', posSide: 'long', side: 'sell', sz: '35', ts: String(T + 1_210), ...change },
        { bkLoss: '0', bkPx: '2055.4', ccy: '', posSide: 'short', side: 'buy', sz: '2.5', ts: String(T + 1_377) },
      ],
      instFamily: 'ETH-USDT',
      instId: SYMBOL,
      instType: 'SWAP',
      uly: 'ETH-USDT',
      ...row,
    },
  ],
  ...outer,
})

export const openInterest = (change: Change = {}): Message =>
  pushed('open-interest', [
    { instId: SYMBOL, instType: 'SWAP', oi: '2560002.5', oiCcy: '256000.25', oiUsd: '514990000.06', ts: String(T + 5_000), ...change },
  ])

export const trade = (change: Change = {}): Message =>
  pushed('trades', [
    { instId: SYMBOL, tradeId: '130639474', px: '2011.7', sz: '4', side: 'buy', ts: String(T + 2_000), count: '2', source: '0', ...change },
  ])

export const books = (change: Change = {}, outer: Change = {}): Message =>
  pushed(
    'books5',
    [
      {
        bids: [
          ['2011.7', '32', '0', '3'],
          ['2011.6', '110', '0', '7'],
        ],
        asks: [
          ['2011.8', '7.5', '0', '1'],
          ['2012', '91', '0', '5'],
        ],
        instId: SYMBOL,
        ts: String(T + 500),
        seqId: 123456,
        ...change,
      },
    ],
    outer,
  )

/** A body of REST. */
export const body = (...data: unknown[]): Message => ({ code: '0', msg: '', data })

export const settlement = (time: number, change: Change = {}): Message => ({
  instType: 'SWAP',
  instId: SYMBOL,
  formulaType: 'withRate',
  fundingRate: '0.00012',
  realizedRate: '0.0001',
  fundingTime: String(time),
  method: 'current_period',
  ...change,
})

export const instrument = (change: Change = {}): Message => ({
  alias: '',
  baseCcy: '',
  ctMult: '1',
  ctType: 'linear',
  ctVal: '0.1',
  ctValCcy: 'ETH',
  instFamily: 'ETH-USDT',
  instId: SYMBOL,
  instType: 'SWAP',
  lever: '100',
  lotSz: '0.01',
  minSz: '0.01',
  quoteCcy: '',
  settleCcy: 'USDT',
  state: 'live',
  tickSz: '0.01',
  uly: 'ETH-USDT',
  ...change,
})

export const tier = (change: Change = {}): Message => ({
  baseMaxLoan: '',
  imr: '0.01',
  instFamily: 'ETH-USDT',
  instId: '',
  maxLever: '100',
  maxSz: '5000',
  minSz: '0',
  mmr: '0.004',
  optMgnFactor: '0',
  quoteMaxLoan: '',
  tier: '1',
  uly: 'ETH-USDT',
  ...change,
})
