import { MAX_BIN } from '@faultline/market/price-grid'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PLAIN_TIERS } from '../../test/markets.ts'
import { BINANCE_BRACKETS } from '../margin/binance-brackets.ts'
import { maxLeverage, tiersFor } from '../margin/tiers.ts'
import { compression, leverageClasses, type SideClasses } from './classes.ts'

const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0)
const single = (leverage: number) => [{ floorUsd: 0, capUsd: null, maintMarginRatio: 0.5 / leverage, maxLeverage: leverage }]
const TEN = 6

describe('levels of a class', () => {
  it('10× covers 8.37× to 11.83×, the geometric means with its neighbours 7× and 14×', () => {
    const { leverage, long, short } = leverageClasses(PLAIN_TIERS)
    expect(leverage[TEN]).toBe(10)
    // long: ln((1 − 1/8.3666)/0.996) = −.12328 and ln((1 − 1/11.8322)/0.996) = −.08429, from the middle of the entry's bin
    expect([long.from[TEN], long.to[TEN]]).toEqual([-123, -84])
    // short: ln((1 + 1/11.8322)/1.004) = .07714 and ln((1 + 1/8.3666)/1.004) = .10891
    expect([short.from[TEN], short.to[TEN]]).toEqual([78, 109])
  })

  it('without the maintenance margin the nearest level of a long would stand four bins farther away', () => {
    // 125×: ln((1 − 1/125)/(1 − 0.004)) = −.00402, without it ln(1 − 1/125) = −.00803; [from, to) rounds half a bin less than that
    const { long, short } = leverageClasses(PLAIN_TIERS)
    expect(long.to[13]).toBe(-4)
    expect(short.from[13]).toBe(4)
    const free = leverageClasses([{ floorUsd: 0, capUsd: null, maintMarginRatio: 1e-9, maxLeverage: 125 }])
    expect(free.long.to[13]).toBe(-8)
    expect(free.short.from[13]).toBe(8)
  })

  it('tiles: where one class ends the next begins, from far to near', () => {
    for (const tiers of [PLAIN_TIERS, tiersFor('SOLUSDT'), single(20)]) {
      const { stretches, long, short } = leverageClasses(tiers)
      for (let j = 1; j < stretches; j++) {
        expect(long.from[j]).toBe(long.to[j - 1])
        expect(short.to[j]).toBe(short.from[j - 1])
      }
    }
  })
})

describe('compression to the leverage that the instrument allows', () => {
  it('takes 115× to 18.99× and 10× to 4.17× where 20× is the most, and never stretches', () => {
    const { leverage } = leverageClasses(single(20))
    expect(compression(single(20))).toBeCloseTo(Math.log(20) / Math.log(125), 12)
    expect(leverage[13]).toBeCloseTo(18.99, 2)
    expect(leverage[TEN]).toBeCloseTo(4.17, 2)
    expect(compression(single(200))).toBe(1)
  })

  it('keeps the whole mass, the order, and every level on its side of the entry', () => {
    const check = ({ side, inflow, residualInflow, stock, residualStock, from, to }: SideClasses) => {
      expect(sum(inflow) + residualInflow).toBeCloseTo(1, 12)
      expect(sum(stock) + residualStock).toBeCloseTo(1, 12)
      expect(residualInflow).toBeGreaterThan(0)
      for (let j = 0; j < inflow.length; j++) {
        const width = (to[j] as number) - (from[j] as number)
        if (width === 0) expect(inflow[j]).toBe(0)
        else {
          expect(width).toBeGreaterThan(0)
          if (side === 'long') expect(to[j]).toBeLessThanOrEqual(0)
          else expect(from[j]).toBeGreaterThanOrEqual(1)
          expect(Math.abs(from[j] as number)).toBeLessThan(MAX_BIN)
        }
      }
    }
    const tables = fc.oneof(
      fc.double({ min: 1, max: 500, noNaN: true }).map(single),
      fc.constantFrom(...Object.keys(BINANCE_BRACKETS)).map((symbol) => [...tiersFor(symbol)]),
    )
    fc.assert(
      fc.property(tables, (tiers) => {
        const { count, stretches, leverage, long, short } = leverageClasses(tiers)
        for (let j = 0; j < count; j++) {
          expect(leverage[j]).toBeGreaterThanOrEqual(1)
          expect(leverage[j]).toBeLessThanOrEqual(maxLeverage(tiers))
          if (j > 0 && j !== stretches) expect(leverage[j]).toBeGreaterThanOrEqual(leverage[j - 1] as number)
        }
        check(long)
        check(short)
      }),
    )
  })

  it('leaves longs nothing but the residual where only 1× is allowed', () => {
    const { long, short } = leverageClasses(single(1))
    expect(sum(long.inflow)).toBe(0)
    expect(long.residualInflow).toBe(1)
    expect(sum(short.inflow)).toBeGreaterThan(0.9)
  })
})

describe('the prior', () => {
  it('opens 56 % at 10× and above and keeps a stock as seen on Hyperliquid: 36 % at 0–3×, 48 % at 3–7×, 15 % above', () => {
    const { stretches, long } = leverageClasses(PLAIN_TIERS)
    const { inflow, residualInflow, stock, residualStock } = long
    // of the stretches and the residual; lines lie beside them
    const opened = sum(inflow.slice(0, stretches)) + residualInflow
    const standing = sum(stock.slice(0, stretches)) + residualStock
    expect(sum(inflow.slice(TEN, stretches)) / opened).toBeCloseTo(0.56, 12)
    expect((sum(stock.slice(0, 2)) + residualStock) / standing).toBeCloseTo(0.378, 3)
    expect(sum(stock.slice(2, 6)) / standing).toBeCloseTo(0.474, 3)
    expect(sum(stock.slice(TEN, stretches)) / standing).toBeCloseTo(0.148, 3)
  })
})

describe('lines beside the stretches', () => {
  it('lie at the leverages on offer, up to what the instrument allows, and are never compressed', () => {
    const menu = (leverage: number) => {
      const classes = leverageClasses(single(leverage))
      return [...classes.leverage.slice(classes.stretches)]
    }
    expect(menu(125)).toEqual([3, 5, 10, 20, 25, 50, 75, 100, 125])
    expect(menu(20)).toEqual([3, 5, 10, 20])
    expect(menu(2)).toEqual([])
  })

  it('hold the level of their own leverage to a bin, and are no wider than the stretch they lie in', () => {
    const { count, stretches, leverage, long, short } = leverageClasses(PLAIN_TIERS)
    for (let j = stretches; j < count; j++) {
      const l = leverage[j] as number
      // ln((1 − 1/L)/(1 − m)) and ln((1 + 1/L)/(1 + m)), from the middle of the entry's bin
      const below = 1000 * Math.log((1 - 1 / l) / 0.996) + 0.5
      const above = 1000 * Math.log((1 + 1 / l) / 1.004) + 0.5
      const stretch = leverage.slice(0, stretches).findLastIndex((centre) => centre <= l)
      for (const [side, level] of [
        [long, below],
        [short, above],
      ] as const) {
        const [from, to] = [side.from[j] as number, side.to[j] as number]
        expect(level).toBeGreaterThan(from - 1)
        expect(level).toBeLessThan(to + 1)
        expect(to - from).toBeLessThanOrEqual((side.to[stretch] as number) - (side.from[stretch] as number))
      }
    }
  })
})
