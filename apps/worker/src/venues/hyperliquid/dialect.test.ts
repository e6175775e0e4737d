import { describe, expect, it } from 'vitest'
import { TakerTally } from '../../feed/taker-tally.ts'
import type { Reading } from '../../feed/venue-feed.ts'
import { DepthThinner } from '../binance/depth-thinner.ts'
import { MarkThinner } from '../mark-thinner.ts'
import { assetCtx, book, candle, tradeRow, trades } from './__fixtures__/messages.ts'
import { T } from './__fixtures__/time.ts'
import { HyperliquidDialect } from './dialect.ts'

const dialect = () => {
  const shared = { tally: new TakerTally(), marks: new MarkThinner(), depths: new DepthThinner() }
  const made = new HyperliquidDialect({ channels: ['candle', 'markPrice', 'depth'] }, shared)
  made.begin(() => undefined)
  return made
}
const data = (readings: readonly Reading[]) => readings.filter((r) => r.kind === 'data')
const minute = (i: number, change: Record<string, unknown> = {}) => candle({ t: T + i * 60_000, T: T + i * 60_000 + 59_999, ...change })

describe('what is said to Hyperliquid', () => {
  it('subscribes each coin to each thing, trades first, and is acknowledged by the same words', () => {
    const made = dialect()
    const requests = made.subscribe(['BTC', 'kPEPE'])
    expect(requests).toHaveLength(8)
    expect(requests[0]?.frame).toEqual({ method: 'subscribe', subscription: { type: 'trades', coin: 'BTC' } })
    expect(requests[1]?.frame).toEqual({ method: 'subscribe', subscription: { type: 'candle', interval: '1m', coin: 'BTC' } })
    for (const { frame, awaits } of requests) {
      const { method, subscription } = frame as { method: string; subscription: object }
      const answer = { channel: 'subscriptionResponse', data: { method, subscription: { nSigFigs: null, ...subscription } } }
      expect(made.acknowledgement(answer)).toEqual({ keys: awaits, refusal: null })
    }
    expect(made.acknowledgement({ channel: 'error', data: 'Invalid subscription' })).toEqual({
      keys: null,
      refusal: 'Invalid subscription',
    })
    expect(made.acknowledgement(book())).toBeUndefined()
    expect(made.heartbeat.isAnswer({ channel: 'pong' })).toBe(true)
    expect(made.unsubscribe(['BTC'])[0]?.frame).toMatchObject({ method: 'unsubscribe' })
  })
})

describe('what Hyperliquid says', () => {
  it('of marks has the time of the newest book, and is of no use before one', () => {
    const made = dialect()
    expect(data(made.read(assetCtx(), 1_000))).toEqual([])
    made.read(book({ time: T + 500 }), 1_000)
    expect(data(made.read(assetCtx(), 1_100))).toMatchObject([{ channel: 'markPrice', venueTime: T + 500 }])
  })

  it('of candles gives one when the next begins, with what takers bought', () => {
    const made = dialect()
    made.read(trades(tradeRow({ time: T - 5_000 })), 0)
    made.read(trades(tradeRow({ time: T + 1_000, side: 'B', sz: '1' }), tradeRow({ time: T + 2_000, sz: '3' })), 0)
    expect(data(made.read(minute(0, { v: '4.0', n: 2 }), 0))).toMatchObject([{ channel: 'candle', events: [] }])
    made.read(trades(tradeRow({ time: T + 60_100 })), 0)
    const [closed, sign] = data(made.read(minute(1, { v: '0.125', n: 1 }), 0))
    expect(closed).toMatchObject({ venueTime: T + 60_000, events: [{ type: 'candle', openTime: T, volume: 4, takerBuyVolume: 1 }] })
    expect(sign).toMatchObject({ channel: 'candle', events: [] })
  })

  it('of books closes the candle of a minute after which nobody trades, and keeps one book a minute', () => {
    const made = dialect()
    made.read(minute(0), 0)
    expect(data(made.read(book({ time: T + 30_000 }), 0))).toMatchObject([{ channel: 'depth', events: [{}] }])
    expect(data(made.read(book({ time: T + 30_500 }), 0))).toMatchObject([{ channel: 'depth', events: [] }])
    const readings = data(made.read(book({ time: T + 62_500 }), 0))
    expect(readings.map((r) => r.kind === 'data' && [r.channel, r.events.length])).toEqual([
      ['candle', 1],
      ['depth', 1],
    ])
  })

  it('of coins that are not subscribed to any more is forgotten', () => {
    const made = dialect()
    made.read(minute(0), 0)
    made.subscribed(new Set(['BTC']))
    expect(data(made.read(book({ time: T + 70_000 }), 0)).map((r) => r.kind === 'data' && r.channel)).toEqual(['depth'])
    made.end()
  })
})
