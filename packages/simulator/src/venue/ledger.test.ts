import { describe, expect, it } from 'vitest'
import { Ledger } from './ledger.ts'
import type { Channel } from './streams.ts'

const note = (ledger: Ledger, channel: Channel, symbol: string, n: number, closed?: boolean) =>
  ledger.record({ time: n, channel, symbol, text: JSON.stringify({ e: channel, E: n, n }), ...(closed === undefined ? {} : { closed }) })

describe('Ledger', () => {
  it('gives entries of all channels in the order in which they were noted, a page at a time', () => {
    const ledger = new Ledger()
    const channels: Channel[] = ['kline', 'forceOrder', 'aggTrade', 'markPrice', 'depth']
    for (let i = 1; i <= 25; i++) note(ledger, channels[i % 5] as Channel, 'A', i, i % 10 === 0)
    const seen: number[] = []
    let after = 0
    for (;;) {
      const { entries, next } = ledger.entries({ after, limit: 7 })
      if (entries.length === 0) break
      seen.push(...entries.map((e) => e.seq))
      after = next
    }
    expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => i + 1))
    expect(ledger.entries({ limit: 1 }).entries[0]).toMatchObject({
      seq: 1,
      time: 1,
      channel: 'forceOrder',
      symbol: 'A',
      delivered: 0,
      message: { e: 'forceOrder', E: 1, n: 1 },
    })
  })

  it('filters by channel, symbol and closed candles', () => {
    const ledger = new Ledger()
    note(ledger, 'kline', 'A', 1, false)
    note(ledger, 'kline', 'A', 2, true)
    note(ledger, 'kline', 'B', 3, true)
    note(ledger, 'forceOrder', 'A', 4)
    const numbers = (query: Parameters<Ledger['entries']>[0]) => ledger.entries(query).entries.map((e) => e.time)
    expect(numbers({ channel: 'kline' })).toEqual([1, 2, 3])
    expect(numbers({ channel: 'kline', closed: true })).toEqual([2, 3])
    expect(numbers({ symbol: 'A' })).toEqual([1, 2, 4])
    expect(numbers({ channel: 'forceOrder' })).toEqual([4])
    expect(numbers({ channel: 'nothing' })).toEqual([])
    expect(ledger.entries({ channel: 'nothing' }).next).toBe(4)
  })

  it('counts deliveries after the fact', () => {
    const ledger = new Ledger()
    const entry = note(ledger, 'forceOrder', 'A', 1)
    entry.delivered = 3
    expect(ledger.entries().entries[0]?.delivered).toBe(3)
  })

  it('keeps every liquidation and closed candle while books come and go', () => {
    const ledger = new Ledger()
    note(ledger, 'forceOrder', 'A', 1)
    note(ledger, 'kline', 'A', 2, true)
    for (let i = 3; i < 60_000; i++) note(ledger, i % 2 ? 'depth' : 'kline', 'A', i, false)
    expect(ledger.entries({ channel: 'forceOrder' }).entries.map((e) => e.time)).toEqual([1])
    expect(ledger.entries({ channel: 'kline', closed: true }).entries.map((e) => e.time)).toEqual([2])
    const open = ledger.entries({ channel: 'kline', after: 2, limit: 1e6 }).entries
    expect(open.map((e) => e.time)).toEqual(Array.from({ length: 20_000 }, (_, i) => 59_998 - 2 * (19_999 - i)))
    expect(ledger.entries({ channel: 'kline', after: 59_990 }).entries.map((e) => e.seq)).toEqual([59_992, 59_994, 59_996, 59_998])
  })

  it('notes requests', () => {
    const ledger = new Ledger()
    for (let i = 0; i < 5; i++) ledger.recordRequest({ at: i, method: 'GET', path: '/p', query: 'a=1', status: 200, weight: i })
    expect(ledger.requests({ after: 3 })).toEqual({
      entries: [
        { seq: 4, at: 3, method: 'GET', path: '/p', query: 'a=1', status: 200, weight: 3 },
        { seq: 5, at: 4, method: 'GET', path: '/p', query: 'a=1', status: 200, weight: 4 },
      ],
      next: 5,
    })
    expect(ledger.requests({ limit: 2 }).next).toBe(2)
  })
})
