import { binCentrePrice } from '@faultline/market/price-grid'
import { expect, it } from 'vitest'
import { mapOf, nearMap } from './near-map.ts'

it('keeps the bins within 30 % of the price, at their places', () => {
  const usd = Float32Array.from({ length: 1_000 }, (_, i) => i + 1)
  const column = {
    bucketStart: 60_000,
    bucketMs: 60_000,
    planes: { long: { firstBin: 500, usd }, short: { firstBin: 1_250, usd: usd.slice(0, 60) } },
  }
  const map = mapOf(column, binCentrePrice(1_000))
  expect(map).toMatchObject({ time: 120_000, price: binCentrePrice(1_000) })
  const near = nearMap(map)
  expect(near.long.firstBin).toBe(700)
  expect([near.long.usd.length, near.long.usd[0], near.long.usd.at(-1)]).toEqual([601, 201, 801])
  expect(near.short.firstBin).toBe(1_250)
  expect(Array.from(near.short.usd)).toEqual(Array.from(usd.slice(0, 51)))
})

it('is empty where a plane lies wholly elsewhere, or holds nothing', () => {
  const far = { firstBin: 5_000, usd: Float32Array.of(1, 2) }
  const none = { firstBin: 0, usd: new Float32Array(0) }
  const near = nearMap({ time: 0, price: binCentrePrice(1_000), long: far, short: none })
  expect([near.long.usd.length, near.short.usd.length]).toEqual([0, 0])
  expect(nearMap({ time: 0, price: binCentrePrice(9_000), long: far, short: none }).long.usd.length).toBe(0)
})
