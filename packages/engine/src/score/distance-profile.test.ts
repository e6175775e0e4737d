import { binCentrePrice } from '@faultline/market/price-grid'
import { expect, it } from 'vitest'
import { blurred, emptyProfile, overSwept, profileOf, REACH_BINS } from './distance-profile.ts'

it('sees a map from its price: longs downwards, shorts upwards, nothing beyond the reach', () => {
  const usd = new Float32Array(1001)
  usd[500] = 1
  usd[493] = 7
  usd[520] = 20
  usd[500 - REACH_BINS] = 99
  const plane = { firstBin: 6500, usd }
  const profile = profileOf({ time: 0, price: binCentrePrice(7000), long: plane, short: plane })
  expect([profile.long[0], profile.long[7], profile.long[20]]).toEqual([1, 7, 0])
  expect([profile.short[0], profile.short[7], profile.short[20]]).toEqual([1, 0, 20])
  expect(profile.long.reduce((a, b) => a + b)).toBe(8)
})

it('blurs without loss at the price, where it turns back, and without mixing the sides', () => {
  const profile = emptyProfile()
  profile.long[0] = 100
  profile.short[50] = 10
  const { long, short } = blurred(profile)
  expect(long.reduce((a, b) => a + b)).toBeCloseTo(100, 3)
  expect(long[1]).toBeGreaterThan(long[3] as number)
  expect(short.reduce((a, b) => a + b)).toBeCloseTo(10, 4)
  expect(short[48]).toBeCloseTo(short[52] as number, 6)
})

it('is a density over the swept bins of both sides, at least 5 % of it even, all of it where nothing is known', () => {
  const density = overSwept({ long: 3, short: 1 }, (side, k) => (side === 'long' && k === 2 ? 8 : 0))
  expect([...density.long, ...density.short].map((v) => Number(v.toFixed(12)))).toEqual([0.0125, 0.0125, 0.9625, 0.0125])
  const nothing = overSwept({ long: 3, short: 1 }, () => 0)
  expect([...nothing.long, ...nothing.short]).toEqual([0.25, 0.25, 0.25, 0.25])
})
