import { expect, it } from 'vitest'
import { firstAllowed } from './first-allowed.ts'

const row = (baseAsset: string, lastBucket: number | null) => ({
  key: `binance-usdm:${baseAsset}USDT`,
  venue: 'binance-usdm',
  symbol: `${baseAsset}USDT`,
  baseAsset,
  summedAs: baseAsset,
  sumOf: null,
  simulated: false,
  openInterestUsd: null,
  firstBucket: 0,
  lastBucket,
})
const rows = [row('BTC', 9e8), row('ETH', 5e8), row('SOL', 6e8), row('XRP', null)]
const first = (baseAssets: string[] | null) => firstAllowed({ ranges: ['3d'], baseAssets }, rows)?.baseAsset

it('opens the freshest market that the plan allows, not one that it locks', () => {
  expect(first(null)).toBe('BTC')
  expect(first(['ETH', 'sol'])).toBe('SOL')
})

it('opens the freshest of all where none is allowed that can be opened: its page says why', () => {
  expect(first(['XRP', 'DOGE'])).toBe('BTC')
  expect(firstAllowed({ ranges: [], baseAssets: null }, [])).toBeUndefined()
})
