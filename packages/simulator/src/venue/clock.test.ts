import { describe, expect, it } from 'vitest'
import { VenueClock } from './clock.ts'

describe('VenueClock', () => {
  it('passes as many times faster than the wall clock as it is told', () => {
    let wall = 5_000
    const clock = new VenueClock(1_000_000, 2.5, () => wall)
    expect(clock.now()).toBe(1_000_000)
    wall += 101
    expect(clock.now()).toBe(1_000_252)
  })

  it('stands still when the wall clock is set back, until that has come again', () => {
    let wall = 0
    const clock = new VenueClock(1_000_000, 1, () => wall)
    wall = 60_000
    expect(clock.now()).toBe(1_060_000)
    wall = 0
    expect(clock.now()).toBe(1_060_000)
    wall = 60_001
    expect(clock.now()).toBe(1_060_001)
  })
})
