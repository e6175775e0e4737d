import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../test/feed-harness.ts'
import { Backoff, ceilingMs, FIXED_SHARE, LONGEST_WAIT_MS } from './backoff.ts'

const MINUTE = 60_000
/** The documented most of attempts in any minute. */
const MOST_PER_MINUTE = 13

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
/** how long each attempt takes to fail, and whether it is the first after a time in which all was well */
const refusals = fc.array(fc.record({ tookMs: fc.integer({ min: 0, max: 200 }), chance: random }), { minLength: 1, maxLength: 200 })

describe('the schedule of attempts', () => {
  it('never asks more than thirteen times in any minute, nor waits longer than the cap', () => {
    fc.assert(
      fc.property(refusals, (sequence) => {
        let step = 0
        const backoff = new Backoff(() => sequence[step]?.chance ?? 0)
        const attempts: number[] = []
        let at = 0
        for (step = 0; step < sequence.length; step++) {
          attempts.push(at)
          const wait = backoff.next()
          expect(wait).toBeLessThanOrEqual(LONGEST_WAIT_MS)
          expect(wait).toBeGreaterThanOrEqual(ceilingMs(step) * FIXED_SHARE)
          at += (sequence[step]?.tookMs ?? 0) + wait
        }
        attempts.forEach((from, i) => {
          const within = attempts.slice(i).filter((t) => t < from + MINUTE)
          expect(within.length).toBeLessThanOrEqual(MOST_PER_MINUTE)
        })
      }),
    )
  })

  it('has ceilings that never fall, double, and end at the cap', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 1_000, max: 120_000 }), (attempt, cap) => {
        expect(ceilingMs(attempt + 1, cap)).toBeGreaterThanOrEqual(ceilingMs(attempt, cap))
        expect(ceilingMs(attempt, cap)).toBe(Math.min(cap, 1_000 * 2 ** Math.min(attempt, 30)))
      }),
    )
    expect(ceilingMs(5_000)).toBe(LONGEST_WAIT_MS)
  })

  it('is spread by chance over three quarters of each ceiling', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), random, (failures, chance) => {
        const wait = (value: number): number => {
          const backoff = new Backoff(() => value)
          backoff.failures = failures
          return backoff.next()
        }
        expect(wait(chance)).toBeCloseTo(ceilingMs(failures) * (0.25 + 0.75 * chance), 6)
      }),
    )
  })

  it('first tries again within a quarter of a second to a second, also after a reset', () => {
    const backoff = new Backoff(seededRandom(3))
    for (let round = 0; round < 50; round++) {
      const wait = backoff.next()
      expect(wait).toBeGreaterThanOrEqual(250)
      expect(wait).toBeLessThan(1_000)
      backoff.next()
      backoff.next()
      backoff.reset()
    }
  })

  it('keeps two that failed together from marching in step', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (a, b) => {
        fc.pre(a !== b)
        const [first, second] = [new Backoff(seededRandom(a)), new Backoff(seededRandom(b))]
        let [timeA, timeB, together] = [0, 0, 0]
        for (let i = 0; i < 40; i++) {
          timeA += first.next()
          timeB += second.next()
          if (Math.abs(timeA - timeB) < 20) together++
        }
        expect(together).toBeLessThan(10)
      }),
    )
  })
})
