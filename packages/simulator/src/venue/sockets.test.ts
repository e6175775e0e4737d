import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { GENESIS, HAND, type HandMarketOptions, trade } from './hand-market.ts'
import { type HandVenue, handVenue } from './hand-venue.ts'
import type { Limits } from './limits.ts'
import { RawClient } from './raw-client.ts'

const TRADES = [trade(1, 100, 1), trade(2, 101, 1), trade(3, 102, 1)]

describe('sockets', { timeout: 20_000 }, () => {
  let venue: HandVenue
  const start = async (market: HandMarketOptions = { ticks: TRADES }, limits: Partial<Limits> = {}): Promise<HandVenue> => {
    venue = await handVenue([market], limits)
    return venue
  }
  afterEach(() => venue.close())

  it('subscribes, lists and unsubscribes, answering each request by its id', async () => {
    await start()
    const client = await venue.listen('/market/ws/0')
    expect(await client.request('SUBSCRIBE', ['simhandusdt@aggTrade', 'simhandusdt@kline_1m'])).toEqual({ result: null, id: 1 })
    expect(await client.request('LIST_SUBSCRIPTIONS')).toEqual({ result: ['simhandusdt@aggTrade', 'simhandusdt@kline_1m'], id: 2 })
    venue.pass(1_100)
    expect(await client.request('UNSUBSCRIBE', ['simhandusdt@aggTrade', 'simhandusdt@markPrice'])).toEqual({ result: null, id: 3 })
    venue.pass(10_000)
    expect(await client.request('LIST_SUBSCRIPTIONS')).toEqual({ result: ['simhandusdt@kline_1m'], id: 4 })
    expect(client.messages.map((m) => m.e)).toEqual(['aggTrade', 'kline', 'kline', 'kline'])
  })

  it('takes streams from the address, and wraps them when asked', async () => {
    await start()
    const raw = await venue.listen('/market/ws/simhandusdt@aggTrade')
    const combined = await venue.listen('/market/stream?streams=simhandusdt@aggTrade/simhandusdt@kline_1m')
    venue.pass(1_000)
    await raw.settle()
    await combined.settle()
    const [trade] = raw.messages
    expect(trade).toEqual({
      e: 'aggTrade',
      E: GENESIS + 1_000,
      a: 1,
      s: HAND,
      p: '100.00',
      q: '1.000',
      f: 1,
      l: 1,
      T: GENESIS + 1_000,
      m: false,
    })
    expect(combined.messages).toEqual([
      { stream: 'simhandusdt@aggTrade', data: trade },
      { stream: 'simhandusdt@kline_1m', data: expect.objectContaining({ e: 'kline' }) },
    ])
    expect(await combined.request('GET_PROPERTY', ['combined'])).toMatchObject({ result: true })
    expect(await combined.request('SET_PROPERTY', ['combined', false])).toMatchObject({ result: null })
    venue.pass(1_000)
    await combined.settle()
    expect(combined.messages.at(-1)).toMatchObject({ e: 'kline' })
  })

  it.each([
    ['/ws', ['simhandusdt@aggTrade', 'simhandusdt@depth']],
    ['/stream?streams=simhandusdt@aggTrade', []],
    ['/private/ws', ['simhandusdt@aggTrade']],
    ['/public/ws', ['simhandusdt@aggTrade', 'simhandusdt@kline_1m', 'simhandusdt@forceOrder', '!markPrice@arr@1s']],
    ['/market/ws', ['simhandusdt@depth', 'simhandusdt@depth5@100ms']],
    ['/market/ws', ['nobodyusdt@aggTrade']],
  ])('acknowledges on %s %j, and sends nothing', async (path, streams) => {
    await start()
    const client = await venue.listen(path)
    expect(await client.request('SUBSCRIBE', streams)).toMatchObject({ result: null })
    venue.pass(60_000)
    await client.settle()
    expect(client.messages).toEqual([])
  })

  it('keeps a book in step with the snapshots of REST', async () => {
    const book = (time: number) => {
      const i = Math.floor((time - GENESIS) / 70)
      return {
        lastUpdateId: 1 + time - GENESIS,
        bids: [[99 - (i % 3), 1 + (i % 5)]] as [number, number][],
        asks: [
          [101, 1 + (i % 2)],
          [102 + (i % 4), 3],
        ] as [number, number][],
      }
    }
    await start({ book })
    const client = await venue.listen('/public/ws', ['simhandusdt@depth@100ms', 'simhandusdt@depth', 'simhandusdt@depth5@500ms'])
    venue.pass(150)
    const snapshot = (await venue.get(`/fapi/v1/depth?symbol=${HAND}`)).body as { lastUpdateId: number; T: number }
    expect(snapshot).toMatchObject({ lastUpdateId: 151, T: GENESIS + 150 })
    venue.pass(850)
    await client.settle()
    const messages = client.messages as { E: number; U: number; u: number; pu: number; b: string[][]; a: string[][] }[]
    const at = (ms: number) => messages.filter((m) => m.E === GENESIS + ms)
    // 100 ms: ten messages; 250 ms: four; the best five, 500 ms: two.
    expect(messages).toHaveLength(16)
    expect(at(200)[0]).toMatchObject({ U: 102, u: 201, pu: 101 })
    expect(at(200)[0]?.U).toBeLessThanOrEqual(snapshot.lastUpdateId)
    expect(at(500).map((m) => [m.pu, m.u])).toEqual([
      [401, 501],
      [251, 501],
      [500, 501],
    ])
    expect(at(500)[2]?.b).toEqual([['98.00', '3.000']])
    expect(at(500)[2]?.a).toEqual([
      ['101.00', '2.000'],
      ['105.00', '3.000'],
    ])
  })

  it.each([
    ['not json', 3],
    ['[]', 2],
    ['{"id":1}', 2],
    ['{"method":"DANCE","id":1}', 2],
    ['{"method":"SUBSCRIBE","params":"simhandusdt@aggTrade","id":1}', 2],
    ['{"method":"SUBSCRIBE","params":["simhandusdt@nothing"],"id":1}', 2],
    ['{"method":"SET_PROPERTY","params":["combined",1],"id":1}', 2],
  ])('answers %j with an error', async (text, code) => {
    await start()
    const client = await venue.listen('/market/ws')
    client.socket.send(text)
    await client.until(() => client.texts.length > 0)
    expect(JSON.parse(client.texts[0] as string)).toMatchObject({ error: { code, msg: expect.any(String) } })
  })

  it('has no socket on other paths', async () => {
    await start()
    await expect(RawClient.open(`${venue.ws}/elsewhere`)).rejects.toThrow('404')
  })

  it('lets a connection listen to so many streams and no more', async () => {
    await start({ ticks: TRADES }, { streamsPerConnection: 2 })
    const client = await venue.listen('/market/ws', ['simhandusdt@aggTrade', 'simhandusdt@aggTrade', 'simhandusdt@kline_1m'])
    expect(await client.request('SUBSCRIBE', ['simhandusdt@kline_3m'])).toMatchObject({ error: { code: 2 } })
    expect(await client.request('LIST_SUBSCRIPTIONS')).toMatchObject({ result: ['simhandusdt@aggTrade', 'simhandusdt@kline_1m'] })
  })

  it('closes the socket of a client that says too much', async () => {
    await start({}, { messagesPerSecond: 5 })
    const client = await venue.listen('/market/ws')
    // More than fit into any two seconds in a row.
    for (let i = 0; i < 11; i++) client.socket.send('{"method":"LIST_SUBSCRIPTIONS","id":1}')
    expect(await client.closed).toEqual({ code: 1008, reason: 'Too many requests' })
  })

  it('pings, and cuts a client that does not answer', async () => {
    await start({}, { pingMs: 20, pongMs: 100 })
    const deaf = new WebSocket(`${venue.ws}/market/ws`, { autoPong: false })
    expect(await new Promise<number>((done) => deaf.on('close', done))).toBe(1006)
  })

  it('keeps a client that answers pings and says nothing else', async () => {
    await start({}, { pingMs: 50, pongMs: 1_500 })
    const client = await venue.listen('/market/ws')
    // Longer than a client lives that does not answer.
    await client.until(() => client.pings >= 40)
    expect(client.socket.readyState).toBe(WebSocket.OPEN)
  })

  it('lets go of a connection when it is as old as it may become', async () => {
    await start({}, { connectionMs: 30 })
    const client = await venue.listen('/market/ws')
    expect(await client.closed).toMatchObject({ code: 1001 })
  })

  it('closes the socket of a reader that is too slow, and nobody else’s', async () => {
    // 40 MB of changes: more than two machines' buffers between them.
    const levels = (from: number, step: 1 | -1, quantity: number) =>
      Array.from({ length: 1_000 }, (_, i): [number, number] => [from + (step * i) / 100, quantity])
    const book = (time: number) => {
      const quantity = 1 + (Math.floor(time / 100) % 2)
      return { lastUpdateId: 1 + time - GENESIS, bids: levels(99, -1, quantity), asks: levels(101, 1, quantity) }
    }
    await start({ book }, { bufferedBytes: 200_000 })
    const slow = await venue.listen('/public/ws', ['simhandusdt@depth@100ms'])
    slow.socket.pause()
    const quick = await venue.listen('/market/ws', ['simhandusdt@markPrice@1s'])
    expect((await state()).connections).toBe(2)
    venue.pass(100_000)
    await quick.until(() => quick.messages.length === 100)
    expect((await state()).connections).toBe(1)
    slow.socket.resume()
    const told = await slow.closed
    expect([1006, 1008]).toContain(told.code)
  })

  const state = async () => (await (await fetch(`${venue.control}/state`)).json()) as { connections: number; subscriptions: number }

  it('counts its connections and what they listen to', async () => {
    await start()
    const a = await venue.listen('/market/ws', ['simhandusdt@aggTrade', 'simhandusdt@kline_1m'])
    const b = await venue.listen('/ws', ['simhandusdt@aggTrade'])
    expect(await state()).toMatchObject({ connections: 2, subscriptions: 3 })
    a.socket.close()
    await a.closed
    await b.settle()
    await expect.poll(state, { timeout: 10_000 }).toMatchObject({ connections: 1, subscriptions: 1 })
  })
})
