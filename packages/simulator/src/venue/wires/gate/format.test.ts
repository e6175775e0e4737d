import { MINUTE_MS, SECOND_MS } from '@faultline/market/units'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { VENUE_SYMBOLS, venueInstrument } from '../../characters.ts'
import { GENESIS } from '../../hand-market.ts'
import { FrameClient, type HandWire, handWire } from '../hand-wire.ts'
import { LivelyMarket } from '../lively-market.ts'
import { gateFormat } from './format.ts'

const CONTRACT = 'SIMHAND_USDT'
const CONTRACT_SIZE = 0.01
const FUTURES = '/api/v4/futures/usdt'

interface Frame {
  id?: unknown
  time: number
  time_ms: number
  channel: string
  event: string
  error?: unknown
  result: Record<string, unknown> & Record<string, unknown>[]
}

let venue: HandWire
let client: FrameClient
const market = new LivelyMarket()
beforeAll(async () => {
  venue = await handWire(gateFormat, [market])
  client = await FrameClient.open(`${venue.ws}/v4/ws/usdt`)
})
afterAll(async () => {
  client.close()
  await venue.close()
})

const frames = (): Frame[] => client.texts.map((text) => JSON.parse(text) as Frame)
const updates = (channel: string): Frame[] => frames().filter((f) => f.channel === channel && (f.event === 'update' || f.event === 'all'))
/** Unlike any id of a trade. */
let id = 1e9
/** The answer to a request. */
async function ask(channel: string, event?: string, payload?: unknown): Promise<Frame> {
  const mine = ++id
  client.say({ time: 1, id: mine, channel, ...(event ? { event } : {}), ...(payload ? { payload } : {}) })
  const mineIn = (texts: readonly string[]): string | undefined => texts.findLast((text) => text.includes(`"id":${mine},`))
  await client.until((texts) => mineIn(texts.slice(-3)) !== undefined)
  return JSON.parse(mineIn(client.texts) as string) as Frame
}
const get = async (path: string) => (await venue.get(`${FUTURES}${path}`)) as { status: number; headers: Headers; body: never }

describe('symbols and contract sizes', () => {
  it('are usual for what a coin costs, and no lot is finer than a hundredth of a contract', () => {
    const instruments = VENUE_SYMBOLS.map(venueInstrument)
    expect(instruments.map((i) => [gateFormat.symbolOf(i), gateFormat.contractSizeOf(i)])).toEqual([
      ['SIMOAK_USDT', 0.0001],
      ['SIMTIDE_USDT', 0.01],
      ['SIMRIDGE_USDT', 1],
      ['SIMEMBER_USDT', 1],
      ['SIMGALE_USDT', 10],
      ['SIMSPARK_USDT', 100],
    ])
  })
})

