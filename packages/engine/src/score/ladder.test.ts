import { binCentrePrice, binOf } from '@faultline/market/price-grid'
import { expect, it } from 'vitest'
import type { HeatMap } from '../map/heat-map.ts'
import { Ladder } from './ladder.ts'

const bar = (i: number, price: number, base: number | null, more: object = {}) => ({
  bucketStart: i * 300_000,
  open: price,
  high: price,
  low: price,
  close: price,
  volume: 10,
  ...(base !== null && { openInterest: { time: (i + 1) * 300_000, base } }),
  ...more,
})
const at = (map: HeatMap, side: 'long' | 'short', price: number) => map[side].usd[binOf(price) - map[side].firstBin] ?? 0
const total = (map: HeatMap, side: 'long' | 'short') => map[side].usd.reduce((a, b) => a + b, 0)

it('puts a rise of open interest on four leverages by the takers’ share, and a fall nowhere', () => {
  const ladder = new Ladder()
  ladder.step(bar(0, 1000, 500))
  expect(ladder.map(0, 1000)).toBeNull()
  ladder.step(bar(1, 1000, 540, { takerBuyVolume: 7.5 }))
  const map = ladder.map(0, 1000) as HeatMap
  for (const leverage of [10, 25, 50, 100]) {
    const [low, high] = [1000 * (1 - 1 / leverage), 1000 * (1 + 1 / leverage)]
    expect(at(map, 'long', low)).toBeCloseTo(7.5 * binCentrePrice(binOf(low)), 1)
    expect(at(map, 'short', high)).toBeCloseTo(2.5 * binCentrePrice(binOf(high)), 1)
  }
  ladder.step(bar(2, 1000, 520))
  expect(total(ladder.map(0, 1000) as HeatMap, 'long')).toBeCloseTo(total(map, 'long'), 3)
})

it('erases what price touches, and nothing else', () => {
  const ladder = new Ladder()
  ladder.step(bar(0, 1000, 500))
  ladder.step(bar(1, 1000, 540))
  ladder.step(bar(2, 1000, null, { low: 980 }))
  const map = ladder.map(0, 1000) as HeatMap
  expect(at(map, 'long', 990)).toBe(0)
  expect(at(map, 'long', 980)).toBe(0)
  expect(at(map, 'long', 960)).toBeGreaterThan(0)
  expect(at(map, 'short', 1010)).toBeGreaterThan(0)
})
