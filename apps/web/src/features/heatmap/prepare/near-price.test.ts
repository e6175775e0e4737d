import { binCentrePrice, binOf } from '@faultline/market/price-grid'
import { expect, it } from 'vitest'
import { nearPrice } from './near-price.ts'

const columns = 2
/** 400 rows around 2,000; each cell of `long` holds its row, cut to a byte. */
const grid = {
  from: 0,
  resolutionMs: 60_000,
  columns,
  firstBin: binOf(2000) - 200,
  bins: 400,
  long: Uint8Array.from({ length: 400 * columns }, (_, i) => Math.floor(i / columns) % 256),
  short: new Uint8Array(400 * columns),
  state: new Uint8Array(columns),
}

it('keeps the rows around the traded prices, with their values', () => {
  const near = nearPrice(grid, [[0, 2000, 2010, 1990, 2005, 1]])
  expect(binCentrePrice(near.firstBin)).toBeCloseTo(1990 * 0.94, -1)
  expect(binCentrePrice(near.firstBin + near.bins)).toBeCloseTo(2010 * 1.06, -1)
  expect(near.long.length).toBe(near.bins * columns)
  expect(near.long[0]).toBe((near.firstBin - grid.firstBin) % 256)
})

it('keeps everything without candles and nothing where prices are elsewhere', () => {
  expect(nearPrice(grid, [])).toBe(grid)
  expect(nearPrice(grid, [[0, 9, 9, 9, 9, 1]]).bins).toBe(0)
})
