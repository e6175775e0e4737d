import { DAY_MS, HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Beginning } from './beginning.ts'
import { missingIn, type Stretch, windowsOf } from './windows.ts'

const FROM = Date.UTC(2026, 2, 1)
const TO = FROM + 6 * DAY_MS + 5 * HOUR_MS

const readBackwards = (hasCandle: (time: number) => boolean) => {
  const beginning = new Beginning()
  const holes: Stretch[] = []
  let asked = 0
  for (const window of windowsOf([{ from: FROM, to: TO, olderStored: false }], { bucketMs: MINUTE_MS })) {
    const times = minutes(window).filter(hasCandle)
    holes.push(...beginning.look(window, times))
    asked++
    if (beginning.certain) break
  }
  return { holes: holes.sort((a, b) => a.from - b.from), at: beginning.at, asked }
}
const minutes = ({ from, to }: Stretch): number[] => Array.from({ length: (to - from) / MINUTE_MS }, (_, i) => from + i * MINUTE_MS)

it('takes every hole for one and nothing before the first candle, wherever midnight falls', () => {
  const hole = fc
    .tuple(fc.integer({ min: 0, max: (TO - FROM) / MINUTE_MS }), fc.integer({ min: 1, max: 1_000 }))
    .map(([at, length]) => ({ from: FROM + at * MINUTE_MS, to: FROM + (at + length) * MINUTE_MS }))
  const first = fc.integer({ min: 0, max: (TO - FROM) / MINUTE_MS - 1 }).map((minute) => FROM + minute * MINUTE_MS)
  fc.assert(
    fc.property(first, fc.array(hole, { maxLength: 3 }), (genesis, lost) => {
      const has = (time: number): boolean => time === genesis || (time > genesis && !lost.some((h) => h.from <= time && time < h.to))
      const { holes, at } = readBackwards(has)
      const all = minutes({ from: genesis, to: TO })
      // A silence of a whole window and more before candles is taken for the beginning: holes here are shorter.
      expect(holes).toEqual(missingIn({ from: genesis, to: TO }, all.filter(has), MINUTE_MS))
      expect(at).toBe(genesis === FROM ? null : genesis)
    }),
    { numRuns: 60 },
  )
})

it('does not take the empty minutes since midnight for the beginning', () => {
  const lastDay = FROM + 6 * DAY_MS
  const { asked, holes } = readBackwards((time) => time < lastDay)
  expect(asked).toBe(7)
  expect(holes).toEqual([{ from: lastDay, to: TO }])
})

it('asks no further once a day is empty', () => {
  const genesis = FROM + 4 * DAY_MS + 3 * HOUR_MS
  expect(readBackwards((time) => time >= genesis)).toEqual({ holes: [], at: genesis, asked: 4 })
})

it('takes silence for a hole where older candles are stored, and says nothing after a window without an answer', () => {
  const beginning = new Beginning()
  expect(beginning.look({ from: FROM, to: FROM + DAY_MS, olderStored: true }, [])).toEqual([{ from: FROM, to: FROM + DAY_MS }])
  expect(beginning.certain).toBe(false)
  beginning.look({ from: FROM - HOUR_MS, to: FROM, olderStored: false }, [])
  beginning.skip()
  expect(beginning.at).toBe(null)
})
