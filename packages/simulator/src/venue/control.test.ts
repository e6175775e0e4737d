import { binOf } from '@faultline/market/price-grid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GENESIS, HAND, trade } from './hand-market.ts'
import { type HandVenue, handVenue } from './hand-venue.ts'
import type { OpenPosition } from './venue-market.ts'

const position = (id: number, direction: 1 | -1, quantity: number, liquidationPrice: number): OpenPosition => ({
  id,
  direction,
  quantity,
  entryPrice: 100,
  margin: 10,
  cross: false,
  liquidationPrice,
})
const POSITIONS = [
  position(1, 1, 2, 95),
  position(2, 1, 3, 95.01),
  position(3, -1, 1, 95.005),
  position(4, -1, 4, 110),
  // without a liquidation price, out of reach, and too small to be on a map
  position(5, 1, 100, 0),
  position(6, 1, 100, 49),
  position(7, -1, 100, 201),
  position(8, -1, 0.001, 120),
]

describe('the control port', () => {
  let venue: HandVenue
  beforeAll(async () => {
    venue = await handVenue([
      { ticks: [trade(1, 100, 1), trade(70, 100, 1)], positions: POSITIONS },
      { symbol: 'SIMLATEUSDT', pending: true },
    ])
    venue.pass(90_000)
  })
  afterAll(() => venue.close())

  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(venue.control + path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
    return { status: response.status, body: (await response.json()) as unknown }
  }

  it('switches faults on and off', async () => {
    const stall = await call('POST', '/faults', { kind: 'stall', seconds: 30, channels: ['kline'] })
    expect(stall).toMatchObject({
      status: 200,
      body: { id: expect.any(String), kind: 'stall', from: expect.any(Number), until: expect.any(Number) },
    })
    const { id, from, until } = stall.body as { id: string; from: number; until: number }
    expect(until - from).toBe(30_000)
    const second = await call('POST', '/faults', { kind: 'slow', seconds: 30, delayMs: 1 })
    expect((await call('GET', '/faults')).body).toEqual({ faults: [stall.body, second.body] })
    expect(await call('DELETE', `/faults/${id}`)).toEqual({ status: 200, body: {} })
    expect(await call('DELETE', `/faults/${id}`)).toMatchObject({ status: 404, body: { error: expect.stringContaining('GET /faults') } })
    expect((await call('GET', '/faults')).body).toEqual({ faults: [second.body] })
    await call('DELETE', '/faults')
    expect((await call('GET', '/faults')).body).toEqual({ faults: [] })
  })

  it('shows the ledger by pages', async () => {
    const closed = await call('GET', `/ledger?channel=kline&closed=1&symbol=${HAND}`)
    expect(closed).toMatchObject({
      status: 200,
      body: {
        entries: [{ channel: 'kline', symbol: HAND, time: GENESIS + 60_000, delivered: 0, message: { e: 'kline', k: { x: true } } }],
      },
    })
    const { next } = closed.body as { next: number }
    expect((await call('GET', `/ledger?after=${next}`)).body).toEqual({ entries: [], next })
  })

  it('shows the requests', async () => {
    await venue.get(`/fapi/v1/klines?symbol=${HAND}&interval=1m&limit=2`)
    const { entries } = (await call('GET', '/requests?after=0')).body as { entries: unknown[] }
    expect(entries).toEqual([
      {
        seq: 1,
        at: expect.any(Number),
        method: 'GET',
        path: '/fapi/v1/klines',
        query: `symbol=${HAND}&interval=1m&limit=2`,
        status: 200,
        weight: 1,
      },
    ])
  })

  it('tells the truth: USD that would be liquidated, by bin of the price grid', async () => {
    const bin = binOf(95)
    expect([95.005, 95.01].map(binOf)).toEqual([bin, bin])
    expect((await call('GET', `/truth?symbol=${HAND}`)).body).toEqual({
      symbol: HAND,
      time: GENESIS + 90_000,
      mark: 100,
      bins: [
        { bin, long: 2 * 95 + 3 * 95.01, short: 95.005 },
        { bin: binOf(110), long: 0, short: 440 },
      ],
    })
    expect((await call('GET', `/positions?symbol=${HAND}`)).body).toEqual({ symbol: HAND, time: GENESIS + 90_000, positions: POSITIONS })
  })

  it('tells the state of the venue', async () => {
    expect((await call('GET', '/state')).body).toEqual({
      time: GENESIS + 90_000,
      speed: 1,
      seed: 7,
      connections: 0,
      subscriptions: 0,
      instruments: [
        { symbol: HAND, character: 'made by hand', genesis: GENESIS, simulatedTo: GENESIS + 90_000, ready: true },
        { symbol: 'SIMLATEUSDT', character: 'made by hand', genesis: GENESIS, simulatedTo: GENESIS, ready: false },
      ],
    })
  })

  it.each([
    ['POST', '/faults', { kind: 'storm', seconds: 1 }, 400, 'cut, stall'],
    ['POST', '/faults', [], 400, '{"kind":"stall","seconds":30}'],
    ['GET', '/truth', undefined, 400, HAND],
    ['GET', '/truth?symbol=SIMLATEUSDT', undefined, 400, 'catching up'],
    ['GET', '/ledger?after=soon', undefined, 400, 'after'],
    ['GET', '/nothing', undefined, 404, 'docs/simulated-venue.md'],
    ['PUT', '/faults', undefined, 404, 'docs/simulated-venue.md'],
  ])('%s %s %j is refused with what to do', async (method, path, body, status, told) => {
    expect(await call(method, path, body)).toMatchObject({ status, body: { error: expect.stringContaining(told) } })
  })
})
