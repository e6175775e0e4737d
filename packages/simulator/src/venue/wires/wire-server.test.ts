import { afterEach, describe, expect, it } from 'vitest'
import type { FaultSpec } from '../faults.ts'
import { forced, GENESIS, type HandMarketOptions, trade } from '../hand-market.ts'
import { FrameClient, type HandWire, handWire } from './hand-wire.ts'
import { plainFormat } from './plain-format.ts'
import type { WireFormat } from './wire-format.ts'

const MINUTE = 60_000
const BARE = 'SIMHAND'

let venue: HandWire
const clients: FrameClient[] = []
afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  await venue.close()
})

const start = async (ticks: NonNullable<HandMarketOptions['ticks']> = [], format: Partial<WireFormat> = {}) => {
  venue = await handWire({ ...plainFormat, ...format }, [{ ticks }], { refusalsBeforeBan: 2 })
}
const listen = async (...topics: string[]): Promise<FrameClient> => {
  const client = await FrameClient.open(`${venue.ws}/plain`)
  clients.push(client)
  for (const topic of topics) client.say(`+${topic}`)
  await client.until((texts) => topics.every((topic) => texts.includes(`ok +${topic}`)))
  return client
}
/** Everything that was sent so far, without answers. */
const told = async (client: FrameClient): Promise<Record<string, unknown>[]> => {
  const before = client.texts.filter((text) => text === 'pong').length
  client.say('ping')
  await client.until((texts) => texts.filter((text) => text === 'pong').length > before)
  return client.texts.filter((text) => text.startsWith('{')).map((text) => JSON.parse(text))
}
const seconds = (frames: readonly Record<string, unknown>[]) => frames.map(({ time }) => ((time as number) - GENESIS) / 1_000)

const TICKS = [
  trade(1, 100, 2),
  trade(1, 101, 1, false),
  trade(2.5, 102, 1),
  forced(2.6, 1, 5, 97, 98),
  forced(2.8, 1, 6, 97, 99),
  forced(3.1, -1, 7, 104, 103),
]

describe('a venue of any wire format', { timeout: 60_000 }, () => {
  it('tells each topic of what concerns it, as its format words it', async () => {
    await start(TICKS)
    const client = await listen(`trade:${BARE}`, 'liquidation:*', `candle:${BARE}:1m`, `mark:${BARE}`, `depth:${BARE}`, 'trade:OTHER')
    venue.pass(3_500)
    const frames = await told(client)
    const of = (kind: string) => frames.filter(({ topic, snapshot }) => String(topic).startsWith(kind) && snapshot === undefined)
    expect(of('trade').map(({ ticks }) => (ticks as { price: number }[]).map(({ price }) => price))).toEqual([[100, 101], [102]])
    expect(of('liquidation').map(({ orders }) => (orders as { quantity: number }[]).map(({ quantity }) => quantity))).toEqual([
      [5],
      [6],
      [7],
    ])
    expect(seconds(of('candle'))).toEqual([1, 2, 3])
    expect(of('candle').at(-1)).toMatchObject({ interval: '1m', closed: false, bar: { volume: 4, takerBuyVolume: 3, tradeCount: 3 } })
    expect(seconds(of('mark'))).toEqual([1, 2, 3])
    expect(of('mark').at(-1)).toMatchObject({ lastPrice: 102, openInterest: 1_234.5678, mark: { markPrice: 102 } })
    expect(seconds(of('depth'))).toEqual([0.5, 1, 1.5, 2, 2.5, 3, 3.5])
    expect(frames.every(({ now, time, snapshot }) => snapshot !== undefined || now === time)).toBe(true)
  })

  it('tells the latest liquidations of each second where the venue is throttled', async () => {
    await start(TICKS, { liquidationsPerSecond: 1 })
    const client = await listen('liquidation:*')
    for (let i = 0; i < 50; i++) venue.pass(100)
    const frames = await told(client)
    expect(frames.map(({ orders }) => (orders as { quantity: number }[]).map(({ quantity }) => quantity))).toEqual([[6], [7]])
    expect(seconds(frames)).toEqual([3, 4])
  })

  it('says what a topic told before, and gives a new subscription its snapshot', async () => {
    await start()
    const first = await listen(`depth:${BARE}`)
    venue.pass(1_000)
    const second = await listen(`depth:${BARE}`)
    venue.pass(500)
    const frames = await told(first)
    expect(frames.map(({ snapshot, time, toldAt }) => [((snapshot ?? time) as number) - GENESIS, (toldAt as number) - GENESIS])).toEqual([
      [0, 0],
      [500, 0],
      [1_000, 500],
      [1_500, 1_000],
    ])
    expect(await told(second)).toMatchObject([{ snapshot: GENESIS + 1_000, toldAt: GENESIS + 1_000 }, { toldAt: GENESIS + 1_000 }])
  })

  it('notes closed bars and liquidations whether somebody listens or not, also bars without trades', async () => {
    await start(TICKS)
    venue.pass(2 * MINUTE)
    const { entries } = venue.ledger.entries({ channel: 'kline', closed: true })
    expect(
      entries.map(({ message, symbol, delivered }) => [message.closed, (message.bar as { volume: number }).volume, symbol, delivered]),
    ).toEqual([
      [true, 4, BARE, 0],
      [true, 0, BARE, 0],
    ])
    expect(venue.ledger.entries({ channel: 'forceOrder' }).entries).toHaveLength(3)
    const client = await listen(`candle:${BARE}:1m`)
    venue.pass(MINUTE)
    await told(client)
    expect(venue.ledger.entries({ channel: 'kline', closed: true }).entries.at(-1)).toMatchObject({
      delivered: 1,
      time: GENESIS + 3 * MINUTE,
    })
  })

  it('no longer tells what was unsubscribed', async () => {
    await start()
    const client = await listen(`mark:${BARE}`)
    client.say(`-mark:${BARE}`)
    await client.until((texts) => texts.includes(`ok -mark:${BARE}`))
    venue.pass(5_000)
    expect(await told(client)).toEqual([])
  })

  it('ends sockets that say nothing for too long, and all when they are old', async () => {
    await start([], { idleMs: 30 })
    expect(await (await listen()).closed).toBe(1001)
    await venue.close()
    await start([], { connectionMs: 30 })
    expect(await (await listen()).closed).toBe(1001)
    await expect(FrameClient.open(`${venue.ws}/elsewhere`)).rejects.toThrow('404')
  })
})

