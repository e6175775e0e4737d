import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mutated, numbersOf } from '../__fixtures__/mutated.ts'
import { NORMALISED_CHANNELS, type NormalisedChannel } from '../normaliser.ts'
import {
  ADDRESS,
  assetCtx,
  book,
  candle,
  candleRow,
  ctx,
  fill,
  fundingRow,
  meta,
  OTHER,
  own,
  tradeRow,
  trades,
  userFills,
} from './__fixtures__/messages.ts'
import { T } from './__fixtures__/time.ts'
import { hyperliquidNormaliser } from './normalise.ts'

const NOW = T + 90_000
const normalise = (channel: NormalisedChannel, message: unknown, symbol: string | null = null, contractSize: number | null = null) =>
  hyperliquidNormaliser(() => NOW)(channel, message, { symbol, contractSize })
const events = (...of: Parameters<typeof normalise>) => {
  const { events, quarantined } = normalise(...of)
  expect(quarantined).toBeNull()
  return events
}
const reason = (...of: Parameters<typeof normalise>) => normalise(...of).quarantined
const sides = (message: unknown) => events('liquidation', message).map(({ event }) => event.type === 'liquidation' && event.side)

describe('a liquidation', () => {
  it('is told by the fill of whoever took the other side: it sold to a short that had to buy', () => {
    expect(events('liquidation', { channel: 'user', data: { fills: [fill()] } })).toEqual([
      {
        symbol: 'ETH',
        event: {
          type: 'liquidation',
          time: T + 1_500,
          side: 'short',
          price: 1995.25,
          priceKind: 'fill',
          quantity: 3.5,
          quantityUsd: 3.5 * 1995.25,
        },
      },
    ])
    expect(sides([fill({ side: 'B', dir: 'Open Long' })])).toEqual(['long'])
    expect(sides([fill({ side: 'B', dir: 'Short > Long' })])).toEqual(['long'])
  })

  it('is told by the fill of the liquidated one: it sold its long', () => {
    expect(sides(userFills([own(), own({ side: 'B', dir: 'Close Short' })]))).toEqual(['long', 'short'])
    expect(sides(own({ dir: 'Liquidated Cross Long', crossed: undefined }))).toEqual(['long'])
    expect(sides([own()])).toEqual(['long'])
  })

  it('is of the other side when the message names an owner who is not the liquidated one, whatever it closed', () => {
    const other = { liquidatedUser: OTHER, markPx: '1994.1', method: 'market' }
    expect(sides(userFills([own({ liquidation: other })]))).toEqual(['short'])
    expect(sides(userFills([own({ liquidation: { ...other, liquidatedUser: ADDRESS.toUpperCase() } })]))).toEqual(['long'])
    expect(sides([own({ liquidation: other, crossed: false })])).toEqual(['short'])
  })

  it('has the mark price that triggered it where no fill is told', () => {
    expect(events('liquidation', own({ px: undefined }))).toMatchObject([{ event: { price: 1994.1, priceKind: 'trigger' } }])
  })

  it('is not every fill, and never a trade', () => {
    expect(reason('liquidation', userFills([fill({ liquidation: undefined })]))).toBe('none of the fills is of a liquidation')
    expect(events('liquidation', userFills([fill({ liquidation: null }), own()]))).toHaveLength(1)
    expect(reason('liquidation', trades(tradeRow()))).toContain('publishes no liquidations of its market')
    expect(reason('liquidation', { channel: 'user', data: { liquidation: { lid: 1, liquidated_user: OTHER } } })).toContain('names no coin')
    expect(reason('liquidation', { hello: 'world' })).toContain('publishes no liquidations of its market')
  })

  it('that does not say whose position it was is quarantined', () => {
    expect(reason('liquidation', own({ crossed: undefined }))).toBe('fill dir does not say whose position was closed')
    expect(reason('liquidation', own({ sz: '0' }))).toBe('fill sz is no size above zero')
    expect(reason('liquidation', own({ side: 'S' }))).toBe('fill side is neither A nor B')
  })
})

