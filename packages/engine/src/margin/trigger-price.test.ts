import type { LiquidationEvent } from '@faultline/market/event'
import { describe, expect, it } from 'vitest'
import { isolatedLiquidationPrice } from './binance.ts'
import { bankruptcyPrice } from './linear.ts'
import { tiersFor } from './tiers.ts'
import { triggerPrice } from './trigger-price.ts'

const TIERS = [
  { floorUsd: 0, capUsd: 50_000, maintMarginRatio: 0.01, maxLeverage: 50 },
  { floorUsd: 50_000, capUsd: null, maintMarginRatio: 0.02, maxLeverage: 20 },
]
const print = (over: Partial<LiquidationEvent>): LiquidationEvent => ({
  type: 'liquidation',
  time: 1_700_000_000_000,
  side: 'long',
  price: 99,
  priceKind: 'bankruptcy',
  quantity: 1,
  quantityUsd: 99,
  ...over,
})

describe('the trigger price of a print', () => {
  it.each(['fill', 'order', 'trigger'] as const)('given as %s is the price itself', (priceKind) => {
    expect(triggerPrice(print({ priceKind, price: 97.123456789 }), TIERS)).toBe(97.123456789)
  })

  it('lies above the bankruptcy price of a long and below that of a short, by the maintenance margin', () => {
    expect(triggerPrice(print({ price: 99 }), TIERS)).toBeCloseTo(100, 10)
    expect(triggerPrice(print({ side: 'short', price: 101 }), TIERS)).toBeCloseTo(100, 10)
  })

  it('takes the tier of what was printed, with its deduction: 2 % of 100,000 USD less 500', () => {
    expect(triggerPrice(print({ price: 98.5, quantity: 1000 }), TIERS)).toBeCloseTo(100, 10)
  })

  it.each([
    ['long', 5],
    ['long', 50],
    ['short', 5],
    ['short', 50],
  ] as const)('is where a %s of %i× was liquidated', (side, leverage) => {
    const tiers = tiersFor('ETHUSDT')
    const position = { side, entry: 3000, leverage }
    for (const size of [0.1, 30]) {
      const trigger = isolatedLiquidationPrice({ ...position, size, tiers })
      expect(triggerPrice(print({ side, price: bankruptcyPrice(position), quantity: size }), tiers)).toBeCloseTo(trigger as number, 6)
    }
  })
})
