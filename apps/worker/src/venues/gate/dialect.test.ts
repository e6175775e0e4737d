import { describe, expect, it } from 'vitest'
import { TakerTally } from '../../feed/taker-tally.ts'
import type { Reading } from '../../feed/venue-feed.ts'
import { MarkThinner } from '../mark-thinner.ts'
import { candlestick, liquidate, T, ticker, tradeRow, trades } from './__fixtures__/messages.ts'
import { usualContractSize } from './contract-sizes.ts'
import { GateDialect } from './dialect.ts'

const dialect = (channels: ConstructorParameters<typeof GateDialect>[0]['channels'] = ['candle', 'markPrice', 'liquidation']) => {
  const emitted: Reading[] = []
  const made = new GateDialect(
    { channels },
    {
      tally: new TakerTally(),
      marks: new MarkThinner(),
      context: { contractSize: usualContractSize },
      nextSettlement: (symbol, time) => (symbol === 'ETH_USDT' ? time + 1 : undefined),
    },
  )
  made.begin((reading) => emitted.push(reading))
  return { made, emitted }
}
const eventsOf = (readings: readonly Reading[]) => readings.flatMap((r) => (r.kind === 'data' ? r.events : []))

describe('what is said to Gate', () => {
  it('subscribes lists of contracts where it can, and candles one by one, each with its number', () => {
    const { made } = dialect()
    const requests = made.subscribe(['BTC_USDT', 'ETH_USDT'])
    expect(requests.map(({ frame, awaits }) => ({ ...(frame as object), awaits }))).toMatchObject([
      { id: 1, channel: 'futures.trades', event: 'subscribe', payload: ['BTC_USDT', 'ETH_USDT'], awaits: ['1'] },
      { channel: 'futures.tickers', awaits: ['2'] },
      { channel: 'futures.public_liquidates', awaits: ['3'] },
      { channel: 'futures.candlesticks', payload: ['1m', 'BTC_USDT'], awaits: ['4'] },
      { channel: 'futures.candlesticks', payload: ['1m', 'ETH_USDT'], awaits: ['5'] },
    ])
    expect(made.unsubscribe(['ETH_USDT'])[0]?.frame).toMatchObject({ id: 6, event: 'unsubscribe' })
    expect(dialect(['markPrice']).made.subscribe(['BTC_USDT'])).toHaveLength(1)
  })

  it('is acknowledged by its number, or refused', () => {
    const { made } = dialect()
    const answer = { time: 1, id: 4, channel: 'futures.candlesticks', event: 'subscribe', error: null, result: { status: 'success' } }
    expect(made.acknowledgement(answer)).toEqual({ keys: ['4'], refusal: null })
    expect(made.acknowledgement({ ...answer, error: { code: 2, message: 'unknown contract' } })).toEqual({
      keys: ['4'],
      refusal: 'code 2: unknown contract',
    })
    expect(made.acknowledgement(ticker())).toBeUndefined()
    expect(made.heartbeat.isAnswer({ channel: 'futures.pong', result: null })).toBe(true)
    expect(made.heartbeat.frame()).toMatchObject({ channel: 'futures.ping' })
  })
})

describe('what Gate says', () => {
  it('is read: a candle gets what takers bought in its minute', () => {
    const { made } = dialect()
    // Both are heard from a message before the minute on.
    made.read(trades(tradeRow({ create_time_ms: T - 5_000 })), 0)
    made.read(trades(tradeRow({ size: '1', create_time_ms: T + 1_000 }), tradeRow({ size: '-3', create_time_ms: T + 2_000 })), 0)
    const [candle] = eventsOf(made.read(candlestick({ v: 4 }), 0))
    expect(candle).toMatchObject({ type: 'candle', volume: 0.04, takerBuyVolume: 0.01, tradeCount: 2 })
  })

  it('of the settlement that comes next is asked elsewhere where a ticker does not tell it', () => {
    const { made } = dialect()
    expect(eventsOf(made.read(ticker({ funding_next_apply: undefined }), 0))).toMatchObject([{ nextFundingTime: T + 1_984 }])
    const btc = { contract: 'BTC_USDT', funding_next_apply: undefined }
    expect(eventsOf(made.read(ticker(btc), 0))[0]).not.toHaveProperty('nextFundingTime')
    expect(eventsOf(dialect().made.read(ticker(), 0))).toMatchObject([{ nextFundingTime: T + 4 * 3_600_000 }])
  })

  it('passes on marks once a second, and every liquidation', () => {
    const { made } = dialect()
    expect(eventsOf(made.read(ticker(), 0))).toHaveLength(1)
    expect(eventsOf(made.read(ticker(), 0))).toHaveLength(0)
    expect(eventsOf([...made.read(liquidate(), 0), ...made.read(liquidate(), 0)])).toHaveLength(2)
    made.end()
  })
})
