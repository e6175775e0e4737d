import { expect, it } from 'vitest'
import { KEPT_HISTORY_DAYS, MarketHistory } from './market-history.ts'

const DAY = 86_400_000
const MIDNIGHT = Date.UTC(2026, 5, 1)

function historyOf(days: number): MarketHistory {
  const history = new MarketHistory()
  for (let time = MIDNIGHT - days * DAY; time < MIDNIGHT; time += DAY / 4) {
    const price = time / DAY
    const flow = { volume: 5, quoteVolume: 5 * price, takerBuyVolume: 2, takerBuyQuoteVolume: 2 * price, tradeCount: 3 }
    history.addCandle({
      openTime: time,
      open: price,
      high: price + 2,
      low: price - 2,
      close: price + 1,
      ...flow,
      firstTradeId: 1,
      lastTradeId: 3,
    })
    history.openInterest.push(time + 1, 100, 100 * price)
    history.ratios.push(time + 1, 0, 1.5)
    history.funding.push(time + 1, 0.0001, 8)
    history.forced.push(time + 1, -1, 4, price, price)
  }
  return history
}

it('forgets what is older than 90 days, of everything, and nothing else', () => {
  const history = historyOf(KEPT_HISTORY_DAYS + 2)
  history.forget(MIDNIGHT)
  const oldest = MIDNIGHT - KEPT_HISTORY_DAYS * DAY
  for (const times of [
    history.candlesIn(0, MIDNIGHT).columns.openTime,
    history.openInterestIn(0, MIDNIGHT).columns.time.map((t) => t - 1),
    history.ratiosIn(0, MIDNIGHT).columns.time.map((t) => t - 1),
    history.fundingIn(0, MIDNIGHT).columns.time.map((t) => t - 1),
    history.forced.between(0, MIDNIGHT).time.map((t) => t - 1),
  ]) {
    expect([times[0], times.at(-1), times.length]).toEqual([oldest, MIDNIGHT - DAY / 4, KEPT_HISTORY_DAYS * 4])
  }
  expect(history.candleBefore(oldest)).toBeUndefined()
})

it('gives candles with what takers paid and the last trade, and comes back from its state', () => {
  const history = new MarketHistory()
  history.restore(historyOf(1).state())
  const price = (MIDNIGHT - DAY / 2) / DAY
  const table = history.candlesIn(MIDNIGHT - DAY / 2, MIDNIGHT - DAY / 4)
  expect(table).toMatchObject({ kind: 'candle', length: 1 })
  expect(Object.values(table.columns).map((column) => column[0])).toEqual([
    ...[MIDNIGHT - DAY / 2, price, price + 2, price - 2, price + 1],
    ...[5, 5 * price, 2, 3],
  ])
  expect([table.takerBuyQuoteVolume[0], table.lastTradeId[0]]).toEqual([2 * price, 3])
  expect(history.candleBefore(MIDNIGHT - DAY / 4)).toEqual({ close: price + 1, lastTradeId: 3 })
  expect(history.candlesIn(MIDNIGHT, MIDNIGHT - DAY).length).toBe(0)
})
