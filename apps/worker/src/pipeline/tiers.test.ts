import type { MarginTier } from '@faultline/market/instrument'
import { expect, it } from 'vitest'
import { movedWithPrice } from './tiers.ts'

/** What 1,000 and 5,000 contracts are worth at this price. */
const at = (price: number): MarginTier[] => [
  { floorUsd: 0, capUsd: 1_000 * price, maintMarginRatio: 0.004, maxLeverage: 100 },
  { floorUsd: 1_000 * price, capUsd: 5_000 * price, maintMarginRatio: 0.01, maxLeverage: 50 },
]

it('knows a table whose bounds are the same contracts at another price', () => {
  for (const price of [63_000.1, 61_234.7, 77_777, 90_000]) expect([price, movedWithPrice(at(63_000.1), at(price))]).toEqual([price, true])
  const open = [{ floorUsd: 0, capUsd: null, maintMarginRatio: 0.02, maxLeverage: 25 }]
  expect(movedWithPrice(open, open)).toBe(true)
})

it('takes everything else for another table', () => {
  const [first, second] = at(63_000) as [MarginTier, MarginTier]
  const others: MarginTier[][] = [
    at(100_000), // so far that the bounds of the old one are wrong
    at(40_000),
    [first],
    [first, { ...second, maintMarginRatio: 0.011 }],
    [first, { ...second, maxLeverage: 40 }],
    [first, { ...second, capUsd: null }],
    [first, { ...second, capUsd: 5_500 * 63_000 }],
    [
      { ...first, capUsd: 1_100 * 63_000 },
      { ...second, floorUsd: 1_100 * 63_000 },
    ],
  ]
  for (const other of others) expect([other, movedWithPrice([first, second], other)]).toEqual([other, false])
})
