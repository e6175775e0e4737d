import { expect, it } from 'vitest'
import type { Reading } from '../../feed/venue-feed.ts'
import { depth, kline, T } from './__fixtures__/messages.ts'
import { DepthThinner } from './depth-thinner.ts'
import { readMessage } from './mapper.ts'

const book = (time: number, s = 'ETHUSDT'): Reading => readMessage(depth({ T: time, E: time, s }))[0]
const passes = (reading: Reading): boolean => reading.kind === 'data' && reading.events.length > 0

it('lets the first book of each minute through, and the others as signs of life', () => {
  const thinner = new DepthThinner()
  const times = Array.from({ length: 400 }, (_, i) => T + 59_250 + i * 500)
  const passed = times.filter((time) => passes(thinner.thin(book(time))))
  expect(passed).toEqual([T + 59_250, T + 60_250, T + 120_250, T + 180_250, T + 240_250])

  const thinned = thinner.thin(book(T + 241_000))
  expect(thinned).toMatchObject({ kind: 'data', channel: 'depth', symbol: 'ETHUSDT', venueTime: T + 241_000, events: [] })
})

it('counts each symbol by itself', () => {
  const thinner = new DepthThinner()
  expect([book(T), book(T, 'BTCUSDT'), book(T + 500), book(T + 500, 'BTCUSDT')].map((b) => passes(thinner.thin(b)))).toEqual([
    true,
    true,
    false,
    false,
  ])
})

it('takes nothing twice when two sockets tell the turn of a minute at different moments', () => {
  const thinner = new DepthThinner()
  const times = [T + 59_500, T + 60_000, T + 59_500, T + 60_000, T + 60_500, T + 59_900]
  expect(times.filter((time) => passes(thinner.thin(book(time))))).toEqual([T + 59_500, T + 60_000])
})

it('goes on after a book from the far future', () => {
  const thinner = new DepthThinner()
  expect(passes(thinner.thin(book(T + 86_400_000)))).toBe(true)
  expect(passes(thinner.thin(book(T)))).toBe(true)
  expect(passes(thinner.thin(book(T + 500)))).toBe(false)
})

it('leaves every other reading as it is', () => {
  const thinner = new DepthThinner()
  const [reading] = readMessage(kline())
  expect(thinner.thin(reading)).toBe(reading)
  expect(thinner.thin(reading)).toBe(reading)
})
