import type { CandleEvent } from '@faultline/market/event'
import { MINUTE_MS } from '@faultline/market/units'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../test/manual-clock.ts'
import { TakerCandles } from './taker-candles.ts'
import { TakerTally, type Trade } from './taker-tally.ts'
import type { Reading } from './venue-feed.ts'

/** 2026-06-01T00:00:00Z */
const T = 1_780_272_000_000
const S = 'AUSDT'
const trade = (after: number, quantity: number, buy: boolean, price = 100): Trade => ({ time: T + after, price, quantity, buy })
const candleOf = (volume: number, minute = 0, extra: Partial<CandleEvent> = {}): CandleEvent => ({
  type: 'candle',
  openTime: T + minute * MINUTE_MS,
  intervalMs: MINUTE_MS,
  open: 100,
  high: 101,
  low: 99,
  close: 100,
  volume,
  ...extra,
})
/** An ear that hears everything from the beginning of minute 0 on. */
function listening(tally = new TakerTally()) {
  const ear = tally.ear()
  ear.hear(S, [trade(-1, 5, true)])
  return ear
}

describe('trades of a minute', () => {
  it('tell what takers bought, the quote and the count', () => {
    const ear = listening()
    ear.hear(S, [trade(0, 1, true, 100), trade(10, 2, false, 101)])
    ear.hear(S, [trade(59_999, 1, true, 102)])
    expect(ear.withTaker(S, candleOf(4))).toMatchObject({ volume: 4, takerBuyVolume: 2, quoteVolume: 404, tradeCount: 3 })
    expect(ear.withTaker(S, candleOf(4, 0, { quoteVolume: 7, tradeCount: 9 }))).toMatchObject({
      takerBuyVolume: 2,
      quoteVolume: 7,
      tradeCount: 9,
    })
  })

  it('tell the share of the candle’s own volume where little is missing, and nothing where more is', () => {
    const ear = listening()
    ear.hear(S, [trade(5, 3, true), trade(6, 1, false)])
    const near = ear.withTaker(S, candleOf(4.04))
    expect(near.takerBuyVolume).toBeCloseTo(3.03, 10)
    expect(near.tradeCount).toBeUndefined()
    expect(ear.withTaker(S, candleOf(4.2))).toEqual(candleOf(4.2))
    expect(ear.withTaker(S, candleOf(3.8))).toEqual(candleOf(3.8))
  })

  it('say of a minute without any that nothing was bought, and nothing of one with a volume', () => {
    const ear = listening()
    expect(ear.withTaker(S, candleOf(0))).toMatchObject({ takerBuyVolume: 0, quoteVolume: 0, tradeCount: 0 })
    expect(ear.withTaker(S, candleOf(1))).toEqual(candleOf(1))
  })

  it('leave alone what the venue says itself', () => {
    const ear = listening()
    ear.hear(S, [trade(5, 4, true)])
    const told = candleOf(4, 0, { takerBuyVolume: 1 })
    expect(ear.withTaker(S, told)).toBe(told)
  })

  it('count from the first message on, which may repeat the past', () => {
    const ear = new TakerTally().ear()
    ear.hear(S, [trade(-200_000, 9, true), trade(20_000, 9, true)])
    ear.hear(S, [trade(20_000, 9, true), trade(20_001, 4, true)])
    expect(ear.withTaker(S, candleOf(4))).toEqual(candleOf(4))
    ear.hear(S, [trade(60_000, 1, true), trade(61_000, 1, false)])
    expect(ear.withTaker(S, candleOf(2, 1))).toMatchObject({ takerBuyVolume: 1 })
  })

  it('count from where another channel proves that the socket speaks', () => {
    const ear = new TakerTally().ear()
    ear.listens(S, T - 5_000)
    ear.hear(S, [trade(-60_000, 9, true), trade(10, 4, true)])
    expect(ear.withTaker(S, candleOf(4))).toMatchObject({ takerBuyVolume: 4 })
    const late = new TakerTally().ear()
    late.listens(S, T - 500)
    late.hear(S, [trade(2_000, 4, true)])
    expect(late.withTaker(S, candleOf(4))).toEqual(candleOf(4))
  })

  it('keep two minutes, whatever comes', () => {
    const ear = listening()
    for (let minute = 0; minute < 5; minute++) ear.hear(S, [trade(minute * MINUTE_MS, 1, true)])
    ear.hear(S, [trade(10, 1, true)])
    expect([2, 3, 4].map((minute) => ear.withTaker(S, candleOf(1, minute)).takerBuyVolume)).toEqual([undefined, 1, 1])
    expect(ear.withTaker(S, candleOf(1, 0))).toEqual(candleOf(1, 0))
  })
})

