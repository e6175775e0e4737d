import { DAY_MS, MINUTE_MS } from '@faultline/market/units'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { missingIn, type Stretch, windowsOf } from './windows.ts'

const BUCKET = 20 * MINUTE_MS
/** Not a midnight: the oldest and the newest window are shorter than a day. */
const FROM = Date.UTC(2026, 2, 1, 17, 20)
const COUNT = 250
const bucketAt = (i: number): number => FROM + i * BUCKET
const TO = bucketAt(COUNT)
const starts = Array.from({ length: COUNT }, (_, i) => bucketAt(i))

/** Stored and missing buckets in runs, as they occur. */
const storedRuns = fc
  .array(fc.record({ length: fc.integer({ min: 1, max: 120 }), stored: fc.boolean() }), { maxLength: 12 })
  .map((runs) => {
    const stored = runs.flatMap(({ length, stored }) => Array<boolean>(length).fill(stored))
    return starts.map((_, i) => stored[i] ?? false)
  })
/** Anywhere, also within buckets. */
const lostStretches = fc.array(
  fc
    .tuple(fc.integer({ min: FROM - DAY_MS, max: TO }), fc.integer({ min: 1, max: DAY_MS }))
    .map(([from, length]) => ({ from, to: from + length })),
  { maxLength: 4 },
)

const holesOf = (stored: readonly boolean[]): Stretch[] => {
  const holes: Stretch[] = []
  stored.forEach((isStored, i) => {
    const last = holes.at(-1)
    if (isStored) return
    if (last?.to === bucketAt(i)) last.to = bucketAt(i + 1)
    else holes.push({ from: bucketAt(i), to: bucketAt(i + 1) })
  })
  return holes
}
const bucketsIn = ({ from, to }: Stretch): number[] => Array.from({ length: (to - from) / BUCKET }, (_, i) => from + i * BUCKET)

it('covers exactly what is missing and not lost, in full buckets', () => {
  fc.assert(
    fc.property(storedRuns, lostStretches, (stored, without) => {
      const windows = windowsOf(
        holesOf(stored).map((hole) => ({ ...hole, olderStored: hole.from > FROM })),
        { bucketMs: BUCKET, without },
      )
      const touched = (start: number): boolean => without.some((lost) => lost.from < start + BUCKET && lost.to > start)
      const wanted = starts.filter((start, i) => !stored[i] && !touched(start))
      expect(windows.flatMap(bucketsIn).sort((a, b) => a - b)).toEqual(wanted)
    }),
  )
})

it('goes from the newest to the oldest without overlap, each window within one UTC day and as long as it can be', () => {
  fc.assert(
    fc.property(storedRuns, lostStretches, (stored, without) => {
      const windows = windowsOf(
        holesOf(stored).map((hole) => ({ ...hole, olderStored: hole.from > FROM })),
        { bucketMs: BUCKET, without },
      )
      windows.forEach((window, i) => {
        expect(window.from).toBeLessThan(window.to)
        expect(Math.floor(window.from / DAY_MS)).toBe(Math.floor((window.to - 1) / DAY_MS))
        const newer = windows[i - 1]
        if (!newer) return
        expect(window.to).toBeLessThanOrEqual(newer.from)
        if (window.to === newer.from) expect(window.to % DAY_MS).toBe(0)
      })
    }),
  )
})

it('tells windows behind which candles are stored from those that may reach beyond the venue’s history', () => {
  fc.assert(
    fc.property(storedRuns, (stored) => {
      const holes = holesOf(stored).map((hole) => ({ ...hole, olderStored: hole.from > FROM }))
      for (const window of windowsOf(holes, { bucketMs: BUCKET }))
        expect(window.olderStored).toBe(stored.some((isStored, i) => isStored && bucketAt(i) < window.from))
    }),
  )
})

it('names the buckets that an answer lacks', () => {
  fc.assert(
    fc.property(storedRuns, fc.integer({ min: 0, max: COUNT }), fc.integer({ min: 0, max: COUNT }), (stored, a, b) => {
      const range = { from: bucketAt(Math.min(a, b)), to: bucketAt(Math.max(a, b)) }
      const times = starts.filter((_, i) => stored[i])
      const missing = missingIn(range, times, BUCKET)
      expect(missing.flatMap(bucketsIn)).toEqual(starts.filter((t, i) => !stored[i] && t >= range.from && t < range.to))
      missing.forEach((hole, i) => {
        expect(hole.from).toBeGreaterThan(missing[i - 1]?.to ?? Number.NEGATIVE_INFINITY)
      })
    }),
  )
})
