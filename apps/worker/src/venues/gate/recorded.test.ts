/** Messages that the venue has really sent, or shows in its documentation; they are not part of the repository. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { usualContractSize } from './contract-sizes.ts'
import { readMessage, tradesOf } from './mapper.ts'
import { normaliseGate } from './normalise.ts'
import { readContracts } from './rest-mapper.ts'
import { readBook } from './rows.ts'

interface Recorded {
  transport: 'ws' | 'rest'
  request?: string
  message: unknown
}

const folder = path.join(process.env.FAULTLINE_DATA_DIR ?? '/nowhere', 'venue-messages', 'gate')
const context = { contractSize: usualContractSize }
const recorded = (name: string, transport: Recorded['transport'] = 'ws'): Recorded[] =>
  (JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8')) as Recorded[]).filter((r) => r.transport === transport)
const readings = (name: string) => recorded(name).flatMap(({ message }) => readMessage(message, context))
const UNTOLD = { contractSize: null, symbol: null }

describe.skipIf(!existsSync(folder))('recorded messages', () => {
  it('of books: in coins, at their own time, of sockets and of REST', () => {
    const [eth, btc, empty] = recorded('book').map(({ message }) => (message as { result: Record<string, unknown> }).result)
    expect(readBook(eth, 'ETH_USDT', context)).toEqual({
      type: 'depth',
      time: 1774443214909,
      bids: [[2172.82, 0.0025]],
      asks: [[2172.85, 10.535]],
    })
    expect(readBook(btc, 'BTC_USDT', context)).toMatchObject({ bids: [[28455.8, 2.951]], asks: [[28455.9, 1.9415]] })
    expect(readBook(empty, 'ALICE_USDT', context)).toBe('order_book update is no time')
    const [rest] = recorded('book', 'rest').map(({ message }) => readBook(message, 'RDNT_USDT', { contractSize: () => 1 }))
    expect(rest).toMatchObject({ time: 1684930166350, bids: expect.arrayContaining([[0.2969, 5302]]) })
  })

  it('of tickers: marks with the rate, without a settlement where none is told', () => {
    expect(readings('funding-mark').map((r) => (r.kind === 'data' ? [r.symbol, r.events[0]] : r))[0]).toEqual([
      'BTC_USDT',
      { type: 'markPrice', time: 1677629168840, markPrice: 23175.64, indexPrice: 23173.35, predictedFundingRate: 0.0001 },
    ])
    expect(readings('funding-mark').every((r) => r.kind === 'data')).toBe(true)
    const [first] = recorded('funding-mark')
    expect(normaliseGate('openInterest', first?.message, UNTOLD)).toEqual({
      events: [{ symbol: 'BTC_USDT', event: { type: 'openInterest', time: 1677629168840, openInterest: 15348.278 } }],
      quarantined: null,
    })
  })

  it('of candles: one that does not say whether it is closed is a sign of life', () => {
    expect(readings('klines')).toEqual([{ kind: 'data', channel: 'candle', symbol: 'FRONT_USDT', venueTime: 1684930165934, events: [] }])
  })

  it('of trades: by the sign of their size, whole or not', () => {
    expect(recorded('trades').flatMap(({ message }) => tradesOf(message, context))).toMatchObject([
      { symbol: 'ETH_USDT', time: 1774443183399, price: 2171.44, quantity: 0.0025, takerBought: false },
      { quantity: 0.0001, takerBought: true },
      { quantity: 0.2, takerBought: true },
      { quantity: 0.0999, takerBought: true },
    ])
  })

  it('of REST: a liquidated short, statistics that value their own contracts, contracts that trade', () => {
    const [liquidation] = recorded('liquidations', 'rest')
    expect(normaliseGate('liquidation', liquidation?.message, UNTOLD).events).toEqual([
      {
        symbol: 'BTC_USDT',
        event: {
          type: 'liquidation',
          time: 1696736132000,
          side: 'short',
          price: 28070,
          priceKind: 'fill',
          quantity: 0.0165,
          quantityUsd: 0.0165 * 28070,
        },
      },
    ])
    const [statistics] = recorded('open-interest', 'rest')
    const [figure] = normaliseGate('openInterest', statistics?.message, UNTOLD).events
    expect(figure?.event.type === 'openInterest' && figure.event.openInterest).toBeCloseTo(28_517_250, 3)
    expect(normaliseGate('longShortRatio', statistics?.message, UNTOLD).events.map(({ event }) => event)).toEqual([
      { type: 'longShortRatio', time: 1674057000000, kind: 'accounts', ratio: 3.2808988764045 },
      { type: 'longShortRatio', time: 1674057000000, kind: 'takerVolume', ratio: 9.3765153315902 },
    ])
    const [contracts] = recorded('instruments', 'rest')
    expect(readContracts(contracts?.message).rows.map((c) => [c.instrument.symbol, c.instrument.contractSize, c.fundingHours])).toEqual([
      ['KNC_USDT', 1, 8],
      ['OOKI_USDT', 100, 8],
      ['BIT_USDT', 1, 8],
      ['SC_USDT', 100, 8],
    ])
  })
})
