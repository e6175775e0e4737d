import { describe, expect, it } from 'vitest'
import { candle } from './__fixtures__/messages.ts'
import { T } from './__fixtures__/time.ts'
import { candlesOf } from './mapper.ts'
import { HeardTime, OpenCandles } from './stream-state.ts'

const told = (change: Record<string, unknown> = {}) => {
  const [found] = candlesOf(candle(change))
  if (found === undefined || typeof found === 'string') throw new Error(String(found))
  return found
}
const minute = (i: number, change: Record<string, unknown> = {}) => told({ t: T + i * 60_000, T: T + i * 60_000 + 59_999, ...change })

describe('the time of messages that have none', () => {
  it('is the newest that was heard, whatever our own clock says', () => {
    const heard = new HeardTime()
    expect(heard.at(5_000)).toBeNull()
    heard.hear(T, 9_000)
    heard.hear(T - 60_000, 9_100)
    expect(heard.at(9_400)).toBe(T)
    heard.hear(T + 500, 9_500)
    expect(heard.at(9_500)).toBe(T + 500)
  })

  it('follows a clock that was ahead for a while and is set back', () => {
    const heard = new HeardTime()
    heard.hear(T + 3_600_000, 9_000)
    for (const at of [9_500, 12_000, 19_000]) heard.hear(T + at, at)
    expect(heard.at(19_000)).toBeGreaterThan(T + 3_600_000)
    heard.hear(T + 19_500, 19_500)
    expect(heard.at(19_500)).toBe(T + 19_500)
  })

  it('goes on by our clock when nothing is heard for long', () => {
    const heard = new HeardTime()
    heard.hear(T, 9_000)
    expect(heard.at(11_000)).toBe(T)
    expect(heard.at(19_000)).toBe(T + 8_000)
    expect(heard.at(1_000)).toBe(T)
  })
})

describe('an open candle', () => {
  it('is closed by the next one, as it stood last', () => {
    const candles = new OpenCandles()
    expect(candles.tell(minute(0, { v: '1' }))).toBeNull()
    expect(candles.tell(minute(0, { v: '2' }))).toBeNull()
    expect(candles.tell(minute(1))).toMatchObject({ openTime: T, volume: 2 })
    expect(candles.tell(minute(2))).toMatchObject({ openTime: T + 60_000 })
  })

  it('is closed by the clock where nobody trades after it, once', () => {
    const candles = new OpenCandles()
    candles.tell(minute(0))
    expect(candles.pass('ETH', T + 61_999)).toBeNull()
    expect(candles.pass('BTC', T + 70_000)).toBeNull()
    expect(candles.pass('ETH', T + 62_000)).toMatchObject({ openTime: T })
    expect(candles.pass('ETH', T + 62_500)).toBeNull()
    expect(candles.tell(minute(0, { v: '99999' }))).toBeNull()
    expect(candles.tell(minute(1))).toBeNull()
    expect(candles.tell(minute(2))).toMatchObject({ openTime: T + 60_000 })
  })

  it('is one per symbol, does not go back, and is forgotten with its subscription', () => {
    const candles = new OpenCandles()
    candles.tell(minute(1))
    expect(candles.tell(minute(0))).toBeNull()
    expect(candles.tell(minute(2, { s: 'BTC' }))).toBeNull()
    candles.keep(new Set(['BTC']))
    expect(candles.tell(minute(3))).toBeNull()
    expect(candles.pass('BTC', T + 600_000)).toMatchObject({ openTime: T + 120_000 })
  })
})
