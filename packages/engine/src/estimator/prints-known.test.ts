import type { LiquidationEvent } from '@faultline/market/event'
import { expect, it } from 'vitest'
import { flat, MINUTE, PLAIN_TIERS, START, withInterest } from '../../test/markets.ts'
import { type BucketInput, Estimator } from './estimator.ts'

const printOf = (bucketStart: number, quantity: number): LiquidationEvent => ({
  type: 'liquidation',
  time: bucketStart + 1_000,
  side: 'long',
  price: 95,
  priceKind: 'fill',
  quantity,
  quantityUsd: 95 * quantity,
})

/** Stands in a market with open interest, in which price has just fallen 10 % and prints came; then falls again by the same. */
function learned(last: Partial<BucketInput>): Estimator {
  const estimator = new Estimator({ bucketMs: MINUTE, tiers: PLAIN_TIERS })
  estimator.step(withInterest(flat(START, 100, 500), 1000))
  const fall = (start: number, high: number, low: number) => ({ ...flat(start, low, 500), open: high, high, low })
  estimator.step({ ...fall(START + MINUTE, 100, 90), liquidations: [printOf(START + MINUTE, 3)] })
  estimator.step({ ...fall(START + 2 * MINUTE, 90, 81), ...last })
  return estimator
}

it('learns nothing from a bucket in which nobody listened, neither from silence nor from what came', () => {
  const prints = (quantity: number) => ({ liquidations: [printOf(START + 2 * MINUTE, quantity)] })
  const [few, many] = [learned({ ...prints(1), printsKnown: false }), learned({ ...prints(50), printsKnown: false })]
  expect(few.checkpoint()).toEqual(many.checkpoint())
  expect(learned(prints(1)).checkpoint()).not.toEqual(learned(prints(50)).checkpoint())
  expect(learned({ printsKnown: false }).checkpoint()).not.toEqual(learned({}).checkpoint())
  expect(learned({ printsKnown: true }).checkpoint()).toEqual(learned({}).checkpoint())
})

it('still expects something there, and counts what came', () => {
  const unheard = learned({ liquidations: [printOf(START + 2 * MINUTE, 1)], printsKnown: false })
  const heard = learned({ liquidations: [printOf(START + 2 * MINUTE, 1)] })
  expect(unheard.predicted?.printed.long).toBeGreaterThan(0)
  expect(unheard.predicted).toEqual(heard.predicted)
  expect(unheard.report().prints).toEqual({ seen: 2, outsideCandle: 1 })
  expect(unheard.totals).toEqual(heard.totals)
})
