import { HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { describe, expect, it } from 'vitest'
import { combineCandles, combineFunding, combineInterest, FUNDING_FRESH_MS, INTEREST_FRESH_MS, per8h } from './combine-series.ts'

const T = Date.UTC(2026, 2, 5)

describe('combineCandles', () => {
  it('has the prices of the first that has the bar, and the volumes of all', () => {
    const reference = [
      [T, 10, 12, 9, 11, 5],
      [T + 2 * MINUTE_MS, 11, 12, 10, 12, 4],
    ] as [number, number, number, number, number, number][]
    const other = [
      [T, 20, 22, 19, 21, 1],
      [T + MINUTE_MS, 21, 22, 20, 22, 2],
    ] as typeof reference
    expect(combineCandles([reference, other])).toEqual([
      [T, 10, 12, 9, 11, 6],
      [T + MINUTE_MS, 21, 22, 20, 22, 2],
      [T + 2 * MINUTE_MS, 11, 12, 10, 12, 4],
    ])
    expect(reference[0]).toEqual([T, 10, 12, 9, 11, 5]) // rows of others are not changed
  })
})

describe('combineInterest', () => {
  const candles: [number, number, number, number, number, number][] = [[T, 100, 100, 100, 100, 1]]

  it('adds what each said last, in coins and in USD, and takes the price where only coins are told', () => {
    const a: [number, number, number | null][] = [
      [T, 10, 1_000],
      [T + 10 * MINUTE_MS, 20, 2_100],
    ]
    const b: [number, number, number | null][] = [[T + 6 * MINUTE_MS, 5, null]]
    expect(combineInterest([a, b], candles, 5 * MINUTE_MS, T)).toEqual([
      [T, 10, 1_000],
      [T + 6 * MINUTE_MS, 15, 1_500],
      [T + 10 * MINUTE_MS, 25, 2_600],
    ])
  })

  it('leaves out whoever has said nothing for too long, and what lies before the range', () => {
    const gone = T + INTEREST_FRESH_MS + 1
    const rows = combineInterest([[[T, 10, 1_000]], [[gone, 5, 500]]], candles, MINUTE_MS, T + 1)
    expect(rows).toEqual([[gone, 5, 500]])
    expect(combineInterest([[[T, 10, 1_000]], [[gone - 1, 5, 500]]], candles, MINUTE_MS, T + 1)).toEqual([[gone - 1, 15, 1_500]])
  })

  it('is the plain sum where all speak at the same moments', () => {
    const pairs = Array.from({ length: 20 }, (_, i): [number, number] => [(i * 37) % 101, (i * 53) % 97])
    const of = (k: 0 | 1) => pairs.map((pair, i): [number, number, number | null] => [T + i * MINUTE_MS, pair[k], pair[k] * 2])
    const rows = combineInterest([of(0), of(1)], candles, MINUTE_MS, T)
    expect(rows).toEqual(pairs.map(([x, y], i) => [T + i * MINUTE_MS, x + y, 2 * (x + y)]))
  })
})

describe('combineFunding', () => {
  const interest = (base: number): [number, number, number | null][] => [[T, base, null]]

  it('is the mean per eight hours, weighted by open interest', () => {
    const members = [
      { funding: [[T, 0.0008, 8]] as [number, number, number | null][], openInterest: interest(30) },
      { funding: [[T, 0.0001, 1]] as [number, number, number | null][], openInterest: interest(10) },
    ]
    const [row] = combineFunding(members, MINUTE_MS, T)
    expect(row?.[1]).toBeCloseTo((0.0008 * 30 + 0.0008 * 10) / 40, 12)
    expect(row?.[2]).toBe(8)
  })

  it('leaves out unknown intervals, members without open interest, and settlements of long ago', () => {
    const known = { funding: [[T, 0.0004, 4]] as [number, number, number | null][], openInterest: interest(1) }
    const without = { funding: [[T, 0.9, null]] as [number, number, number | null][], openInterest: interest(99) }
    const closed = { funding: [[T, 0.9, 8]] as [number, number, number | null][], openInterest: [] }
    const old = { funding: [[T - FUNDING_FRESH_MS - 1, 0.9, 8]] as [number, number, number | null][], openInterest: interest(99) }
    expect(combineFunding([known, without, closed, old], MINUTE_MS, T)).toEqual([[T, 0.0008, 8]])
    expect(combineFunding([without], MINUTE_MS, T)).toEqual([])
    expect(per8h(0.0001, HOUR_MS / HOUR_MS)).toBeCloseTo(0.0008, 12)
  })
})
