import { HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { maintenanceMargin } from '../../../margin.ts'
import { GENESIS } from '../../hand-market.ts'
import { FrameClient, type HandWire, handWire } from '../hand-wire.ts'
import { HOLDER, LivelyMarket, LOSER } from '../lively-market.ts'
import { hyperliquidFormat } from './format.ts'

const COIN = 'SIMHAND'
const NOBODY = `0x${'0'.repeat(40)}`

interface Frame {
  channel: string
  data: Record<string, unknown>
}

let venue: HandWire
let client: FrameClient
const market = new LivelyMarket()
beforeAll(async () => {
  venue = await handWire(hyperliquidFormat, [market, new LivelyMarket('SIMOTHERUSDT')])
  client = await FrameClient.open(`${venue.ws}/ws`)
})
afterAll(async () => {
  client.close()
  await venue.close()
})

const frames = (channel: string): Frame[] =>
  client.texts.map((text) => JSON.parse(text) as Frame).filter((frame) => frame.channel === channel)
const pongs = (texts: readonly string[]): number => texts.filter((text) => text === '{"channel":"pong"}').length
/** Waits until everything that was said and sent so far has been answered. */
async function settle(): Promise<void> {
  const before = pongs(client.texts)
  client.say({ method: 'ping' })
  await client.until((texts) => pongs(texts) > before)
}
async function subscribe(subscription: Record<string, unknown>): Promise<void> {
  client.say({ method: 'subscribe', subscription })
  await settle()
}
async function info(body: unknown): Promise<{ status: number; body: never }> {
  const response = await fetch(`${venue.rest}/info`, { method: 'POST', body: JSON.stringify(body) })
  return { status: response.status, body: (await response.json()) as never }
}

describe('the socket', () => {
  it('acknowledges with the subscription, and says what it does not know', async () => {
    await subscribe({ type: 'trades', coin: COIN })
    await subscribe({ type: 'l2Book', coin: COIN })
    expect(frames('subscriptionResponse').map(({ data }) => data)).toEqual([
      { method: 'subscribe', subscription: { type: 'trades', coin: COIN } },
      { method: 'subscribe', subscription: { nSigFigs: null, mantissa: null, type: 'l2Book', coin: COIN } },
    ])
    await subscribe({ type: 'trades', coin: 'NOPE' })
    await subscribe({ type: 'nothing' })
    client.say('no json')
    await settle()
    expect(frames('error').map(({ data }) => String(data).slice(0, 20))).toEqual([
      'Invalid subscription',
      'Error parsing JSON i',
      'Error parsing JSON i',
    ])
  })

  it('tells trades whose sum is the candle’s volume', async () => {
    await subscribe({ type: 'candle', coin: COIN, interval: '1m' })
    await subscribe({ type: 'userFills', user: LOSER.toUpperCase().replace('0X', '0x') })
    await subscribe({ type: 'userEvents', user: LOSER })
    await subscribe({ type: 'userFills', user: HOLDER })
    await subscribe({ type: 'allMids' })
    venue.pass(2 * MINUTE_MS)
    await settle()
    const trades = frames('trades').flatMap(({ data }) => data as unknown as { time: number; sz: string; tid: number }[])
    const last = new Map(frames('candle').map(({ data }) => [data.t as number, data]))
    for (const minute of [GENESIS, GENESIS + MINUTE_MS]) {
      const inside = trades.filter(({ time }) => time >= minute && time < minute + MINUTE_MS)
      expect(inside).toHaveLength(60)
      expect(inside.reduce((sum, { sz }) => sum + Number(sz), 0)).toBeCloseTo(Number(last.get(minute)?.v), 6)
      expect(last.get(minute)).toMatchObject({
        T: minute + MINUTE_MS - 1,
        s: COIN,
        i: '1m',
        n: market.candleAt(minute + MINUTE_MS - 1).tradeCount,
      })
    }
  })

  it('tells of liquidations only whom they concern', () => {
    const [empty, fill, ...others] = frames('userFills').filter(({ data }) => data.user === LOSER)
    expect(empty?.data).toEqual({ isSnapshot: true, user: LOSER, fills: [] })
    const expected = {
      ...{ coin: COIN, px: '98.25', sz: '2.5', side: 'A', time: GENESIS + 30_300, startPosition: '2.5', dir: 'Close Long' },
      liquidation: { liquidatedUser: LOSER, markPx: expect.any(String), method: 'market' },
    }
    expect(fill?.data).toMatchObject({ user: LOSER, fills: [expected] })
    // The other instrument's market is the same.
    expect(others.map(({ data }) => (data.fills as { coin: string }[])[0]?.coin)).toEqual(['SIMOTHER'])
    expect(frames('user')[0]?.data).toMatchObject({ fills: [expected] })
    expect(frames('userFills').filter(({ data }) => data.user === HOLDER)).toHaveLength(1)
  })

  it('tells all mids in one frame, and begins a subscription with how things stand', async () => {
    const seconds = frames('allMids')
    expect(seconds).toHaveLength(1 + 120)
    expect(Object.keys(seconds[0]?.data.mids as object)).toEqual([COIN, 'SIMOTHER'])
    const before = frames('trades').length
    client.say({ method: 'unsubscribe', subscription: { type: 'trades', coin: COIN } })
    await subscribe({ type: 'trades', coin: COIN })
    const [latest] = frames('trades').slice(before) as [Frame]
    expect((latest.data as unknown as { time: number }[]).map(({ time }) => time)).toEqual(
      Array.from({ length: 10 }, (_, i) => GENESIS + 119_250 - i * 1_000),
    )
  })
})

describe('its calls', () => {
  it('tell an account, and the leaderboard, of what the markets know', async () => {
    const { markPrice } = market.markAt(venue.time())
    const value = 2 * markPrice
    const equity = 20 + 2 * (markPrice - 98)
    const { body } = await info({ type: 'clearinghouseState', user: HOLDER })
    const { marginSummary, assetPositions } = body as {
      marginSummary: Record<string, string>
      assetPositions: { position: Record<string, unknown> & { leverage: Record<string, unknown> } }[]
    }
    expect(assetPositions.map(({ position }) => [position.coin, position.szi, position.entryPx, position.liquidationPx])).toEqual([
      [COIN, '2.0', '98.0', '88.5'],
      ['SIMOTHER', '2.0', '98.0', '88.5'],
    ])
    expect(assetPositions[0]?.position.leverage).toMatchObject({ type: 'isolated', value: 10 })
    expect(Number(assetPositions[0]?.position.leverage.rawUsd)).toBeCloseTo(equity - value, 5)
    expect(Number(marginSummary.accountValue)).toBeCloseTo(2 * equity, 5)

    const crossed = (await info({ type: 'clearinghouseState', user: LOSER })).body as { crossMaintenanceMarginUsed: string }
    expect(Number(crossed.crossMaintenanceMarginUsed)).toBeCloseTo(2 * maintenanceMargin(3 * markPrice, market.instrument.brackets), 5)
    expect((await info({ type: 'clearinghouseState', user: NOBODY })).body).toMatchObject({ assetPositions: [] })
    const board = (await venue.get('/leaderboard')).body as { leaderboardRows: { ethAddress: string; accountValue: string }[] }
    expect(board.leaderboardRows.map(({ ethAddress }) => ethAddress)).toEqual([LOSER, HOLDER])
    expect(Number(board.leaderboardRows[1]?.accountValue)).toBeCloseTo(2 * equity, 5)
  })

  it('tell the margin tables, the predicted rate and recent trades', async () => {
    const { universe, marginTables } = (await info({ type: 'meta' })).body as {
      universe: { name: string; marginTableId: number }[]
      marginTables: [number, { marginTiers: { lowerBound: string; maxLeverage: number }[] }][]
    }
    expect(universe.map(({ name, marginTableId }) => [name, marginTableId])).toEqual([
      [COIN, 51],
      ['SIMOTHER', 51],
    ])
    expect(marginTables).toHaveLength(1)
    expect(marginTables[0]?.[1].marginTiers.map((t) => [Number(t.lowerBound), t.maxLeverage])).toEqual(
      market.instrument.brackets.map((b) => [b.notionalFloor, b.initialLeverage]),
    )
    expect((await info({ type: 'predictedFundings' })).body[0]).toEqual([
      COIN,
      [['HlPerp', { fundingRate: '0.0000125', nextFundingTime: GENESIS + HOUR_MS, fundingIntervalHours: 1 }]],
    ])
    expect((await info({ type: 'recentTrades', coin: COIN })).body[0]).toMatchObject({
      coin: COIN,
      time: GENESIS + 119_250,
      users: [expect.any(String), expect.any(String)],
    })
  })

  it('are refused when they cannot be read, and when they cost too much', async () => {
    expect((await info({ type: 'nothing' })).status).toBe(422)
    expect((await info({ type: 'candleSnapshot', coin: COIN })).status).toBe(422)
    expect((await info({ type: 'clearinghouseState', user: '0x1' })).status).toBe(422)
    expect((await info({ type: 'l2Book', coin: 'NOPE' })).status).toBe(500)
    const answers: number[] = []
    const body = { type: 'candleSnapshot', req: { coin: COIN, interval: '1m', startTime: 0, endTime: venue.time() } }
    // 103 each, for 5,000 bars that might be asked for: eleven fit into 1,200.
    for (let i = 0; i < 12; i++) answers.push((await info(body)).status)
    expect([answers.slice(0, 5), answers.at(-1)]).toEqual([Array(5).fill(200), 429])
  })
})
