import { describe, expect, it } from 'vitest'
import { sampleRow } from '../../screener/prepare/samples.ts'
import { nextRowSort, shortNames, sortedRows, suggestions } from './order.ts'

const rowsOf = (...keys: string[]) => keys.map((instrument) => ({ instrument, note: '' }))
const mapOf = (...rows: ReturnType<typeof sampleRow>[]) => new Map(rows.map((row) => [row.key, row]))

describe('sorting for a while', () => {
  const markets = mapOf(sampleRow('a:B', { risk: 1 }), sampleRow('a:A', { risk: 9 }), sampleRow('a:N', null), sampleRow('a:C', { risk: 9 }))
  const rows = rowsOf('a:N', 'a:C', 'a:B', 'x:GONE', 'a:A')
  const order = (...args: Parameters<typeof nextRowSort>) =>
    sortedRows(rows, markets, nextRowSort(...args)).map(({ instrument }) => instrument)
  it('puts the largest first, equals in the own order, and what is not known last', () => {
    expect(order(null, 'risk')).toEqual(['a:C', 'a:A', 'a:B', 'a:N', 'x:GONE'])
    expect(order({ column: 'risk', descending: true }, 'risk')).toEqual(['a:B', 'a:C', 'a:A', 'a:N', 'x:GONE'])
    expect(order(null, 'market')).toEqual(['a:A', 'a:B', 'a:C', 'a:N', 'x:GONE'])
  })
  it('comes back to the own order, which it has not touched', () => {
    expect(nextRowSort({ column: 'risk', descending: false }, 'risk')).toBeNull()
    expect(nextRowSort({ column: 'market', descending: true }, 'market')).toBeNull()
    expect(sortedRows(rows, markets, null)).toBe(rows)
  })
})

it('names a market by its coin, and says more where that is not enough', () => {
  const markets = mapOf(
    sampleRow('binance-usdm:BTCUSDT'),
    sampleRow('bybit-linear:BTCUSDT'),
    sampleRow('bybit-linear:BTCPERP', {}, { baseAsset: 'BTC' }),
    sampleRow('okx-swap:ETH'),
  )
  expect([...shortNames(rowsOf(...markets.keys(), 'x:GONE'), markets)]).toEqual([
    ['binance-usdm:BTCUSDT', { name: 'BTC', withVenue: true }],
    ['bybit-linear:BTCUSDT', { name: 'BTCUSDT', withVenue: true }],
    ['bybit-linear:BTCPERP', { name: 'BTCPERP', withVenue: true }],
    ['okx-swap:ETH', { name: 'ETH', withVenue: false }],
  ])
})

describe('what is suggested', () => {
  const rows = [
    sampleRow('binance-usdm:BTCUSDT', { openInterestUsd: 9e9 }),
    sampleRow('market:BTC', { openInterestUsd: 8e9 }),
    sampleRow('binance-usdm:ETHUSDT', { openInterestUsd: 9.5e9 }),
    sampleRow('binance-usdm:SOLUSDT', { openInterestUsd: 1e9 }),
    sampleRow('binance-usdm:NEWUSDT', null),
    sampleRow('simulated:BTCUSDT', { openInterestUsd: 9e12 }, { simulated: true, baseAsset: 'SIM' }),
  ]
  const keys = (there: string[], count = 9) => suggestions(rows, new Set(there), count).map(({ key }) => key)
  it('is the highest open interest, of each coin one, and nothing that is simulated', () => {
    expect(keys([])).toEqual(['binance-usdm:ETHUSDT', 'market:BTC', 'binance-usdm:SOLUSDT'])
    expect(keys([], 1)).toEqual(['binance-usdm:ETHUSDT'])
  })
  it('leaves out coins that are in the list', () =>
    expect(keys(['binance-usdm:BTCUSDT'])).toEqual(['binance-usdm:ETHUSDT', 'binance-usdm:SOLUSDT']))
  it('is simulated where there is nothing else', () => expect(suggestions(rows.slice(-1), new Set(), 9)).toHaveLength(1))
})
