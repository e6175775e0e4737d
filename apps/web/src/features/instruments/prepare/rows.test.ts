import { expect, it } from 'vitest'
import { filterRows, type InstrumentFigures, nextSort, sortRows } from './rows.ts'

const row = (symbol: string, more: Partial<InstrumentFigures> = {}): InstrumentFigures => ({
  key: `binance-usdm:${symbol}`,
  symbol,
  baseAsset: symbol.slice(0, -4),
  venue: 'binance-usdm',
  simulated: false,
  lastClose: 1,
  change24h: null,
  openInterestUsd: null,
  fundingRate: null,
  firstBucket: 0,
  lastBucket: 100,
  bucketMs: 60_000,
  columnCount: 1,
  ...more,
})
const venueName = (venue: string) => (venue === 'simulated' ? 'Simulated market' : 'Binance')
const symbols = (rows: InstrumentFigures[]) => rows.map((r) => r.symbol)

it('filters by every word, whatever the case', () => {
  const rows = [row('ETHUSDT'), row('SOLUSDT'), row('SIMUSDT', { venue: 'simulated', key: 'simulated:SIMUSDT', simulated: true })]
  expect(symbols(filterRows(rows, 'eth', venueName))).toEqual(['ETHUSDT'])
  expect(symbols(filterRows(rows, ' binance  sol ', venueName))).toEqual(['SOLUSDT'])
  expect(symbols(filterRows(rows, 'simulated', venueName))).toEqual(['SIMUSDT'])
  expect(filterRows(rows, '', venueName)).toHaveLength(3)
})

it('keeps rows without a figure last in both directions', () => {
  const rows = [row('AUSDT'), row('BUSDT', { change24h: -0.1 }), row('CUSDT', { change24h: 0.2 })]
  expect(symbols(sortRows(rows, { key: 'change', descending: true }))).toEqual(['CUSDT', 'BUSDT', 'AUSDT'])
  expect(symbols(sortRows(rows, { key: 'change', descending: false }))).toEqual(['BUSDT', 'CUSDT', 'AUSDT'])
})

it('sorts by name both ways and by age with the freshest first', () => {
  const rows = [row('BUSDT', { lastBucket: 900_000 }), row('AUSDT', { lastBucket: 10 }), row('CUSDT', { lastBucket: null })]
  expect(symbols(sortRows(rows, { key: 'symbol', descending: true }))).toEqual(['CUSDT', 'BUSDT', 'AUSDT'])
  expect(symbols(sortRows(rows, { key: 'age', descending: false }))).toEqual(['BUSDT', 'AUSDT', 'CUSDT'])
  expect(symbols(sortRows(rows, { key: 'age', descending: true }))).toEqual(['AUSDT', 'BUSDT', 'CUSDT'])
  expect(sortRows([], { key: 'age', descending: false })).toEqual([])
})

it('does not move live markets about while their columns come one after the other', () => {
  const M = 60_000
  const order = (...lastBuckets: number[]) =>
    symbols(
      sortRows(
        ['AUSDT', 'BUSDT', 'CUSDT'].map((symbol, i) => row(symbol, { lastBucket: lastBuckets[i] ?? null })),
        { key: 'age', descending: false },
      ),
    )
  const steady = ['AUSDT', 'BUSDT', 'CUSDT']
  expect(order(100 * M, 100 * M, 100 * M)).toEqual(steady)
  expect(order(100 * M, 101 * M, 100 * M)).toEqual(steady)
  expect(order(101 * M, 101 * M, 102 * M)).toEqual(steady)
  // one that has stopped goes down
  expect(order(94 * M, 100 * M, 100 * M)).toEqual(['BUSDT', 'CUSDT', 'AUSDT'])
  // longer candles end where the shorter ones do
  const hourly = row('HUSDT', { lastBucket: 60 * M, bucketMs: 60 * M })
  expect(symbols(sortRows([row('ZUSDT', { lastBucket: 119 * M }), hourly], { key: 'age', descending: false }))).toEqual(['HUSDT', 'ZUSDT'])
})

it('turns the sort round when the same header is pressed again', () => {
  expect(nextSort({ key: 'symbol', descending: false }, 'price')).toEqual({ key: 'price', descending: true })
  expect(nextSort({ key: 'price', descending: true }, 'price')).toEqual({ key: 'price', descending: false })
})
