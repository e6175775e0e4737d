/** Messages and answers with the fields that Hyperliquid sends, made up for tests. Each call gives a fresh one; `change` replaces fields. */
import { T } from './time.ts'

type Change = Readonly<Record<string, unknown>>

export const ADDRESS = `0x${'ab'.repeat(20)}`
export const OTHER = `0x${'cd'.repeat(20)}`

export const candleRow = (change: Change = {}): Record<string, unknown> => ({
  t: T,
  T: T + 59_999,
  s: 'ETH',
  i: '1m',
  o: '2010.5',
  c: '2011.75',
  h: '2013.0',
  l: '2009.25',
  v: '812.4',
  n: 420,
  ...change,
})
export const candle = (change: Change = {}, data?: unknown) => ({ channel: 'candle', data: data ?? candleRow(change) })

export const ctx = (change: Change = {}): Record<string, unknown> => ({
  funding: '-0.0000125',
  openInterest: '605822.25',
  prevDayPx: '2094.6',
  dayNtlVlm: '591989409.94',
  premium: '-0.0002824',
  oraclePx: '2012.04',
  markPx: '2011.68',
  midPx: '2011.7',
  impactPxs: ['2011.65', '2011.75'],
  dayBaseVlm: '281686.82',
  ...change,
})
export const assetCtx = (change: Change = {}, outer: Change = {}) => ({ channel: 'activeAssetCtx', data: { coin: 'ETH', ctx: ctx(change), ...outer } })

export const tradeRow = (change: Change = {}): Record<string, unknown> => ({
  coin: 'ETH',
  side: 'A',
  px: '2010.9',
  sz: '0.125',
  time: T + 1_250,
  hash: `0x${'00'.repeat(32)}`,
  tid: 279009384293,
  users: [ADDRESS, OTHER],
  ...change,
})
export const trades = (...rows: unknown[]) => ({ channel: 'trades', data: rows })

export const bookRow = (change: Change = {}): Record<string, unknown> => ({
  coin: 'ETH',
  time: T + 500,
  levels: [
    [
      { px: '2011.7', sz: '3.2', n: 2 },
      { px: '2011.6', sz: '11.0', n: 1 },
    ],
    [
      { px: '2011.8', sz: '0.75', n: 1 },
      { px: '2012.0', sz: '9.1', n: 3 },
    ],
  ],
  ...change,
})
export const book = (change: Change = {}) => ({ channel: 'l2Book', data: bookRow(change) })

/** The fill of an address that took the other side of a liquidation, or (`own`) of the one that was liquidated. */
export const fill = (change: Change = {}): Record<string, unknown> => ({
  coin: 'ETH',
  px: '1995.25',
  sz: '3.5',
  side: 'A',
  time: T + 1_500,
  startPosition: '-12.0',
  dir: 'Open Short',
  closedPnl: '0.0',
  hash: `0x${'11'.repeat(32)}`,
  oid: 55030848197,
  crossed: false,
  fee: '0.9',
  tid: 745210434703,
  feeToken: 'USDC',
  twapId: null,
  liquidation: { liquidatedUser: OTHER, markPx: '1994.1', method: 'market' },
  ...change,
})
export const own = (change: Change = {}) =>
  fill({ dir: 'Close Long', startPosition: '3.5', crossed: true, liquidation: { liquidatedUser: ADDRESS, markPx: '1994.1', method: 'market' }, ...change })
export const userFills = (fills: readonly unknown[], outer: Change = {}) => ({ channel: 'userFills', data: { user: ADDRESS, fills, ...outer } })

export const meta = (universe: readonly unknown[] = [], change: Change = {}): Record<string, unknown> => ({
  universe: [
    { name: 'BTC', szDecimals: 5, maxLeverage: 40, marginTableId: 56 },
    { name: 'ETH', szDecimals: 4, maxLeverage: 25, marginTableId: 55, isDelisted: null },
    { name: 'MATIC', szDecimals: 1, maxLeverage: 20, marginTableId: 20, isDelisted: true },
    { name: 'kPEPE', szDecimals: 0, maxLeverage: 10, marginTableId: 52 },
    { name: 'ATOM', szDecimals: 2, maxLeverage: 5, marginTableId: 5, onlyIsolated: true },
    ...universe,
  ],
  marginTables: [
    [50, { description: '', marginTiers: [{ lowerBound: '0.0', maxLeverage: 50 }] }],
    [52, { description: 'tiered 10x (1)', marginTiers: [{ lowerBound: '0.0', maxLeverage: 10 }, { lowerBound: '3000000.0', maxLeverage: 5 }] }],
    [55, { description: 'tiered 25x', marginTiers: [{ lowerBound: '0.0', maxLeverage: 25 }, { lowerBound: '100000000.0', maxLeverage: 15 }] }],
    [56, { description: 'tiered 40x', marginTiers: [{ lowerBound: '0.0', maxLeverage: 40 }, { lowerBound: '150000000.0', maxLeverage: 20 }] }],
  ],
  collateralToken: 0,
  ...change,
})

export const fundingRow = (change: Change = {}): Record<string, unknown> => ({
  coin: 'ETH',
  fundingRate: '-0.0000081',
  premium: '-0.000125',
  time: T + 37,
  ...change,
})
