import { DAY_MS } from '@faultline/market/units'
import { expect, it } from 'vitest'
import { planFiles } from './plan-files.ts'

const at = (iso: string): number => Date.parse(iso)
const paths = (...args: Parameters<typeof planFiles>): string[] => planFiles(...args).map((f) => f.path)

it('takes whole months of Binance as such, the newest first, and each file with its checksum', () => {
  const range = { from: at('2026-01-30T00:00Z'), to: at('2026-03-02T12:00Z'), now: at('2026-03-02T12:00Z') }
  const files = paths('binance', 'ETHUSDT', range)
  const klines = files.filter((f) => f.includes('/klines/'))
  expect(klines).toEqual([
    'data/futures/um/daily/klines/ETHUSDT/1m/ETHUSDT-1m-2026-03-01.zip',
    'data/futures/um/monthly/klines/ETHUSDT/1m/ETHUSDT-1m-2026-02.zip',
    'data/futures/um/daily/klines/ETHUSDT/1m/ETHUSDT-1m-2026-01-31.zip',
    'data/futures/um/daily/klines/ETHUSDT/1m/ETHUSDT-1m-2026-01-30.zip',
  ])
  expect(files.filter((f) => f.includes('/metrics/'))).toHaveLength(31)
  expect(files.filter((f) => f.includes('/fundingRate/'))).toEqual([
    'data/futures/um/monthly/fundingRate/ETHUSDT/ETHUSDT-fundingRate-2026-02.zip',
    'data/futures/um/monthly/fundingRate/ETHUSDT/ETHUSDT-fundingRate-2026-01.zip',
  ])
  expect(planFiles('binance', 'ETHUSDT', range).every((f) => f.checksum === `${f.path}.CHECKSUM`)).toBe(true)
})

it('leaves out days that are not over', () => {
  const now = at('2026-03-02T12:00Z')
  expect(paths('bybit', 'ETHUSDT', { from: now - DAY_MS, to: now, now })).toEqual(['trading/ETHUSDT/ETHUSDT2026-03-01.csv.gz'])
  expect(paths('bybit', 'ETHUSDT', { from: at('2026-03-02T00:00Z'), to: now, now })).toEqual([])
})

it('knows that OKX’s days begin at midnight in Hong Kong', () => {
  const range = { from: at('2026-03-01T00:00Z'), to: at('2026-03-02T00:00Z'), now: at('2026-04-01T00:00Z') }
  // Our 1 March is the last sixteen hours of theirs and the first eight of 2 March.
  expect(paths('okx', 'ETH-USDT-SWAP', range)).toEqual([
    'trades/daily/20260302/ETH-USDT-SWAP-trades-2026-03-02.zip',
    'trades/daily/20260301/ETH-USDT-SWAP-trades-2026-03-01.zip',
  ])
})
