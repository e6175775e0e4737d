import { describe, expect, it } from 'vitest'
import type { Reading } from '../feed/venue-feed.ts'
import { MarkThinner } from './mark-thinner.ts'

const T = 1_772_366_400_000
const mark = (time: number, nextFundingTime?: number, symbol = 'ETHUSDT'): Reading => ({
  kind: 'data',
  channel: 'markPrice',
  symbol,
  venueTime: time,
  events: [{ type: 'markPrice', time, markPrice: 2_000, ...(nextFundingTime === undefined ? {} : { nextFundingTime }) }],
})
const toldOf = (thinner: MarkThinner, ...readings: Reading[]) =>
  readings.map((reading) => {
    const thin = thinner.thin(reading)
    return thin.kind === 'data' ? thin.events.length : thin.kind
  })

describe('marks', () => {
  it('are told once a second of the venue’s clock; the others are signs of life', () => {
    const thinner = new MarkThinner()
    expect(toldOf(thinner, mark(T), mark(T + 200), mark(T + 999), mark(T + 1_000), mark(T + 900), mark(T + 2_400))).toEqual([
      1, 0, 0, 1, 0, 1,
    ])
    expect(thinner.thin(mark(T + 2_500))).toMatchObject({ venueTime: T + 2_500 })
  })

  it('are told at once when a settlement is news', () => {
    expect(toldOf(new MarkThinner(), mark(T), mark(T + 100, T + 9_000), mark(T + 200, T + 9_000), mark(T + 300, T + 18_000))).toEqual([
      1, 1, 0, 1,
    ])
  })

  it('of a clock that was set back are told again', () => {
    expect(toldOf(new MarkThinner(), mark(T), mark(T - 3_600_000), mark(T - 3_599_900))).toEqual([1, 1, 0])
  })

  it('of each instrument count by themselves, and are forgotten with it', () => {
    const thinner = new MarkThinner()
    expect(toldOf(thinner, mark(T), mark(T, undefined, 'BTCUSDT'))).toEqual([1, 1])
    thinner.keep(new Set(['BTCUSDT']))
    expect(toldOf(thinner, mark(T), mark(T, undefined, 'BTCUSDT'))).toEqual([1, 0])
  })

  it('without a price, and everything else, pass as they are', () => {
    const others: Reading[] = [
      { kind: 'control' },
      { kind: 'unknown', reason: 'x' },
      { kind: 'data', channel: 'markPrice', symbol: 'E', venueTime: T, events: [] },
    ]
    const thinner = new MarkThinner()
    for (const reading of others) expect(thinner.thin(reading)).toBe(reading)
  })
})
