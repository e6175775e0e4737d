/** Messages that the venue has really sent, or shows in its documentation; they are not part of the repository. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readMessage } from './mapper.ts'
import { readExchangeInfo, readFunding, readKlines, readOpenInterest, readOpenInterestHistory } from './rest-mapper.ts'

interface Recorded {
  transport: 'ws' | 'rest'
  request?: string
  kind: string
  note?: string
  message: Record<string, unknown> & unknown[]
}

const folder = path.join(process.env.FAULTLINE_DATA_DIR ?? '/nowhere', 'venue-messages', 'binance')
const recorded = (name: string, transport: Recorded['transport']): Recorded[] =>
  (JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8')) as Recorded[]).filter((r) => r.transport === transport)
const readings = (name: string) => recorded(name, 'ws').flatMap(({ message }) => readMessage(message))

describe.skipIf(!existsSync(folder))('recorded messages', () => {
  it('of liquidations: a buy closed a short; the whole fill counts, not the last one', () => {
    expect(readings('liquidations').map((r) => (r.kind === 'data' ? [r.symbol, r.events[0]] : r))).toEqual([
      [
        'BTCUSDT',
        {
          type: 'liquidation',
          time: 1584059031421,
          side: 'short',
          price: 4706.04,
          priceKind: 'fill',
          quantity: 0.014,
          quantityUsd: 4706.04 * 0.014,
        },
      ],
      [
        'BTCUSDT',
        {
          type: 'liquidation',
          time: 1568014460893,
          side: 'long',
          price: 9910.12345678,
          priceKind: 'fill',
          quantity: 0.014,
          quantityUsd: 9910.12345678 * 0.014,
        },
      ],
    ])
  })

  it('of candles: the closed one is one, the open one is not', () => {
    expect(readings('klines').map((r) => (r.kind === 'data' ? [r.venueTime, r.tradeCount, r.events.length] : r))).toEqual([
      [1638747660000, 200, 0],
      [1638747720000, 200, 1],
      [1626992741424, 23961322, 0],
      [1626992742139, 27931348, 0],
    ])
  })

  it('of marks: with the index where it is given, without a rate where the contract has none', () => {
    const [old, full, dated] = readings('funding-mark').map((r) => (r.kind === 'data' ? r.events[0] : r))
    expect(old).toEqual({
      type: 'markPrice',
      time: 1569888003001,
      markPrice: 8291.34697815,
      predictedFundingRate: 0.0001,
      nextFundingTime: 1569916800000,
    })
    expect(full).toMatchObject({ indexPrice: 11851.86949091, predictedFundingRate: 0.0001564 })
    expect(dated).toEqual({ type: 'markPrice', time: 1609830121004, markPrice: 31799.2773, indexPrice: 31307.034 })
  })

  it('of books and trades: those that were edited, or were not subscribed to, are unknown', () => {
    expect(readings('book').map((r) => (r.kind === 'unknown' ? r.reason : r.kind))).toEqual([
      'a message without an event type',
      'depthUpdate b is at or above the best ask',
      'depthUpdate T is no time',
    ])
    for (const reading of readings('trades'))
      expect(reading).toEqual({ kind: 'unknown', reason: 'an event type that was not subscribed to' })
  })

  it('of REST: one-minute candles, open interest, settlements and instruments', () => {
    for (const { request, message } of recorded('klines', 'rest')) {
      // Rows of other lengths are refused one by one, so that never a longer candle is taken for a minute.
      if (request?.includes('/fapi/v1/klines')) expect(() => readKlines(message)).toThrow('closeTime is not the end of the minute')
    }
    const rest = recorded('open-interest', 'rest')
    const now = rest.filter((r) => /\/fapi\/v1\/openInterest\b/.test(r.request ?? ''))
    expect(now.length).toBeGreaterThan(0)
    for (const { message } of now) expect(readOpenInterest(message, String(message.symbol)).openInterest).toBeGreaterThan(0)
    const past = rest.filter((r) => r.request?.includes('/futures/data/openInterestHist'))
    expect(past.length).toBeGreaterThan(0)
    for (const { message } of past) {
      const [first] = message as { symbol: string }[]
      const { rows, unread } = readOpenInterestHistory(message, first?.symbol ?? '')
      expect([rows.length, unread]).toEqual([message.length, null])
    }
    const settled = recorded('funding-mark', 'rest').filter((r) => r.request?.includes('/fapi/v1/fundingRate'))
    expect(settled.length).toBeGreaterThan(0)
    for (const { message } of settled) {
      const [first] = message as { symbol: string }[]
      expect(readFunding(message, first?.symbol ?? '', 8).rows).toHaveLength(message.length)
    }
    const listed = recorded('instruments', 'rest').filter((r) => r.request?.includes('/fapi/v1/exchangeInfo'))
    expect(listed.length).toBeGreaterThan(0)
    for (const { message } of listed) expect(readExchangeInfo(message).instruments.length).toBeGreaterThan(0)
  })
})