describe('contexts', () => {
  it('tell marks, open interest and the rate of the hour; they have no time, and are as of now', () => {
    expect(events('markPrice', assetCtx())).toMatchObject([{ symbol: 'ETH', event: { type: 'markPrice', time: NOW, markPrice: 2011.68 } }])
    expect(events('openInterest', assetCtx())).toEqual([
      { symbol: 'ETH', event: { type: 'openInterest', time: NOW, openInterest: 605822.25 } },
    ])
    expect(events('funding', assetCtx())).toEqual([
      { symbol: 'ETH', event: { type: 'funding', time: T + 3_600_000, rate: -0.0000125, intervalHours: 1 }, predicted: true },
    ])
  })

  it('come with the whole universe, or bare', () => {
    expect(events('openInterest', [meta(), [ctx(), ctx(), ctx(), ctx(), ctx()]]).map((e) => e.symbol)).toEqual([
      'BTC',
      'ETH',
      'kPEPE',
      'ATOM',
    ])
    expect(events('markPrice', ctx(), 'ETH')).toMatchObject([{ symbol: 'ETH' }])
    expect(events('openInterest', { coin: 'ETH', ctx: ctx() }, null, 2)).toMatchObject([{ event: { openInterest: 1211644.5 } }])
    expect(reason('markPrice', { channel: 'allDexsAssetCtxs', data: { ctxs: [] } })).toContain('name no coins')
    expect(reason('openInterest', assetCtx({ openInterest: null }))).toBe('ctx openInterest is missing')
  })
})

describe('candles, funding and ratios', () => {
  it('are candles when their time is over', () => {
    const next = candleRow({ t: T + 60_000, T: T + 119_999 })
    expect(events('candle', candle())).toMatchObject([{ symbol: 'ETH', event: { type: 'candle', openTime: T, volume: 812.4 } }])
    expect(events('candle', [candleRow(), next])).toHaveLength(1)
    expect(events('candle', next)).toEqual([])
  })

  it('are settlements, or predictions of the venue’s own', () => {
    expect(events('funding', [fundingRow()])).toEqual([
      { symbol: 'ETH', event: { type: 'funding', time: T, rate: -0.0000081, intervalHours: 1 } },
    ])
    const own = { fundingRate: '0.00001', nextFundingTime: T + 3_600_000, fundingIntervalHours: 1 }
    const predicted = [
      [
        'ETH',
        [
          ['BinPerp', { ...own, fundingRate: '0.1' }],
          ['HlPerp', own],
        ],
      ],
    ]
    expect(events('funding', predicted)).toEqual([
      { symbol: 'ETH', event: { type: 'funding', time: T + 3_600_000, rate: 0.00001, intervalHours: 1 }, predicted: true },
    ])
  })

  it('are nothing where the venue publishes none', () => {
    expect(reason('longShortRatio', assetCtx())).toBe('Hyperliquid publishes no long/short ratios')
  })

  it('are quarantined, never thrown over, whatever comes', () => {
    const good = fc.constantFrom<() => unknown>(
      assetCtx,
      candle,
      book,
      () => userFills([own(), fill()]),
      () => [fundingRow()],
      () => [meta(), [ctx()]],
    )
    fc.assert(
      fc.property(fc.oneof(mutated(good), fc.jsonValue()), fc.constantFrom(...NORMALISED_CHANNELS), (message, channel) => {
        const { events, quarantined } = normalise(channel, message)
        expect(numbersOf(events).every(Number.isFinite)).toBe(true)
        for (const { event } of events) if (event.type === 'liquidation') expect(event.quantity * event.price).toBeGreaterThan(0)
        if (events.length === 0 && channel === 'liquidation') expect(quarantined).not.toBeNull()
      }),
      { numRuns: 1_000 },
    )
  })
})
