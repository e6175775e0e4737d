import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CALM_HALF_LIFE_MS, OrderBook, STRESSED_HALF_LIFE_MS } from './order-book.ts'

const WIDTH = 1e-4
const book = (): OrderBook => new OrderBook({ depthUsd: 1e8, thickening: 0.01, width: WIDTH })
const side = fc.constantFrom(1 as const, -1 as const)

describe('the order book', () => {
  it('moves the price by what an order eats, further for each dollar the thinner it is', () => {
    // 100 million USD per unit of log price, 0.5 % denser in the middle of the first level: 5,025 USD are half of it
    expect(book().take(1, 5_025)).toBeCloseTo(0.5e-4, 12)
    expect(book().take(-1, 5_025)).toBeCloseTo(-0.5e-4, 12)
    // one per cent on: ∫ 1e8 (1 + x / 0.01) from 0 to 0.01
    expect(book().take(1, 1.5e6)).toBeCloseTo(0.01, 9)
    const eaten = book()
    eaten.take(1, 1e6)
    expect(eaten.take(-1, 1e5)).toBeLessThan(2 * book().take(-1, 1e5))
  })

  it('takes exactly what rested on the way, whatever came before', () => {
    const order = fc.record({ direction: side, usd: fc.double({ min: 1, max: 3e6, noNaN: true }) })
    fc.assert(
      fc.property(fc.array(order, { maxLength: 20 }), order, (before, last) => {
        const b = book()
        for (const { direction, usd } of before) b.take(direction, usd)
        const far = 0.02
        const resting = b.within(last.direction, far)
        fc.pre(last.usd < resting)
        const move = Math.abs(b.take(last.direction, last.usd))
        expect(move).toBeLessThanOrEqual(far + 1e-12)
        expect(b.within(last.direction, far - move)).toBeCloseTo(resting - last.usd, 2)
      }),
    )
  })

  it('keeps what rests behind the price where it is: a level that was begun is not whole again', () => {
    const b = book()
    b.take(1, 8_000)
    const above = b.within(1, 0.01)
    const down = -b.take(-1, 2_000)
    expect(down).toBeGreaterThan(0.4 * WIDTH)
    // the same dollars above: what was eaten on the way up is not there again on the way down
    expect(b.within(1, 0.01 + down)).toBeCloseTo(above, 2)
  })

  it.each([
    ['calm', 1, CALM_HALF_LIFE_MS],
    ['stressed', 3, STRESSED_HALF_LIFE_MS],
  ])('gets half of what is missing back in its half-life when %s', (_, stress, halfLife) => {
    const b = book()
    const whole = b.within(-1, 0.005)
    // the price jumps up and the bids are left far below
    b.take(1, 2e6)
    const thin = b.within(-1, 0.005)
    expect(thin).toBeLessThan(0.6 * whole)
    for (let passed = 0; passed < halfLife; passed += 5_000) b.replenish(5_000, stress)
    expect(b.within(-1, 0.005) / ((thin + whole) / 2)).toBeCloseTo(1, 2)
  })

  it('goes with the weather, and is the same again from its state', () => {
    const b = book()
    b.take(1, 1e6)
    b.depthUsd = 5e7
    for (let i = 0; i < 200; i++) b.replenish(5_000, 1)
    expect(b.within(1, 0.01) / 0.75e6).toBeCloseTo(1, 2)
    const again = book()
    again.restore(structuredClone(b.state()))
    expect(again.take(-1, 123_456)).toBe(b.take(-1, 123_456))
  })
})