describe('sockets that overlap', () => {
  it('count every trade once, however the younger one takes over', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ after: fc.integer({ min: 0, max: 59_999 }), quantity: fc.integer({ min: 1, max: 9 }), buy: fc.boolean() }), {
          minLength: 1,
          maxLength: 40,
        }),
        fc.nat(),
        fc.nat(40),
        fc.constantFrom('older first', 'younger first', 'younger far ahead'),
        (drawn, at, overlap, order) => {
          const trades = drawn.map((d) => trade(d.after, d.quantity, d.buy)).sort((a, b) => a.time - b.time)
          const begin = at % trades.length
          // The older one lives until it has heard what the younger one's first message may not tell, and some more.
          const end = trades.filter((t) => t.time <= (trades[begin]?.time ?? 0)).length + overlap
          const tally = new TakerTally()
          const [older, younger] = [listening(tally), tally.ear()]
          for (const [i, one] of trades.entries()) {
            if (i === end && order !== 'younger far ahead') older.end()
            const ears = [...(i < end && order !== 'younger far ahead' ? [older] : []), ...(i >= begin ? [younger] : [])]
            for (const ear of order === 'older first' ? ears : ears.reverse()) ear.hear(S, [one])
          }
          if (order === 'younger far ahead') {
            for (const one of trades.slice(0, end)) older.hear(S, [one])
            older.end()
          }
          const quantity = trades.reduce((sum, t) => sum + t.quantity, 0)
          const bought = trades.reduce((sum, t) => sum + (t.buy ? t.quantity : 0), 0)
          expect(younger.withTaker(S, candleOf(quantity))).toMatchObject({ takerBuyVolume: bought, tradeCount: trades.length })
        },
      ),
    )
  })

  it('hand a minute over whole', () => {
    const tally = new TakerTally()
    const [older, younger] = [listening(tally), tally.ear()]
    older.hear(S, [trade(1_000, 1, true)])
    for (const ear of [younger, older]) ear.hear(S, [trade(2_000, 2, false)])
    for (const ear of [younger, older]) ear.hear(S, [trade(3_000, 4, true)])
    older.end()
    younger.hear(S, [trade(50_000, 8, false)])
    expect(younger.withTaker(S, candleOf(15))).toMatchObject({ takerBuyVolume: 5, tradeCount: 4 })
  })

  it('know of no minute in which the younger one was lost, or all were', () => {
    const tally = new TakerTally()
    const [older, younger] = [listening(tally), tally.ear()]
    younger.hear(S, [trade(1_000, 1, true)])
    older.hear(S, [trade(1_000, 1, true)])
    younger.end()
    older.hear(S, [trade(5_000, 1, true)])
    expect(older.withTaker(S, candleOf(2))).toEqual(candleOf(2))
    older.hear(S, [trade(60_000, 1, true)])
    expect(older.withTaker(S, candleOf(1, 1))).toMatchObject({ takerBuyVolume: 1 })
    older.end()
    const next = tally.ear()
    next.hear(S, [trade(70_000, 1, true)])
    next.hear(S, [trade(80_000, 1, true)])
    expect(next.withTaker(S, candleOf(2, 1))).toEqual(candleOf(2, 1))
  })

  it('forget symbols that nobody hears any more', () => {
    const tally = new TakerTally()
    const ear = listening(tally)
    ear.hear(S, [trade(5, 1, true)])
    expect(tally.tradeCount(S)).toBe(2)
    ear.keep(new Set())
    expect(tally.tradeCount(S)).toBeUndefined()
  })
})

describe('a closed candle', () => {
  function heldCandles() {
    const clock = new ManualClock(T)
    const emitted: Reading[] = []
    const tally = new TakerTally()
    const candles = new TakerCandles({ tally, clock, emit: (reading) => void emitted.push(reading) })
    const pass = (candle: CandleEvent, venueTime = candle.openTime + MINUTE_MS): Reading =>
      candles.pass({ kind: 'data', channel: 'candle', symbol: S, venueTime, events: [candle] }, null, clock.now())
    candles.trades(S, [trade(-1, 5, true)])
    return { clock, emitted, candles, pass, tally }
  }
  const takerOf = (reading: Reading | undefined): unknown =>
    reading?.kind === 'data' && reading.events[0]?.type === 'candle' ? reading.events[0].takerBuyVolume : reading

  it('goes on at once when its trades are there, with their number as proof of life', () => {
    const { candles, pass, emitted } = heldCandles()
    candles.trades(S, [trade(5, 3, true), trade(6, 1, false)])
    const reading = pass(candleOf(4))
    expect(takerOf(reading)).toBe(3)
    expect(reading).toMatchObject({ tradeCount: 3 })
    expect(emitted).toEqual([])
  })

  it('waits for late trades, and goes on with the last of them', () => {
    const { candles, pass, emitted } = heldCandles()
    candles.trades(S, [trade(5, 3, true)])
    expect(pass(candleOf(4))).toEqual({ kind: 'control' })
    candles.trades(S, [trade(59_000, 0.5, false)])
    expect(emitted).toEqual([])
    candles.trades(S, [trade(59_990, 0.5, false)])
    expect(emitted.map(takerOf)).toEqual([3])
  })

  it('waits until a trade of the next minute, and is left alone where trades are missing', () => {
    const { candles, pass, emitted, clock } = heldCandles()
    candles.trades(S, [trade(5, 3, true)])
    pass(candleOf(4))
    candles.trades(S, [trade(60_001, 1, true)])
    expect(emitted.map(takerOf)).toEqual([undefined])
    expect(clock.waiting).toBe(0)
  })

  it('waits for a second and a half at most', async () => {
    const { candles, pass, emitted, clock } = heldCandles()
    candles.trades(S, [trade(5, 3.95, true)])
    pass(candleOf(4))
    await clock.advance(1_499)
    expect(emitted).toEqual([])
    await clock.advance(1)
    expect(emitted.map(takerOf)).toEqual([expect.closeTo(4, 9)])
  })

  it('does not wait where its minute was not heard whole', () => {
    const { pass, emitted } = heldCandles()
    expect(takerOf(pass(candleOf(4, -1)))).toBeUndefined()
    expect(emitted).toEqual([])
  })

  it('goes on when the socket ends, and nothing comes after', async () => {
    const { candles, pass, emitted, clock } = heldCandles()
    candles.trades(S, [trade(5, 3, true)])
    pass(candleOf(4))
    candles.end()
    expect(emitted).toHaveLength(1)
    await clock.advance(10_000)
    expect(emitted).toHaveLength(1)
  })
})
