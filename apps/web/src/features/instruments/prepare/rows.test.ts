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
  const rows = [row('BUSDT', { lastBucket: 50 }), row('AUSDT', { lastBucket: 10 }), row('CUSDT', { lastBucket: null })]
  expect(symbols(sortRows(rows, { key: 'symbol', descending: true }))).toEqual(['CUSDT', 'BUSDT', 'AUSDT'])
  expect(symbols(sortRows(rows, { key: 'age', descending: false }))).toEqual(['BUSDT', 'AUSDT', 'CUSDT'])
})

it('turns the sort round when the same header is pressed again', () => {
  expect(nextSort({ key: 'symbol', descending: false }, 'price')).toEqual({ key: 'price', descending: true })
  expect(nextSort({ key: 'price', descending: true }, 'price')).toEqual({ key: 'price', descending: false })
})
