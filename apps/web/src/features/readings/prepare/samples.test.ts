import { DAY_MS, HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { expect, it } from 'vitest'
import { chooseSamples, MOST_SAMPLES } from './samples.ts'

const START = 1_704_067_200_000

it.each([
  ['an hour of minutes', HOUR_MS, MINUTE_MS, 1, 1, 60],
  ['half a day of minutes', 12 * HOUR_MS, MINUTE_MS, 2, 1, 360],
  ['three days of minutes', 3 * DAY_MS, MINUTE_MS, 15, 5, 288],
  ['a month of minutes', 30 * DAY_MS, MINUTE_MS, 120, 30, 360],
  ['400 days of minutes', 400 * DAY_MS, MINUTE_MS, 1_440, 30, 400],
  ['a day of five minutes', DAY_MS, 5 * MINUTE_MS, 5, 5, 288],
  ['a year of hours', 365 * DAY_MS, HOUR_MS, 1_440, 60, 365],
])('takes few columns of %s', (_, span, bucketMs, stepMin, barMin, count) => {
  const { stepMs, barMs, ends } = chooseSamples(START, START + span, bucketMs)
  expect([stepMs, barMs]).toEqual([stepMin * MINUTE_MS, barMin * MINUTE_MS])
  expect(ends).toHaveLength(count)
  expect(ends.length).toBeLessThanOrEqual(MOST_SAMPLES)
  expect([ends[0], ends.at(-1)]).toEqual([START + stepMs, START + span])
})

it('looks at the same columns wherever a stretch begins', () => {
  const shifted = chooseSamples(START + 7 * MINUTE_MS, START + DAY_MS + 7 * MINUTE_MS, MINUTE_MS)
  expect(shifted.ends.every((end) => end % shifted.stepMs === 0)).toBe(true)
  expect(shifted.ends[0]).toBe(START + 10 * MINUTE_MS)
})

it('steps by whole buckets where no round step is one', () => {
  const { stepMs, barMs } = chooseSamples(START, START + 30 * DAY_MS, 7 * MINUTE_MS)
  expect([stepMs, barMs]).toEqual([16 * 7 * MINUTE_MS, 7 * MINUTE_MS])
})
