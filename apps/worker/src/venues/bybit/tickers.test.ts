import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectHonest, mutated } from '../../../test/mutations.ts'
import { T, ticker } from './__fixtures__/messages.ts'
import { BybitTickers } from './tickers.ts'

const delta = (change: Record<string, unknown>, ts = T + 2_000) => ({
  topic: 'tickers.ETHUSDT',
  type: 'delta',
  data: { symbol: 'ETHUSDT', ...change },
  cs: 1,
  ts,
})
const eventOf = (tickers: BybitTickers, message: unknown) => {
  const reading = tickers.read(message)
  return reading.kind === 'data' ? (reading.events[0] ?? null) : reading
}
const whole = {
  type: 'markPrice',
  markPrice: 2011.68,
  indexPrice: 2012.04,
  predictedFundingRate: -0.00004321,
  nextFundingTime: T + 14_400_000,
}

describe('tickers', () => {
  it('keep what was said before, and take what has changed', () => {
    const tickers = new BybitTickers()
    expect(eventOf(tickers, ticker())).toEqual({ ...whole, time: T + 1_204 })
    expect(eventOf(tickers, delta({ markPrice: '2020' }))).toEqual({ ...whole, markPrice: 2020, time: T + 2_000 })
    expect(eventOf(tickers, delta({ fundingRate: '0.0002', nextFundingTime: String(T + 43_200_000) }, T + 3_000))).toEqual({
      ...whole,
      markPrice: 2020,
      predictedFundingRate: 0.0002,
      nextFundingTime: T + 43_200_000,
      time: T + 3_000,
    })
  })

  it('begin anew with a whole one', () => {
    const tickers = new BybitTickers()
    tickers.read(ticker())
    const bare = ticker({ indexPrice: undefined, fundingRate: undefined, nextFundingTime: undefined }, { ts: T + 9_000 })
    expect(eventOf(tickers, bare)).toEqual({ type: 'markPrice', time: T + 9_000, markPrice: 2011.68 })
  })

  it('that were never told whole, or were forgotten, are signs of life', () => {
    const tickers = new BybitTickers()
    expect(eventOf(tickers, delta({ markPrice: '2020' }))).toBeNull()
    tickers.read(ticker())
    tickers.keep(new Set(['BTCUSDT']))
    expect(tickers.read(delta({ markPrice: '2020' }))).toMatchObject({ kind: 'data', symbol: 'ETHUSDT', venueTime: T + 2_000, events: [] })
  })

  it('that cannot be read change nothing', () => {
    const tickers = new BybitTickers()
    tickers.read(ticker())
    expect(tickers.read(delta({ markPrice: '0' }))).toEqual({ kind: 'unknown', reason: 'tickers markPrice is no price' })
    expect(tickers.read({ ...delta({}), type: 'update' })).toEqual({
      kind: 'unknown',
      reason: 'tickers type is neither snapshot nor delta',
    })
    expect(tickers.read(delta({}, 7))).toEqual({ kind: 'unknown', reason: 'tickers ts is no time' })
    expect(tickers.read('x')).toEqual({ kind: 'unknown', reason: 'not a JSON object' })
    expect(eventOf(tickers, delta({ lastPrice: '1' }))).toMatchObject({ markPrice: 2011.68 })
  })

  it('never throw, and never give an event that is none, in whatever order they come', () => {
    const messages = fc.array(mutated([ticker(), delta({ markPrice: '2020', fundingRate: '0.0002' })]), { maxLength: 6 })
    fc.assert(
      fc.property(messages, (sent) => {
        const tickers = new BybitTickers()
        expectHonest(sent.flatMap((message) => [tickers.read(message)]).flatMap((r) => (r.kind === 'data' ? r.events : [])))
      }),
      { numRuns: 500 },
    )
  })
})
