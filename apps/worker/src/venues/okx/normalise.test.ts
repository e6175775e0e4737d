import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectHonest, mutated } from '../../../test/mutations.ts'
import { NORMALISED_CHANNELS, type NormalisedChannel } from '../normaliser.ts'
import {
  body,
  candle,
  candleRow,
  fundingRate,
  liquidations,
  markPrice,
  openInterest,
  SYMBOL,
  settlement,
  T,
} from './__fixtures__/messages.ts'
import { normaliseOkx } from './normalise.ts'

const OPTIONS = { contractSize: null, symbol: null }
const read = (channel: NormalisedChannel, message: unknown, options = {}) => normaliseOkx(channel, message, { ...OPTIONS, ...options })
const eventsOf = (channel: NormalisedChannel, message: unknown, options = {}) => {
  const { events, quarantined } = read(channel, message, options)
  expect(quarantined).toBeNull()
  return events.map(({ event }) => event)
}
const rowOf = (message: Record<string, unknown>) => (message.data as Record<string, unknown>[])[0] as Record<string, unknown>
const MINUTE = 60_000

describe('one message of OKX', () => {
  it('is every liquidation in it, in whatever wrapper: of a socket, of REST, its data, one row, one detail', () => {
    const whole = read('liquidation', liquidations())
    expect(whole.events.map(({ symbol, event }) => [symbol, event.type === 'liquidation' && event.side])).toEqual([
      [SYMBOL, 'long'],
      [SYMBOL, 'short'],
    ])
    const row = rowOf(liquidations())
    for (const form of [body(row), { data: [row] }, [row], row]) expect(read('liquidation', form)).toEqual(whole)
    const [detail] = row.details as unknown[]
    expect(read('liquidation', detail, { symbol: SYMBOL }).events).toEqual(whole.events.slice(0, 1))
    expect(read('liquidation', detail).quarantined).toBe('liquidation-orders instId is no symbol')
    const older = { arg: { channel: 'liquidations', instId: SYMBOL }, data: [detail] }
    expect(read('liquidation', older).events).toEqual(whole.events.slice(0, 1))
  })

  it('has the contract size that is given, else the usual one, else none', () => {
    expect(eventsOf('liquidation', liquidations(), { contractSize: 2 })[0]).toMatchObject({ quantity: 70, quantityUsd: 1990.1 * 70 })
    expect(eventsOf('liquidation', liquidations({}, { instId: 'BTC-USD-SWAP' }))[0]).toMatchObject({ quantityUsd: 3_500 })
    expect(read('liquidation', liquidations({}, { instId: 'NEWCOIN-USDT-SWAP' }))).toEqual({
      events: [],
      quarantined: 'contract size of the instrument is not known',
    })
  })

  it('keeps what can be read beside what cannot', () => {
    const bad = read('liquidation', liquidations({ sz: '' }))
    expect(bad.events).toHaveLength(1)
    expect(bad.quarantined).toBe('liquidation-orders sz is no size above zero')
  })

  it('is a candle where it is confirmed, of whatever interval', () => {
    expect(eventsOf('candle', candle())).toMatchObject([{ openTime: T, intervalMs: MINUTE, volume: 812.4 }])
    expect(read('candle', candle({ 8: '0' }))).toEqual({ events: [], quarantined: null })
    const day = candle({}, { arg: { channel: 'candle1Dutc', instId: SYMBOL } })
    expect(eventsOf('candle', day)).toMatchObject([{ intervalMs: 86_400_000 }])
    const month = candle({}, { arg: { channel: 'candle1M', instId: SYMBOL } })
    expect(read('candle', month).quarantined).toBe('candle channel names no interval that has a fixed length')
  })

  it('is the closed candles of REST, which name no instrument', () => {
    const answer = body(candleRow(T + 2 * MINUTE, { 8: '0' }), candleRow(T + MINUTE), candleRow(T))
    expect(read('candle', answer).events.map(({ symbol }) => symbol)).toEqual([null, null])
    expect(eventsOf('candle', answer, { symbol: SYMBOL })).toMatchObject([{ openTime: T + MINUTE, intervalMs: MINUTE }, { openTime: T }])
    const contracts = body(candleRow(T, { 6: '', 7: '' }))
    expect(read('candle', contracts).quarantined).toBe('contract size of the instrument is not known')
    expect(eventsOf('candle', contracts, { contractSize: 0.1 })).toMatchObject([{ volume: 8124 * 0.1 }])
    expect(eventsOf('candle', candleRow(T), { symbol: SYMBOL })).toHaveLength(1)
  })

  it('of older candles says nothing of whether the newest has closed', () => {
    const old = body(candleRow(T + MINUTE).slice(0, 8), candleRow(T).slice(0, 8))
    const { events, quarantined } = read('candle', old, { symbol: SYMBOL })
    expect(events).toMatchObject([{ event: { openTime: T } }])
    expect(quarantined).toBe('candle confirm is missing')
  })

  it('is open interest in coins, from a socket, from REST and from history', () => {
    const now = { type: 'openInterest', time: T + 5_000, openInterest: 256_000.25, openInterestUsd: 514_990_000.06 }
    expect(eventsOf('openInterest', openInterest())).toEqual([now])
    expect(eventsOf('openInterest', body(rowOf(openInterest())))).toEqual([now])
    expect(eventsOf('openInterest', openInterest({ oiCcy: undefined, oiUsd: undefined }))).toMatchObject([
      { openInterest: 2_560_002.5 * 0.1 },
    ])
    const history = body([String(T), '2560002.5', '256000.25', '514990000.06'])
    expect(eventsOf('openInterest', history)).toEqual([{ ...now, time: T }])
  })

  it('is a settlement that was, or of the channel the one that comes', () => {
    expect(eventsOf('funding', body(settlement(T)))).toEqual([{ type: 'funding', time: T, rate: 0.0001 }])
    const coming = {
      symbol: SYMBOL,
      event: { type: 'funding', time: T + 14_400_000, rate: -0.00004321, intervalHours: 8 },
      predicted: true,
    }
    expect(read('funding', fundingRate()).events).toEqual([coming])
    expect(read('funding', body(rowOf(fundingRate()))).events).toEqual([coming])
  })

  it('is a mark price', () => {
    expect(eventsOf('markPrice', markPrice())).toEqual([{ type: 'markPrice', time: T + 1_204, markPrice: 2011.68 }])
    expect(eventsOf('markPrice', body(rowOf(markPrice())))).toHaveLength(1)
  })

  it('is a ratio of accounts, or of taker volumes where it has three fields', () => {
    expect(eventsOf('longShortRatio', body([String(T), '1.25']))).toEqual([
      { type: 'longShortRatio', time: T, kind: 'accounts', ratio: 1.25 },
    ])
    expect(eventsOf('longShortRatio', body([String(T), '200', '300']))).toMatchObject([{ kind: 'takerVolume', ratio: 1.5 }])
    expect(read('longShortRatio', candle()).quarantined).toBe('no channel tells longShortRatio: it is in REST alone')
  })

  it.each([
    ['another channel', 'liquidation', candle(), 'the channel is not of liquidation'],
    ['a refusal', 'candle', { code: '51001', msg: 'no', data: [] }, 'code says that the request was refused'],
    ['an answer without rows', 'candle', body(), 'data is an empty list'],
    ['a reply', 'liquidation', { event: 'subscribe', arg: { channel: 'x' } }, 'an answer to a request, without data'],
    ['nothing', 'liquidation', [], 'the list is empty'],
    ['text', 'liquidation', 'pong', 'not JSON'],
    ['null', 'liquidation', null, 'not a JSON object'],
  ] as const)('that is %s goes to quarantine', (_, channel, message, reason) => {
    expect(read(channel, message)).toEqual({ events: [], quarantined: reason })
  })

  it('never makes it throw, and never gives an event that is none', () => {
    const good = [
      candle(),
      markPrice(),
      fundingRate(),
      liquidations(),
      openInterest(),
      body(candleRow(T), candleRow(T + MINUTE)),
      body(settlement(T)),
      body([String(T), '2560002.5', '256000.25', '514990000.06']),
    ]
    fc.assert(
      fc.property(fc.constantFrom(...NORMALISED_CHANNELS), fc.oneof(mutated(good), fc.jsonValue()), (channel, message) => {
        expectHonest(read(channel, message, { symbol: SYMBOL }).events.map(({ event }) => event))
      }),
      { numRuns: 3_000 },
    )
  })
})
