import { emptyColumn, type ObservedLook } from '@faultline/db/repositories/observed'
import { HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { describe, expect, it } from 'vitest'
import { HOLD_MS, runsOf, stepOf } from './runs.ts'

const T = 1_704_067_200_000
const at = (minutes: number) => T + minutes * MINUTE_MS
const lookAt = (minutes: number, longs: Record<number, number>): ObservedLook => {
  const empty = emptyColumn(at(minutes), MINUTE_MS)
  const bins = Object.keys(longs).map(Number)
  const firstBin = Math.min(...bins)
  const usd = new Float32Array(bins.length === 0 ? 0 : Math.max(...bins) - firstBin + 1)
  for (const bin of bins) usd[bin - firstBin] = longs[bin] as number
  const column = bins.length > 0 ? { ...empty, planes: { ...empty.planes, long: { firstBin, usd } } } : empty
  return {
    instrumentId: 1,
    time: at(minutes),
    column,
    accounts: 1,
    longUsd: 1,
    shortUsd: 0,
    longShare: null,
    shortShare: null,
    oldestAt: null,
  }
}
const run = (bin: number, from: number, to: number, usd: number) => ({ side: 'long', bin, from: at(from), to: at(to), usd })

describe('runs of observed levels', () => {
  it('last as long as the level is seen, with the most that stood there', () => {
    const looks = [lookAt(0, { 5: 100, 9: 40 }), lookAt(5, { 5: 150 }), lookAt(10, { 5: 120, 9: 41 })]
    expect(runsOf(looks, at(12))).toEqual([run(5, 0, 12, 150), run(9, 10, 12, 41), run(9, 0, 5, 40)])
  })

  it('are others where the level becomes another: twice as much, or half', () => {
    expect(runsOf([lookAt(0, { 5: 100 }), lookAt(5, { 5: 201 })], at(10))).toEqual([run(5, 5, 10, 201), run(5, 0, 5, 100)])
    expect(runsOf([lookAt(0, { 5: 100 }), lookAt(5, { 5: 49 })], at(10))).toEqual([run(5, 0, 5, 100), run(5, 5, 10, 49)])
  })

  it('end an hour after the last look, and do not bridge what nobody looked at', () => {
    expect(HOLD_MS).toBe(HOUR_MS)
    const looks = [lookAt(0, { 5: 100 }), lookAt(90, { 5: 100 })]
    expect(runsOf(looks, at(300))).toEqual([run(5, 0, 60, 100), run(5, 90, 150, 100)])
  })

  it('are nothing of a look at nothing, which ends what was', () => {
    expect(runsOf([lookAt(0, { 5: 100 }), lookAt(5, {})], at(50))).toEqual([run(5, 0, 5, 100)])
  })

  it('are the largest only, where there are too many', () => {
    const many = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [i, i + 1]))
    const runs = runsOf([lookAt(0, many)], at(1))
    expect(runs).toHaveLength(1500)
    expect(runs.at(-1)?.usd).toBe(1501)
  })

  it('come from a few hundred looks, however long the picture', () => {
    expect(stepOf(HOUR_MS)).toBe(MINUTE_MS)
    expect(stepOf(30 * 24 * HOUR_MS)).toBe(180 * MINUTE_MS)
  })
})
