import { expect, it } from 'vitest'
import { Eta } from './eta.ts'

it('knows nothing before the first step, follows the pace of the last ones, and does not count ordered waiting', () => {
  let time = 0
  const eta = new Eta(() => time)
  expect(eta.of(100)).toBe(null)
  time += 1_000
  eta.mark(10)
  expect(eta.of(100)).toBe(10_000)
  expect(eta.of(0)).toBe(0)
  time += 60_000
  eta.exclude(60_000)
  time += 1_000
  eta.mark(20)
  expect(eta.of(100)).toBe(10_000)
  // Ten times as fast from here on: after eight steps nothing of the slow beginning is left.
  for (let done = 30; done <= 100; done += 10) {
    time += 100
    eta.mark(done)
  }
  expect(eta.of(100)).toBe(1_000)
})
