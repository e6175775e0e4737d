/** Messages that the venue has really sent, or shows in its documentation; they are not part of the repository. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readMessage, tradesOf } from './mapper.ts'
import { normaliseHyperliquid } from './normalise.ts'
import { readFundings, readMeta } from './rest-mapper.ts'
import { readBook } from './rows.ts'

interface Recorded {
  transport: 'ws' | 'rest'
  message: unknown
}

const folder = path.join(process.env.FAULTLINE_DATA_DIR ?? '/nowhere', 'venue-messages', 'hyperliquid')
const recorded = (name: string, transport: Recorded['transport'] = 'ws'): unknown[] =>
  (JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8')) as Recorded[])
    .filter((r) => r.transport === transport)
    .map(({ message }) => message)
const time = 1_761_786_500_000
const readings = (name: string) => recorded(name).flatMap((message) => readMessage(message, { time }))
const UNTOLD = { contractSize: null, symbol: null }

describe.skipIf(!existsSync(folder))('recorded messages', () => {
  it('of books, with levels and without, of sockets and of REST', () => {
    expect(readings('book').map((r) => (r.kind === 'data' ? [r.symbol, r.venueTime] : r))).toEqual([
      ['BANANA', 1730160007687],
      ['SHIA', 1730160007687],
    ])
    const [rest] = recorded('book', 'rest').map(readBook)
    expect(rest).toMatchObject({ symbol: 'BTC', event: { time: 1761786491067 } })
  })

  it('of contexts: a mark with the rate; those of all exchanges name no coins', () => {
    expect(readings('open-interest').map((r) => (r.kind === 'data' ? r.events[0] : r))).toEqual([
      {
        type: 'markPrice',
        time,
        markPrice: 0.19963,
        indexPrice: 0.1995,
        predictedFundingRate: 0.00004863,
        nextFundingTime: 1_761_789_600_000,
      },
      { kind: 'unknown', reason: 'a channel that was not subscribed to' },
    ])
    const [context, all] = recorded('open-interest')
    expect(normaliseHyperliquid('openInterest', context, UNTOLD).events).toMatchObject([
      { symbol: 'MOODENG', event: { type: 'openInterest', openInterest: 18617460 } },
    ])
    expect(normaliseHyperliquid('openInterest', all, UNTOLD)).toMatchObject({
      events: [],
      quarantined: expect.stringContaining('name no coins'),
    })
  })

  it('of trades: by the side of the taker', () => {
    expect(recorded('trades').flatMap(tradesOf)).toMatchObject([
      { symbol: 'FXS', quantity: 10.5, takerBought: false },
      { symbol: 'BTC', quantity: 0.38111, takerBought: true },
      { takerBought: true },
      { takerBought: true },
    ])
  })

  it('of a liquidation, as whoever sold to it saw it: a short died, above its mark', () => {
    const [message] = recorded('liquidations')
    expect(normaliseHyperliquid('liquidation', message, UNTOLD)).toEqual({
      events: [
        {
          symbol: 'BTC',
          event: {
            type: 'liquidation',
            time: 1781528065899,
            side: 'short',
            price: 66653,
            priceKind: 'fill',
            quantity: 0.001,
            quantityUsd: 66653 * 0.001,
          },
        },
      ],
      quarantined: null,
    })
  })

  it('of settlements and of what is traded', () => {
    const [settled] = recorded('funding-mark', 'rest')
    expect(readFundings(settled, 'BTC').rows.map((f) => f.rate)).toEqual([0.0000125, -0.0000081, 0.0000033])
    const [meta] = recorded('instruments', 'rest')
    expect(readMeta(meta).rows.map(({ instrument, tiers }) => [instrument.symbol, tiers[0]?.maintMarginRatio])).toEqual([
      ['BTC', 1 / 80],
      ['ETH', 1 / 50],
      ['ATOM', 1 / 10],
    ])
  })
})
