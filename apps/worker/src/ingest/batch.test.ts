import type { Gap } from '@faultline/db/repositories/gaps'
import type { LiveEvent } from '@faultline/db/repositories/live-events'
import { QUARANTINE_KEPT, QUARANTINE_PAYLOAD } from '@faultline/db/repositories/quarantine'
import { describe, expect, it } from 'vitest'
import { Batch } from './batch.ts'

const one = { instrumentId: 1, dataSourceId: 9, epoch: 3 }
const two = { instrumentId: 2, dataSourceId: 9, epoch: 4 }
const candle = (openTime: number): LiveEvent => ({
  type: 'candle',
  openTime,
  intervalMs: 60,
  open: 1,
  high: 1,
  low: 1,
  close: 1,
  volume: 0,
})
const interest = (time: number): LiveEvent => ({ type: 'openInterest', time, openInterest: 1 })
const print = (time: number): LiveEvent => ({
  type: 'liquidation',
  time,
  side: 'long',
  price: 1,
  priceKind: 'fill',
  quantity: 1,
  quantityUsd: 1,
})
const gap = (from: number): Gap => ({ instrumentId: 1, channel: 'funding', from, to: from + 1, status: 'open', reason: 'cut' })
const full = (): Batch => {
  const batch = new Batch()
  batch.add(one, candle(60))
  batch.add(two, interest(7))
  batch.add(one, print(61))
  batch.cover(one, 'candle', 120)
  batch.cover(one, 'candle', 60)
  batch.cover(two, 'openInterest', 8)
  batch.enterGap(one, gap(1))
  batch.quarantine({ dataSourceId: 9, receivedAt: 5, reason: 'unknown', payload: '{}' })
  return batch
}

describe('a batch', () => {
  it('comes back from the spool as it went', () => {
    const batch = full()
    const back = Batch.decode(batch.encode())
    for (const key of ['rows', 'instruments', 'coverage', 'gaps', 'quarantined'] as const) expect(back[key]).toEqual(batch[key])
    expect(back.coverageOf(1)).toEqual({ candle: 120 })
    expect([back.hasContent, new Batch().hasContent]).toEqual([true, false])
    expect(() => Batch.decode(Buffer.from('{"version":2}'))).toThrow(/version 2/)
  })

  it('that is dropped leaves gaps where its events were, and hands on the rest', async () => {
    const next = new Batch()
    next.add(one, interest(500))
    next.cover(one, 'candle', 200)
    const first = full()
    const second = new Batch()
    second.add(one, candle(600))
    second.add(one, print(650))
    first.dropInto(second)
    second.dropInto(next)
    await first.settled
    await second.settled
    const reason = 'the database was away and the spool was full'
    expect(next.gaps).toEqual([
      gap(1),
      { instrumentId: 1, channel: 'candle', from: 60, to: 660, status: 'open', reason },
      { instrumentId: 1, channel: 'liquidation', from: 61, to: 651, status: 'unrecoverable', reason },
      { instrumentId: 2, channel: 'openInterest', from: 7, to: 8, status: 'open', reason },
    ])
    expect(next.coverage).toEqual([
      { instrumentId: 1, channel: 'candle', coveredTo: 200 },
      { instrumentId: 2, channel: 'openInterest', coveredTo: 8 },
    ])
    expect(next.rows).toHaveLength(1)
    expect([...next.instruments.keys()].sort()).toEqual([1, 2])
  })

  it('keeps a bounded number of unread messages, and a part of each', () => {
    const batch = new Batch()
    for (let i = 0; i < QUARANTINE_KEPT + 5; i++)
      batch.quarantine({ dataSourceId: 1, receivedAt: i, reason: '', payload: 'x'.repeat(QUARANTINE_PAYLOAD + 1) })
    expect(batch.quarantined).toHaveLength(QUARANTINE_KEPT)
    expect(batch.quarantined[0]).toMatchObject({ receivedAt: 5, payload: 'x'.repeat(QUARANTINE_PAYLOAD) })
  })
})