describe('the socket', () => {
  it('answers pings, acknowledges with the id, and says what it does not know', async () => {
    const ack = {
      channel: 'futures.trades',
      event: 'subscribe',
      result: { status: 'success' },
      time: GENESIS / SECOND_MS,
      time_ms: GENESIS,
    }
    expect(await ask('futures.trades', 'subscribe', [CONTRACT])).toMatchObject(ack)
    expect(await ask('futures.ping')).toMatchObject({ channel: 'futures.pong', event: '', result: null })
    expect(await ask('futures.trades', 'subscribe', ['NOPE_USDT'])).toMatchObject({
      error: { code: 2, message: 'unknown contract: NOPE_USDT' },
      result: { status: 'fail' },
    })
    expect(await ask('futures.orders', 'subscribe', [CONTRACT])).toMatchObject({ error: { code: 2 } })
    client.say('no json')
    await client.until((texts) => texts.some((text) => text.includes('invalid argument struct')))
    await expect(FrameClient.open(`${venue.ws}/v4/ws/btc`)).rejects.toThrow('404')
  })

  it('tells trades whose sum is the candle’s volume, in contracts', async () => {
    await ask('futures.candlesticks', 'subscribe', ['1m', CONTRACT])
    await ask('futures.public_liquidates', 'subscribe', ['!all'])
    venue.pass(5.5 * MINUTE_MS)
    await ask('futures.ping')
    const trades = updates('futures.trades').flatMap(({ result }) => result)
    const closed = updates('futures.candlesticks').flatMap(({ result }) => result.filter(({ w }) => w === true))
    expect(closed.map(({ t, n }) => [t, n])).toEqual([0, 1, 2, 3, 4].map((m) => [GENESIS / SECOND_MS + 60 * m, `1m_${CONTRACT}`]))
    for (const { t, v, a } of closed) {
      const inside = trades.filter(({ create_time: time }) => (time as number) >= (t as number) && (time as number) < (t as number) + 60)
      const sum = inside.reduce((total, { size }) => total + Math.abs(Number(size)), 0)
      expect(sum).toBeCloseTo(Number(v), 6)
      expect(Number(a)).toBeCloseTo(Number(v) * CONTRACT_SIZE, 6)
    }
    const sold = trades[0] as { size: unknown; create_time_ms: number }
    expect([sold.size, sold.create_time_ms]).toEqual([-50, GENESIS + 250])
    // A size that is not whole is written as a string.
    expect(trades.map(({ size }) => size)).toContain('62.5')
  })

  it('tells the latest liquidation of a second, negative where a long died', () => {
    expect(updates('futures.public_liquidates').map(({ time_ms, result }) => [time_ms - GENESIS, result])).toEqual([
      [31_000, [{ price: 97.5, size: -250, time_ms: GENESIS + 30_300, contract: CONTRACT }]],
      [46_000, [{ price: 104.5, size: '123.4', time_ms: GENESIS + 45_600, contract: CONTRACT }]],
      [301_000, [{ price: 95, size: -75, time_ms: GENESIS + 300_700, contract: CONTRACT }]],
    ])
  })

  it('tells whole books', async () => {
    await ask('futures.order_book', 'subscribe', [CONTRACT, '20', '0'])
    venue.pass(SECOND_MS)
    await ask('futures.ping')
    const { event, result } = updates('futures.order_book').at(-1) as Frame
    const depth = market.depthAt(result.t as unknown as number, 20)
    expect(event).toBe('all')
    expect(result).toMatchObject({ id: depth.lastUpdateId, contract: CONTRACT })
    expect((result as unknown as { bids: { p: string; s: unknown }[] }).bids.map(({ p, s }) => [Number(p), Number(s)])).toEqual(
      depth.bids.map(([p, q]) => [p, Number((q / CONTRACT_SIZE).toFixed(1))]),
    )
  })

  it('is silent about what was unsubscribed', async () => {
    const before = updates('futures.order_book').length
    await ask('futures.order_book', 'unsubscribe', [CONTRACT, '20', '0'])
    venue.pass(SECOND_MS)
    await ask('futures.ping')
    expect(updates('futures.order_book')).toHaveLength(before)
  })
})

describe('its calls', () => {
  it('tell every liquidation, positive where a long died', async () => {
    const { body } = await get(`/liq_orders?contract=${CONTRACT}`)
    expect((body as { size: unknown; order_size: unknown }[]).map(({ size, order_size: order }) => [size, order])).toEqual([
      [75, -75],
      [50, -50],
      ['-123.4', '123.4'],
      [250, -250],
    ])
  })

  it('say what is wrong, and what is left of the limit', async () => {
    expect(await get('/candlesticks?interval=1m')).toMatchObject({ status: 400, body: { label: 'MISSING_REQUIRED_PARAM' } })
    expect(await get('/contracts/NOPE_USDT')).toMatchObject({ status: 400, body: { label: 'CONTRACT_NOT_FOUND' } })
    for (const query of ['interval=7m', 'limit=5000', 'from=1&limit=3', 'from=1', 'from=9&to=3', 'limit=x']) {
      expect(await get(`/candlesticks?contract=${CONTRACT}&${query}`), query).toMatchObject({
        status: 400,
        body: { label: 'INVALID_PARAM_VALUE' },
      })
    }
    expect(await get('/nothing')).toMatchObject({ status: 404, body: { label: 'NOT_FOUND' } })
    const { headers } = await get('/tickers')
    expect([headers.get('x-gate-ratelimit-limit'), headers.get('x-gate-ratelimit-requests-remain')]).toEqual(['200', '199'])
    expect(headers.has('x-gate-ratelimit-reset-timestamp')).toBe(true)
  })

  it('are refused as there', async () => {
    venue.faults.add({ kind: 'rateLimit', seconds: 60, retryAfter: 7 })
    expect(await get('/tickers')).toMatchObject({ status: 429, body: { label: 'TOO_MANY_REQUESTS' } })
    venue.faults.clear()
    venue.faults.add({ kind: 'serverError', seconds: 60, status: 502 })
    expect(await get('/tickers')).toMatchObject({ status: 502, body: { label: 'SERVER_ERROR' } })
    venue.faults.clear()
  })
})
