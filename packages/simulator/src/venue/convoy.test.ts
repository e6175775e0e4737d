import { expect, it } from 'vitest'
import { VenueClock } from './clock.ts'
import { Convoy } from './convoy.ts'

it('a convoy goes no faster than the slowest of it, and as fast as the clock where all keep up', () => {
  let wall = 0
  const convoy = new Convoy(new VenueClock(1_000_000, 100, () => wall))
  const told = { quick: 1_000_000, slow: 1_000_000 }
  convoy.join(() => told.quick)
  convoy.join(() => told.slow)
  wall = 200
  expect(convoy.now()).toBe(1_020_000)
  wall = 6_000
  expect(convoy.now()).toBe(1_045_000)
  told.quick = convoy.now()
  expect(convoy.now()).toBe(1_045_000)
  told.slow = 1_030_000
  expect(convoy.now()).toBe(1_075_000)
  told.quick = told.slow = 1_590_000
  expect(convoy.now()).toBe(1_600_000)
})
