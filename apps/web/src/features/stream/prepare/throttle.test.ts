import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { throttle } from './throttle.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('runs the first call at once and makes up for the last one', () => {
  const work = vi.fn()
  const { call } = throttle(work, 1000)
  call()
  expect(work).toHaveBeenCalledTimes(1)
  for (let i = 0; i < 50; i++) call()
  expect(work).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(1000)
  expect(work).toHaveBeenCalledTimes(2)
  vi.advanceTimersByTime(10_000)
  expect(work, 'nothing is owed any more').toHaveBeenCalledTimes(2)
  call()
  expect(work).toHaveBeenCalledTimes(3)
})

it('owes nothing after it was cancelled', () => {
  const work = vi.fn()
  const { call, cancel } = throttle(work, 1000)
  call()
  call()
  cancel()
  vi.advanceTimersByTime(5000)
  expect(work).toHaveBeenCalledTimes(1)
})

it('waits with the first call where it is told to, and takes what comes meanwhile with it', () => {
  const work = vi.fn()
  const { call, cancel } = throttle(work, 1000, () => 300)
  call()
  vi.advanceTimersByTime(200)
  call()
  expect(work).not.toHaveBeenCalled()
  vi.advanceTimersByTime(100)
  expect(work).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(10_000)
  expect(work, 'nothing is owed any more').toHaveBeenCalledTimes(1)
  call()
  cancel()
  vi.advanceTimersByTime(10_000)
  expect(work).toHaveBeenCalledTimes(1)
})
