import type { Column } from '@faultline/market/column'
import { binOf } from '@faultline/market/price-grid'
import { MINUTE_MS, type Side } from '@faultline/market/units'
import { describe, expect, it } from 'vitest'
import { type LookInput, lookOf } from './look.ts'

const T = 1_704_067_265_000
const position = (side: Side, size: number, liquidationPrice: number | null, seenAt = T): LookInput['positions'][number] => ({
  instrumentId: 7,
  side,
  size,
  usd: size * 100,
  entryPrice: 100,
  leverage: 5,
  isolated: true,
  liquidationPrice,
  seenAt,
})
const lookAt = (positions: LookInput['positions'], openInterest: number | null = 100) =>
  lookOf({ instrumentId: 7, time: T, bucketMs: MINUTE_MS, positions, openInterest, accounts: 9 })
const levels = ({ planes }: Column, side: Side) =>
  [...planes[side].usd].flatMap((usd, i) => (usd > 0 ? [[planes[side].firstBin + i, usd]] : []))

describe('a look', () => {
  it('holds the USD that would be liquidated by bin, the share of open interest per side, and how old it is', () => {
    const { look } = lookAt([
      position('long', 2, 90, T - 5),
      position('long', 1, 90, T - 900),
      position('long', 3, 50),
      position('short', 4, 120),
    ])
    expect(levels(look.column, 'long')).toEqual([
      [binOf(50), 150],
      [binOf(90), 270],
    ])
    expect(levels(look.column, 'short')).toEqual([[binOf(120), 480]])
    expect(look).toMatchObject({ time: T, accounts: 9, longUsd: 600, shortUsd: 400, longShare: 0.06, shortShare: 0.04, oldestAt: T - 900 })
    expect(look.column).toMatchObject({ bucketStart: T - 5_000, bucketMs: MINUTE_MS })
  })

  it('counts what nothing liquidates in the share and has no level for it, nor for what is a factor of five away', () => {
    const { look, stock } = lookAt([position('long', 10, null), position('short', 10, 501)])
    expect(levels(look.column, 'long')).toEqual([])
    expect(levels(look.column, 'short')).toEqual([])
    expect(look).toMatchObject({ longShare: 0.1, shortShare: 0.1 })
    expect(stock?.long).toMatchObject({ share: 0.1, safe: 10, sizes: [] })
  })

  it('does not know a share without an open interest, and then tells the estimator nothing', () => {
    const { look, stock } = lookAt([position('long', 10, 90)], null)
    expect(look).toMatchObject({ longShare: null, shortShare: null, longUsd: 1000 })
    expect(stock).toBeNull()
  })

  it('at nothing says so', () => {
    const { look, stock } = lookAt([])
    expect(look).toMatchObject({ longUsd: 0, shortUsd: 0, oldestAt: null })
    expect(stock).toMatchObject({ time: T, long: { share: 0 }, short: { share: 0 } })
  })
})
