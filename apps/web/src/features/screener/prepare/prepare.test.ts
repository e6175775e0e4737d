import { describe, expect, it } from 'vitest'
import { balanceOf, COLUMNS, nearestOf, nextSort, readColumns, readSort, SORTABLE, sortValue, writeColumns, writeSort } from './columns.ts'
import { type Filter, filterRows, mergeRows, riskLevel, sortRows, totalsOf } from './rows.ts'
import { manyRows, sampleReading, sampleRow } from './samples.ts'
import { screenerCsv } from './screener-csv.ts'
import { sparkPath } from './spark-path.ts'

const ANY: Filter = { text: '', risk: null, openInterest: null, show: 'all' }
const keys = (rows: readonly { key: string }[]) => rows.map((row) => row.key)

describe('filter', () => {
  const rows = [
    sampleRow('binance-usdm:BTCUSDT', { risk: 80, openInterestUsd: 2e9 }),
    sampleRow('bybit-linear:ETHUSDT', { risk: 20, openInterestUsd: 1e6 }),
    sampleRow('market:BTC', { risk: null, openInterestUsd: null }),
    sampleRow('okx-swap:NEWUSDT', null),
  ]
  const shown = (filter: Partial<Filter>) =>
    keys(filterRows(rows, { ...ANY, ...filter }, (row) => (row.venue === 'market' ? 'All venues' : row.venue)))

  it('takes every word of what is typed, also of the venue', () => {
    expect(shown({ text: 'btc' })).toEqual(['binance-usdm:BTCUSDT', 'market:BTC'])
    expect(shown({ text: ' ALL  btc' })).toEqual(['market:BTC'])
    expect(shown({ text: 'doge' })).toEqual([])
  })
  it('leaves out what is below a figure, and what has none', () => {
    expect(shown({ risk: 20 })).toEqual(['binance-usdm:BTCUSDT', 'bybit-linear:ETHUSDT'])
    expect(shown({ openInterest: 1e7 })).toEqual(['binance-usdm:BTCUSDT'])
    expect(shown({})).toHaveLength(4)
  })
  it('shows sums, or what they are made of', () => {
    expect(shown({ show: 'sums' })).toEqual(['market:BTC'])
    expect(shown({ show: 'venues' })).toHaveLength(3)
  })
})

describe('sort', () => {
  it('sorts by every column in both directions, what has no figure last', () => {
    const rows = [
      sampleRow('a:NONE', null),
      sampleRow('a:LOW', {
        price: 1,
        change24h: -1,
        risk: 1,
        longUsd: 0,
        below: { price: 1, usd: 1, distance: -0.001 },
        openInterestUsd: 1,
        openInterestChange24h: -1,
        funding8h: -1,
        liquidatedLongUsd: 0,
      }),
      sampleRow('a:TOP', {
        price: 9,
        change24h: 9,
        risk: 99,
        longUsd: 1e9,
        below: { price: 1, usd: 9e9, distance: -0.01 },
        openInterestUsd: 9e9,
        openInterestChange24h: 9,
        funding8h: 9,
        liquidatedLongUsd: 9e9,
      }),
    ]
    for (const column of SORTABLE) {
      if (column === 'market') continue
      expect(keys(sortRows(rows, { column, descending: false })), column).toEqual(['a:LOW', 'a:TOP', 'a:NONE'])
      expect(keys(sortRows(rows, { column, descending: true })), column).toEqual(['a:TOP', 'a:LOW', 'a:NONE'])
    }
    expect(keys(sortRows(rows, { column: 'market', descending: true }))).toEqual(['a:TOP', 'a:NONE', 'a:LOW'])
  })
  it('keeps equals in the order of their names, sums first', () => {
    const rows = [sampleRow('okx-swap:BTC'), sampleRow('market:BTC'), sampleRow('gate-usdt:ARB')]
    expect(keys(sortRows(rows, { column: 'risk', descending: true }))).toEqual(['gate-usdt:ARB', 'market:BTC', 'okx-swap:BTC'])
  })
  it('starts where it is meant to when a header is pressed', () => {
    const risk = { column: 'risk' as const, descending: true }
    expect(nextSort(risk, 'risk')).toEqual({ column: 'risk', descending: false })
    expect(nextSort(risk, 'cluster')).toEqual({ column: 'cluster', descending: false })
    expect(nextSort(risk, 'funding')).toEqual({ column: 'funding', descending: true })
  })
  it('stands in the address', () => {
    for (const column of SORTABLE)
      for (const descending of [true, false]) expect(readSort(writeSort({ column, descending }))).toEqual({ column, descending })
    expect([readSort('spark'), readSort('-'), readSort('__proto__')]).toEqual([null, null, null])
    expect(readColumns(writeColumns(['market', 'risk', 'price']))).toEqual(['market', 'price', 'risk'])
    expect(readColumns('nonsense')).toBeNull()
  })
})