describe('its calls', { timeout: 60_000 }, () => {
  it('are answered, counted, refused, and banned when they go on', async () => {
    await start()
    const good = await venue.get('/time')
    expect(good).toMatchObject({ status: 200, body: { serverTime: GENESIS, symbols: [BARE] } })
    expect(good.headers.get('x-left')).toBe('4')
    const echo = await fetch(`${venue.rest}/echo?a=1`, { method: 'POST', body: '{"type":"meta"}' })
    expect(await echo.json()).toEqual({ body: { type: 'meta' }, query: 'a=1' })
    expect((await venue.get('/nothing')).status).toBe(404)
    for (let i = 0; i < 3; i++) expect((await venue.get('/time')).status).toBe(200)
    const refused = await venue.get('/time')
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60'])
    expect((await venue.get('/time')).status).toBe(429)
    expect(await venue.get('/time')).toMatchObject({ status: 418, body: { reason: 'ban', retryAfterMs: 2 * MINUTE } })
    venue.pass(MINUTE)
    expect((await venue.get('/time')).status).toBe(418)
    venue.pass(MINUTE)
    expect((await venue.get('/time')).status).toBe(200)
    expect(venue.ledger.requests().entries.map(({ status }) => status)).toEqual([200, 200, 404, 200, 200, 200, 429, 429, 418, 418, 200])
  })
})

describe('its faults', { timeout: 60_000 }, () => {
  it('stall, duplicate and dump by channel and symbol', async () => {
    await start(TICKS)
    venue.faults.add({ kind: 'stall', seconds: 60, channels: ['markPrice'], symbols: [BARE] })
    venue.faults.add({ kind: 'duplicate', seconds: 60, channels: ['aggTrade'] })
    const client = await listen(`mark:${BARE}`, `trade:${BARE}`)
    venue.pass(5_000)
    const frames = await told(client)
    expect(frames.map(({ topic }) => topic)).toEqual(Array(4).fill(`trade:${BARE}`))
    expect(venue.ledger.entries({ channel: 'markPrice' }).entries.every(({ delivered }) => delivered === 0)).toBe(true)
    venue.faults.clear()
    venue.faults.add({ kind: 'dump', seconds: 60, count: 2 })
    const late = await listen('liquidation:*')
    expect(seconds(await told(late))).toEqual([2.8, 3.1])
  })

  it('cut sockets, refuse calls, break them, and move the clock', async () => {
    await start()
    const client = await listen(`mark:${BARE}`)
    const cut = venue.faults.add({ kind: 'cut', seconds: 60, rest: true })
    await client.closed
    await expect(listen()).rejects.toThrow()
    await expect(venue.get('/time')).rejects.toThrow()
    venue.faults.remove(cut.id)
    const refusing: [FaultSpec, number][] = [
      [{ kind: 'rateLimit', seconds: 60 }, 429],
      [{ kind: 'ban', seconds: 60 }, 418],
      [{ kind: 'serverError', seconds: 60, status: 503, paths: ['/time'] }, 503],
    ]
    for (const [fault, status] of refusing) {
      const { id } = venue.faults.add(fault)
      expect((await venue.get('/time')).status).toBe(status)
      venue.faults.remove(id)
    }
    venue.faults.add({ kind: 'clock', seconds: 60, offsetMs: 5_000 })
    expect((await venue.get('/time')).body).toMatchObject({ serverTime: GENESIS + 5_000 })
    const again = await listen(`mark:${BARE}`)
    venue.pass(1_000)
    expect(await told(again)).toMatchObject([{ time: GENESIS + 1_000, sent: GENESIS + 6_000 }])
  })

  it('shuffle messages, and litter with frames that no format has', async () => {
    await start()
    const client = await listen(`mark:${BARE}`)
    const { id } = venue.faults.add({ kind: 'reorder', seconds: 60, windowMs: 60_000 })
    venue.pass(20_000)
    expect(await told(client)).toEqual([])
    venue.faults.remove(id)
    const shuffled = seconds(await told(client))
    expect(shuffled).not.toEqual([...shuffled].sort((a, b) => a - b))
    expect([...shuffled].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
    const before = client.texts.length
    venue.faults.add({ kind: 'garbage', seconds: 60, everyMs: 1 })
    await client.until((texts) => texts.length >= before + 40)
    expect(new Set(client.texts.slice(before)).size).toBeGreaterThan(5)
  })
})
