/** Messages with the fields that Binance sends, made up for tests. Each call gives a fresh one; `change` replaces fields. */

type Change = Readonly<Record<string, unknown>>

/** 2026-03-01T12:00:00Z, a full minute */
export const T = 1_772_366_400_000

export const kline = (change: Change = {}, outer: Change = {}): Record<string, unknown> => ({
  e: 'kline',
  E: T + 60_003,
  s: 'ETHUSDT',
  k: {
    t: T,
    T: T + 59_999,
    s: 'ETHUSDT',
    i: '1m',
    f: 5_100_000_001,
    L: 5_100_000_420,
    o: '2010.50',
    c: '2011.75',
    h: '2013.00',
    l: '2009.25',
    v: '812.400',
    n: 420,
    x: true,
    q: '1633870.44250',
    V: '400.100',
    Q: '804720.11000',
    B: '0',
    ...change,
  },
  ...outer,
})

export const markPrice = (change: Change = {}): Record<string, unknown> => ({
  e: 'markPriceUpdate',
  E: T + 3_000,
  s: 'ETHUSDT',
  p: '2011.68120000',
  ap: '2011.60000000',
  P: '2010.99000000',
  i: '2012.04000000',
  r: '-0.00004321',
  T: T + 4 * 3_600_000,
  ...change,
})

export const forceOrder = (change: Change = {}, outer: Change = {}): Record<string, unknown> => ({
  e: 'forceOrder',
  E: T + 1_504,
  o: {
    s: 'ETHUSDT',
    S: 'SELL',
    o: 'LIMIT',
    f: 'IOC',
    q: '4.000',
    p: '1990.10',
    ap: '1995.25',
    X: 'FILLED',
    l: '1.250',
    z: '3.500',
    T: T + 1_500,
    ...change,
  },
  ...outer,
})

export const depth = (change: Change = {}): Record<string, unknown> => ({
  e: 'depthUpdate',
  E: T + 507,
  T: T + 500,
  s: 'ETHUSDT',
  U: 900_000_001,
  u: 900_000_009,
  pu: 900_000_000,
  b: [
    ['2011.70', '3.200'],
    ['2011.60', '11.000'],
  ],
  a: [
    ['2011.80', '0.750'],
    ['2012.00', '9.100'],
  ],
  ...change,
})

/** A row of /fapi/v1/klines; `change` by index. */
export const klineRow = (openTime: number, change: Readonly<Record<number, unknown>> = {}): unknown[] => {
  const row: unknown[] = [
    openTime,
    '2010.50',
    '2013.00',
    '2009.25',
    '2011.75',
    '812.400',
    openTime + 59_999,
    '1633870.44250',
    420,
    '400.100',
    '804720.11000',
    '0',
  ]
  for (const [index, value] of Object.entries(change)) row[Number(index)] = value
  return row
}