it('reads balance and the nearest cluster off either side', () => {
  expect(balanceOf(sampleReading())).toBe(0.5)
  expect(balanceOf(sampleReading({ longUsd: 0, shortUsd: 0 }))).toBeNull()
  expect(nearestOf(sampleReading())).toMatchObject({ side: 'long', distance: -0.02 })
  expect(nearestOf(sampleReading({ below: null }))).toMatchObject({ side: 'short', distance: 0.03 })
  expect(nearestOf(sampleReading({ below: null, above: null }))).toBeNull()
  expect(sortValue(sampleRow('a:B', { liquidatedLongUsd: null, liquidatedShortUsd: null }), 'liquidated')).toBeNull()
})

it('puts what is new over what was there, and leaves the rest as it is', () => {
  const rows = [sampleRow('a:A'), sampleRow('a:B')]
  const merged = mergeRows(rows, [sampleRow('a:A'), sampleRow('a:B', { risk: 1 }), sampleRow('a:C')])
  expect(merged[0]).toBe(rows[0])
  expect(merged[1]?.reading?.risk).toBe(1)
  expect(keys(merged)).toEqual(['a:A', 'a:B', 'a:C'])
})

describe('totals', () => {
  it('count each venue once, real markets without simulated ones', () => {
    const totals = totalsOf([
      sampleRow('binance-usdm:BTCUSDT', { risk: 80, openInterestUsd: 300 }),
      sampleRow('okx-swap:BTC', { risk: 40, openInterestUsd: 100 }),
      sampleRow('market:BTC', { risk: 99, openInterestUsd: 400 }),
      sampleRow('okx-swap:NEW', null),
      sampleRow('simulated:BTCUSDT', { risk: 10, openInterestUsd: 1e12 }, { simulated: true }),
    ])
    expect(totals).toMatchObject({
      markets: 2,
      venues: 2,
      simulated: false,
      leftOut: 1,
      risk: 70,
      highRisk: 1,
      longUsd: 6e6,
      shortUsd: 2e6,
      liquidatedLongUsd: 4e5,
    })
  })
  it('are of simulated markets where there are no others, and of nothing where there is nothing', () => {
    expect(totalsOf([sampleRow('simulated:A', {}, { simulated: true })])).toMatchObject({ markets: 1, simulated: true })
    expect(totalsOf([])).toMatchObject({ markets: 0, simulated: false, risk: null, liquidationsKnown: false })
    const unknown = { liquidatedLongUsd: null, liquidatedShortUsd: null }
    expect(totalsOf([sampleRow('hyperliquid:BTC', unknown)]).liquidationsKnown).toBe(false)
  })
})

it('calls risk by its level', () => {
  expect([0, 44.9, 45, 69.9, 70, 100].map(riskLevel)).toEqual(['calm', 'calm', 'elevated', 'elevated', 'high', 'high'])
})

describe('csv', () => {
  it('has the shown rows and columns in their order, and nothing that a spreadsheet would run', () => {
    const hostile = sampleRow("okx-swap:=cmd|'/c calc'!A1", { risk: -0 }, { symbol: '=HYPERLINK("http://x")' })
    const [header, first, second, end] = screenerCsv([hostile, sampleRow('a:NONE', null)], ['market', 'risk', 'change']).split('\r\n')
    expect(header).toBe('instrument,symbol,venue,simulated,time,risk_index,change_24h')
    expect(first).toBe(`okx-swap:=cmd|'/c calc'!A1,"'=HYPERLINK(""http://x"")",okx-swap,false,2024-01-01T00:01:00.000Z,0,0.01`)
    expect(second).toBe('a:NONE,NONE,a,false,,,')
    expect(end).toBe('')
  })
  it('writes negative numbers as numbers, and every column has a place', () => {
    const lines = screenerCsv(manyRows(3), COLUMNS).split('\r\n')
    expect(lines).toHaveLength(5)
    expect(lines[1]).toContain(',-0.04,')
    expect(new Set(lines.slice(0, 4).map((line) => line.split(',').length))).toEqual(new Set([22]))
  })
})

it('draws a line within its box', () => {
  expect(sparkPath([0, 100], 60, 16)).toBe('M0 15L60 1')
  expect(sparkPath([5], 60, 16)).toBe('')
})
