import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Emit } from '../../feed/taker-candles.ts'
import type { Reading } from '../../feed/venue-feed.ts'
import { CarriedSocket } from './carried-socket.ts'
import { type Carrier, connectCarrier, type Patience } from './ccxt-client.ts'
import type { Dialect, Frame, Request } from './dialect.ts'
import { EXCHANGES, type ExchangeId } from './exchanges.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })
const PATIENT = { timeout: 20_000 }
const PATIENCE: Patience = { connectMs: 20_000, acknowledgeMs: 20_000, beginMs: 20_000, answerMs: 20_000 }

/** A server that keeps what it was asked, and answers what a test says. */
async function startServer() {
  const asked: { method: string; url: string; body: string }[] = []
  const frames: string[] = []
  const clients: WebSocket[] = []
  const told = { answer: { status: 200, body: '{"ok":1}' }, onFrame: (_frame: string, _client: WebSocket): void => undefined }
  const bodyOf = async (request: IncomingMessage): Promise<string> => {
    let body = ''
    for await (const part of request) body += String(part)
    return body
  }
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      asked.push({ method: request.method ?? '', url: request.url ?? '', body })
      response.writeHead(told.answer.status, { 'content-type': 'application/json' }).end(told.answer.body)
    })
  })
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (client) => {
    clients.push(client)
    client.on('message', (data) => {
      frames.push(String(data))
      told.onFrame(String(data), client)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return {
    rest: `http://127.0.0.1:${port}`,
    ws: `ws://127.0.0.1:${port}`,
    asked,
    frames,
    clients,
    told,
    tell: (...messages: unknown[]) => {
      for (const client of clients)
        for (const message of messages) client.send(typeof message === 'string' ? message : JSON.stringify(message))
    },
    close: async () => {
      for (const client of clients) client.terminate()
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

let server: Awaited<ReturnType<typeof startServer>>
beforeEach(async () => {
  server = await startServer()
})
afterEach(() => server.close())

async function carrierOf(exchange: ExchangeId, protocolPings = false): Promise<Carrier> {
  const carrier = await connectCarrier({ exchange, restUrl: server.rest, protocolPings, patience: PATIENCE, onAnswer: () => undefined })
  onTestFinished(() => carrier.close())
  return carrier
}

describe('requests', () => {
  it.each([
    ['binanceusdm', 'fapiPublicGetOpenInterest', { symbol: 'ETHUSDT' }, 'GET', '/fapi/v1/openInterest?symbol=ETHUSDT'],
    [
      'bybit',
      'publicGetV5MarketKline',
      { category: 'linear', symbol: 'ETHUSDT' },
      'GET',
      '/v5/market/kline?category=linear&symbol=ETHUSDT',
    ],
    ['okx', 'publicGetMarketCandles', { instId: 'ETH-USDT-SWAP' }, 'GET', '/api/v5/market/candles?instId=ETH-USDT-SWAP'],
    [
      'gate',
      'publicFuturesGetSettleContractStats',
      { settle: 'usdt', contract: 'ETH_USDT' },
      'GET',
      '/api/v4/futures/usdt/contract_stats?contract=ETH_USDT',
    ],
    ['hyperliquid', 'publicPostInfo', { type: 'candleSnapshot', req: { coin: 'ETH' } }, 'POST', '/info'],
  ] as const)(
    'of %s go to the address that was given, and answers come as they are',
    async (exchange, endpoint, parameters, method, url) => {
      server.told.answer.body = '{"data":[["1780272000000","1.50",7]],"code":"0"}'
      const carrier = await carrierOf(exchange)
      expect(await carrier.get(endpoint, parameters)).toEqual({ data: [['1780272000000', '1.50', 7]], code: '0' })
      expect(server.asked).toEqual([{ method, url, body: method === 'POST' ? JSON.stringify(parameters) : '' }])
    },
  )

  it('go to the hosts that bans are kept by, where no address was given', async () => {
    const { default: ccxt } = await import('ccxt')
    const paths = {
      binanceusdm: ['time', 'fapiPublic'],
      bybit: ['v5/market/time', 'public'],
      okx: ['public/time', 'public'],
      gate: ['{settle}/contracts', ['public', 'futures']],
      hyperliquid: ['info', 'public'],
    } as const
    for (const [id, [path, api]] of Object.entries(paths) as [ExchangeId, readonly [string, string]][]) {
      const { url } = new ccxt.pro[id]().sign(path, api, 'GET', { settle: 'usdt' })
      expect(new URL(url).host).toBe(EXCHANGES[id].restHost)
    }
  })

  it('that ccxt does not know are a fault of ours', async () => {
    await expect((await carrierOf('bybit')).get('publicGetNothing', {})).rejects.toThrow('ccxt has no method “publicGetNothing” for bybit')
  })

  it('give every answer to onAnswer, null and text too', async () => {
    const answers: unknown[] = []
    const onAnswer = (answer: { status: number; parsed: unknown; body: string }): void =>
      void answers.push([answer.status, answer.parsed, answer.body])
    const carrier = await connectCarrier({
      exchange: 'hyperliquid',
      restUrl: server.rest,
      protocolPings: false,
      patience: PATIENCE,
      onAnswer,
    })
    onTestFinished(() => carrier.close())
    for (const [status, body] of [
      [500, 'null'],
      [422, 'Failed to deserialize'],
      [200, '[]'],
    ] as const) {
      server.told.answer = { status, body }
      await carrier.get('publicPostInfo', { type: 'meta' })
    }
    expect(answers).toEqual([
      [500, undefined, 'null'],
      [422, undefined, 'Failed to deserialize'],
      [200, [], '[]'],
    ])
  })
})

/** `sub A`, acknowledged by `ok A`; two frames per symbol where `double`. */
class TinyDialect implements Dialect {
  betweenMs = 0
  symbolsPerBatch = 2
  heartbeat: Dialect['heartbeat'] = null
  emit: Emit = () => undefined
  readonly told: string[] = []
  ended = 0
  double = false

  subscribe = (symbols: readonly string[]): Request[] => this.requests('sub', symbols)
  unsubscribe = (symbols: readonly string[]): Request[] => this.requests('unsub', symbols)

  acknowledgement(message: unknown) {
    if (typeof message !== 'string') return undefined
    const [word, ...keys] = message.split(' ')
    if (word === 'ok') return { keys, refusal: null }
    return word === 'no' ? { keys: keys.length > 0 ? keys : null, refusal: 'so it says' } : undefined
  }

  read(message: unknown): readonly Reading[] {
    const many = message as { times: number[] }
    return many.times.map((venueTime) => ({ kind: 'data', channel: 'markPrice', symbol: 'A', venueTime, events: [] }))
  }

  begin(emit: Emit): void {
    this.emit = emit
  }

  subscribed(symbols: ReadonlySet<string>): void {
    this.told.push([...symbols].join(' '))
  }

  end(): void {
    this.ended++
    this.emit({ kind: 'unknown', reason: 'what was held' }, 'held', 1)
  }

  private requests(word: string, symbols: readonly string[]): Request[] {
    return symbols.flatMap((symbol) => [
      { frame: `${word} ${symbol}`, awaits: [symbol] },
      ...(this.double ? [{ frame: { again: symbol } as Frame, awaits: [`${symbol}+`] }] : []),
    ])
  }
}

async function socketOf(dialect: TinyDialect, patience = PATIENCE) {
  const carrier = await carrierOf('bybit')
  const got = { readings: [] as Reading[], raw: [] as unknown[], closed: [] as string[], lines: [] as string[], ended: 0 }
  const socket = new CarriedSocket({
    carrier,
    url: `${server.ws}/some/path`,
    dialect,
    patience,
    handlers: {
      onReading: (reading, raw) => {
        got.readings.push(reading)
        got.raw.push(raw)
      },
      onClosed: (reason) => got.closed.push(reason),
    },
    log: (line) => got.lines.push(line),
    onEnded: () => got.ended++,
  })
  return { socket, got }
}
const acknowledgeAll = (frame: string, client: WebSocket): void => {
  const [word, symbol] = frame.startsWith('{') ? ['sub', `${(JSON.parse(frame) as { again: string }).again}+`] : frame.split(' ')
  if (word === 'sub' || word === 'unsub') client.send(`ok ${symbol}`)
}

describe('a carried socket', () => {
  it('sends the frames of a batch one after the other, and waits for all that they await', async () => {
    const dialect = new TinyDialect()
    dialect.double = true
    const { socket } = await socketOf(dialect)
    const opening = socket.open(['A', 'B', 'C'])
    await vi.waitFor(() => expect(server.frames).toEqual(['sub A', '{"again":"A"}', 'sub B', '{"again":"B"}']), PATIENT)
    server.tell('ok A+', 'ok B+ A')
    server.told.onFrame = acknowledgeAll
    await new Promise((done) => setTimeout(done, 50))
    expect(server.frames).toHaveLength(4)
    server.tell('ok B')
    await opening
    expect(server.frames.slice(4)).toEqual(['sub C', '{"again":"C"}'])
    expect(dialect.told).toEqual(['A B', 'A B C'])
    await socket.setSymbols(['C'])
    expect(server.frames.slice(6)).toEqual(['unsub A', '{"again":"A"}', 'unsub B', '{"again":"B"}'])
    expect(dialect.told.at(-1)).toBe('C')
  })

  it('sends what is not by symbol first', async () => {
    const dialect: Dialect = Object.assign(new TinyDialect(), { opening: () => [{ frame: 'sub everything', awaits: ['everything'] }] })
    server.told.onFrame = acknowledgeAll
    const { socket } = await socketOf(dialect as TinyDialect)
    await socket.open(['A'])
    expect(server.frames).toEqual(['sub everything', 'sub A'])
  })

  it.each(['no A', 'no'])('is refused by “%s”', async (says) => {
    server.told.onFrame = (_, client) => client.send(says)
    const { socket, got } = await socketOf(new TinyDialect())
    await expect(socket.open(['A'])).rejects.toMatchObject({ code: 'refused', message: 'the venue refused to subscribe, so it says' })
    expect([got.closed, got.ended]).toEqual([[], 1])
  })

  it('gives every reading of a message, in order, and keeps what its mapper fails on', async () => {
    server.told.onFrame = acknowledgeAll
    const { socket, got } = await socketOf(new TinyDialect())
    await socket.open(['A'])
    got.readings.length = 0
    server.tell({ times: [3, 1, 2] }, { nothing: true }, { times: [4] })
    await vi.waitFor(() => expect(got.readings).toHaveLength(5), PATIENT)
    const failed = { kind: 'unknown', reason: 'reading it failed' }
    expect(got.readings.map((r) => (r.kind === 'data' ? r.venueTime : r))).toEqual([3, 1, 2, failed, 4])
    expect(got.raw.slice(-3)).toEqual([{ times: [3, 1, 2] }, { nothing: true }, { times: [4] }])
    expect(got.lines).toEqual([expect.stringContaining('a message could not be handled')])
  })

  it('hands on what was held when the venue ends it, before it tells of the end; not when it is ours', async () => {
    server.told.onFrame = acknowledgeAll
    const [one, two] = [new TinyDialect(), new TinyDialect()]
    const [lost, left] = [await socketOf(one), await socketOf(two)]
    await lost.socket.open(['A'])
    server.clients[0]?.terminate()
    await vi.waitFor(() => expect(lost.got.closed).toEqual(['closed by the venue (code 1006)']), PATIENT)
    expect(lost.got.readings.at(-1)).toEqual({ kind: 'unknown', reason: 'what was held' })
    await left.socket.open(['A'])
    await left.socket.close()
    expect([one.ended, two.ended]).toEqual([1, 1])
    expect(left.got.readings.filter((r) => r.kind === 'unknown')).toEqual([])
    two.emit({ kind: 'unknown', reason: 'late' }, 'held', 1)
    expect(left.got.readings.filter((r) => r.kind === 'unknown')).toEqual([])
  })

  it('is kept alive by heartbeats that are answered, and ended by one that is not', async () => {
    const dialect = new TinyDialect()
    dialect.heartbeat = { everyMs: 20, frame: () => 'ping', isAnswer: (message) => message === 'pong' }
    let silent = false
    server.told.onFrame = (frame, client) => {
      if (frame !== 'ping') acknowledgeAll(frame, client)
      else if (!silent) client.send('pong')
    }
    const { socket, got } = await socketOf(dialect, { ...PATIENCE, acknowledgeMs: 1_000 })
    await socket.open(['A'])
    await vi.waitFor(() => expect(server.frames.filter((f) => f === 'ping').length).toBeGreaterThan(3), PATIENT)
    expect(got.closed).toEqual([])
    // Data is no answer: a venue may go on sending on a socket that it does not read any more.
    silent = true
    const data = setInterval(() => server.tell({ times: [1] }), 20)
    onTestFinished(() => clearInterval(data))
    await vi.waitFor(() => expect(got.closed).toEqual(['no answer to a heartbeat within 1 s']), PATIENT)
    await vi.waitFor(() => expect(server.clients[0]?.readyState).toBe(3), PATIENT)
    expect(got.readings.some((r) => r.kind === 'unknown' && r.reason === 'not JSON')).toBe(false)
  })

  it('shares its address with others', async () => {
    server.told.onFrame = acknowledgeAll
    const [one, two] = [await socketOf(new TinyDialect()), await socketOf(new TinyDialect())]
    await one.socket.open(['A'])
    await two.socket.open(['A'])
    await one.socket.close()
    const before = two.got.readings.length
    server.clients[1]?.send(JSON.stringify({ times: [1] }))
    await vi.waitFor(() => expect(two.got.readings.length).toBe(before + 1), PATIENT)
    expect(server.clients).toHaveLength(2)
  })
})
