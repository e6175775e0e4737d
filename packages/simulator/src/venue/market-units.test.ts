import { expect, it } from 'vitest'
import { MarketUnits } from './market-units.ts'

it('puts prices on ticks, buyers up and sellers down, and leaves what is on one', () => {
  const units = new MarketUnits(2, 0.001)
  expect([units.ticksUp(3000.011), units.ticksDown(3000.019)]).toEqual([300_002, 300_001])
  expect([units.ticksUp(3000.01), units.ticksDown(3000.01)]).toEqual([300_001, 300_001])
  expect(units.ticksDown(0)).toBe(1)
  expect(units.price(300_001)).toBe(3000.01)
})

it('gives sizes and sums as the nearest number to the decimal that they are', () => {
  const fine = new MarketUnits(1, 0.0001)
  expect(fine.coins(3)).toBe(0.0003)
  expect(fine.usd(640_001 * 3)).toBe(19.20003)
  const coarse = new MarketUnits(7, 1000)
  expect(coarse.coins(155)).toBe(155_000)
  expect(coarse.usd(42_131 * 155)).toBe(653.0305)
})
