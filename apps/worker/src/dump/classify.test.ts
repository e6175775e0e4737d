import { describe, expect, it } from 'vitest'
import { classify, namesAbove } from './classify.ts'

describe('classify', () => {
  it.each([
    ['data/futures/um/monthly/klines/BTCUSDT/1m/BTCUSDT-1m-2024-01.zip', 'klines', 'BTCUSDT', '1m'],
    ['BTCUSDT-1m-2024-01-05.zip', 'klines', 'BTCUSDT', '1m'],
    ['BTCUSDT-1m-2024-01.zip/BTCUSDT-1m-2024-01.csv', 'klines', 'BTCUSDT', '1m'],
    ['january.zip/BTCUSDT-1m-2024-01.csv', 'klines', 'BTCUSDT', '1m'],
    ['BTCUSDT-1m-2024-01.zip/data.csv', 'klines', 'BTCUSDT', '1m'],
    ['ETHUSDT-klines-5m-derived-2025-12-01_2026-03-05.csv.gz', 'klines', 'ETHUSDT', '5m'],
    ['ETHUSDT-metrics-2025-12-01_2026-06-11.csv.gz', 'metrics', 'ETHUSDT', null],
    ['BTCUSDT_240329-metrics-2024-01-05.zip', 'metrics', 'BTCUSDT_240329', null],
    ['klines/ETHUSDT-metrics-2024-01-05.csv', 'metrics', 'ETHUSDT', null],
    ['fundingRate/BTCUSDT/2024-01.csv', 'fundingRate', 'BTCUSDT', null],
    ['liquidationSnapshot/x.csv.gz', 'liquidationSnapshot', null, null],
    ['SOLUSDT/klines.csv', 'klines', 'SOLUSDT', null],
    ['btcusdt-1h-2024-01.csv', 'klines', 'BTCUSDT', '1h'],
    ['1000PEPEUSDT-fundingRate-2024-01.csv', 'fundingRate', '1000PEPEUSDT', null],
    ['klines.csv', 'klines', null, null],
    ['truth.csv', null, null, null],
    ['binance-ETH-1h-2025-03-06_2026-03-05.csv.gz', null, null, '1h'],
    ['brackets.json.gz', 'brackets', null, null],
    ['ETHUSDT-brackets.json', 'brackets', 'ETHUSDT', null],
    ['market.json', 'market', null, null],
  ])('%s', (path, kind, symbol, interval) => {
    expect(classify(path)).toMatchObject({ kind, symbol, interval, unread: null })
  })

  it.each([
    ['markPriceKlines/BTCUSDT/1m/BTCUSDT-1m-2024-01.zip', 'markPriceKlines are not used'],
    ['BTCUSDT-bookDepth-2024-01-05.zip', 'bookDepth are not used'],
    ['BTCUSD_PERP-1m-2024-01.zip', 'coin-margined contracts are not read yet'],
    ['futures/cm/daily/klines/ETHUSD_240628/1m/ETHUSD_240628-1m-2024-01.zip', 'coin-margined contracts are not read yet'],
    ['币安人生USDT-1m-2025-11.zip', 'a symbol with letters other than A to Z is not read yet'],
  ])('%s: %s', (path, reason) => {
    expect(classify(path).unread).toBe(reason)
  })

  it('tells the day of a daily file, not the range of a derived one', () => {
    expect(classify('ETHUSDT-metrics-2026-06-25.zip').day).toBe(Date.UTC(2026, 5, 25))
    expect(classify('ETHUSDT-metrics-2025-12-01_2026-06-11.csv.gz').day).toBeNull()
    expect(classify('ETHUSDT-fundingRate-2026-06.zip').day).toBeNull()
  })
})

it('takes from the way to the folder only what the dumps call so themselves', () => {
  expect(namesAbove('/home/me/trades/data/klines/BTCUSDT/1m')).toEqual(['klines', 'BTCUSDT', '1m'])
  expect(namesAbove('/home/me/markPriceKlines/BTCUSDT')).toEqual(['markPriceKlines', 'BTCUSDT'])
  expect(namesAbove('/home/me/ETHUSDT')).toEqual(['ETHUSDT'])
  expect(namesAbove('/home/metrics/trades')).toEqual([])
})
