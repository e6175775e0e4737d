/** Every registered format on the one server that they share: whatever it says, faults, limits and the ledger work alike. */
import { MINUTE_MS } from '@faultline/market/units'
import { WIRES, type Wire } from '@faultline/market/venue'
import { afterEach, describe, expect, it } from 'vitest'
import { units } from '../../settings.ts'
import { characterOf, venueInstrument } from '../characters.ts'
import type { Ledger } from '../ledger.ts'
import { startVenue, type Venue } from '../start-venue.ts'
import { FORMATS } from './formats.ts'
import { FrameClient, type HandWire, handWire } from './hand-wire.ts'
import { LivelyMarket } from './lively-market.ts'
import type { WireFormat } from './wire-format.ts'

/** What a client says to hear marks, which frames are those, and a call that needs no argument. */
interface Words {
  path: string
  subscribe: (symbol: string) => unknown
  isMark: (text: string) => boolean
  /** such frames that a new subscription begins with, whatever happens */
  snapshots: number
  call: string
  /** sent by POST */
  body?: string
}
const WORDS: Readonly<Record<Exclude<Wire, 'binance'>, Words>> = {
  bybit: {
    path: '/v5/public/linear',
    subscribe: (symbol) => ({ op: 'subscribe', args: [`tickers.${symbol}`] }),
    isMark: (text) => text.includes('"topic":"tickers.') && text.includes('"type":"delta"'),
    snapshots: 0,
    call: '/v5/market/time',
  },
  okx: {
    path: '/ws/v5/public',
    subscribe: (symbol) => ({ op: 'subscribe', args: [{ channel: 'mark-price', instId: symbol }] }),
    isMark: (text) => text.includes('"markPx"'),
    snapshots: 1,
    call: '/api/v5/public/time',
  },
  gate: {
    path: '/v4/ws/usdt',
    subscribe: (symbol) => ({ time: 0, channel: 'futures.tickers', event: 'subscribe', payload: [symbol] }),
    isMark: (text) => text.includes('"event":"update"'),
    snapshots: 0,
    call: '/api/v4/futures/usdt/contracts',
  },
  hyperliquid: {
    path: '/ws',
    subscribe: (symbol) => ({ method: 'subscribe', subscription: { type: 'activeAssetCtx', coin: symbol } }),
    isMark: (text) => text.startsWith('{"channel":"activeAssetCtx"'),
    snapshots: 1,
    call: '/info',
    body: '{"type":"meta"}',
  },
}
const wordsOf = (wire: Wire): Words => WORDS[wire as keyof typeof WORDS]

const clients: FrameClient[] = []
const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  await Promise.all(closing.splice(0).map((close) => close()))
})

async function listen(wire: Wire, ws: string, symbol: string): Promise<FrameClient> {
  const { path, subscribe } = wordsOf(wire)
  const client = await FrameClient.open(ws + path)
  clients.push(client)
  client.say(subscribe(symbol))
  await client.until((texts) => texts.length > 0)
  return client
}
const marks = (wire: Wire, texts: readonly string[]): number => texts.filter(wordsOf(wire).isMark).length
/** Sockets that marks went out to, added up. */
const delivered = (ledger: Ledger): number =>
  ledger.entries({ channel: 'markPrice' }).entries.reduce((sum, entry) => sum + entry.delivered, 0)

describe.each(Object.values(FORMATS).map((format): [Wire, WireFormat] => [format.wire, format]))(
  '%s',
  { timeout: 60_000 },
  (wire, format) => {
    const start = async (): Promise<HandWire> => {
      const venue = await handWire(format, [new LivelyMarket()])
      closing.push(() => venue.close())
      return venue
    }
    const symbol = format.symbolOf(new LivelyMarket().instrument)
    /** Bybit words a refusal in the body of a good answer. */
    const isGood = async (venue: HandWire): Promise<boolean> => {
      const { call: path, body } = wordsOf(wire)
      const response = await fetch(venue.rest + path, body === undefined ? {} : { method: 'POST', body })
      return response.ok && !/"retCode":[1-9]/.test(await response.text())
    }

    it('is registered under its own name, and has a symbol of its own for each instrument', () => {
      expect(FORMATS[wire]).toBe(format)
      const symbols = ['SIMOAKUSDT', 'SIMTIDEUSDT', 'SIMSPARKUSDT'].map((s) => format.symbolOf(venueInstrument(s)))
      expect(new Set(symbols).size).toBe(3)
      expect(format.contractSizeOf(venueInstrument('SIMOAKUSDT'))).toBeGreaterThan(0)
    })

    it('loses what a stall holds back, and tells everything twice when it is asked to', async () => {
      const venue = await start()
      const client = await listen(wire, venue.ws, symbol)
      const heard = (texts: readonly string[]): number => marks(wire, texts) - wordsOf(wire).snapshots
      venue.pass(10_000)
      await client.until((texts) => heard(texts) >= 5)
      await client.until((texts) => heard(texts) === delivered(venue.ledger))
      const before = delivered(venue.ledger)
      venue.faults.add({ kind: 'stall', seconds: 60, channels: ['markPrice'] })
      venue.pass(10_000)
      expect(delivered(venue.ledger)).toBe(before)
      expect(venue.ledger.entries({ channel: 'markPrice' }).entries.at(-1)).toMatchObject({ delivered: 0, symbol })
      venue.faults.clear()
      venue.pass(10_000)
      await client.until((texts) => heard(texts) === delivered(venue.ledger))
      const after = heard(client.texts)
      expect(after).toBeGreaterThan(before)

      venue.faults.add({ kind: 'duplicate', seconds: 60 })
      venue.pass(5_000)
      const more = delivered(venue.ledger) - after
      await client.until((texts) => heard(texts) === after + 2 * more)
      const twice = client.texts.filter(wordsOf(wire).isMark).slice(after + wordsOf(wire).snapshots)
      expect(twice.every((text, i) => text === twice[i - (i % 2)])).toBe(true)
    })

    it('notes each closed minute and every liquidation, as the market has them', async () => {
      const venue = await start()
      venue.pass(3 * MINUTE_MS)
      const market = new LivelyMarket()
      market.advance(venue.time())
      const { columns } = market.candles(market.genesis, venue.time())
      const closed = venue.ledger.entries({ channel: 'kline', closed: true }).entries
      expect(closed.map(({ message }) => (message.bar as { volume: number }).volume)).toEqual(Array.from(columns.volume))
      const told = venue.ledger.entries({ channel: 'forceOrder' }).entries.flatMap(({ message }) => message.orders as object[])
      expect(told).toEqual(market.forcedOrders(market.genesis, venue.time()))
    })

    it('answers, refuses and breaks as faults say, and comes back', async () => {
      const venue = await start()
      expect(await isGood(venue)).toBe(true)
      for (const fault of [
        { kind: 'rateLimit', seconds: 60 },
        { kind: 'ban', seconds: 60 },
        { kind: 'serverError', seconds: 60, status: 502 },
      ] as const) {
        venue.faults.add(fault)
        expect(await isGood(venue)).toBe(false)
        venue.faults.clear()
      }
      expect(await isGood(venue)).toBe(true)
    })

    it('cuts sockets and takes them again; garbage between good frames ends nothing', async () => {
      const venue = await start()
      const first = await listen(wire, venue.ws, symbol)
      venue.faults.add({ kind: 'cut', seconds: 60 })
      await first.closed
      await expect(FrameClient.open(venue.ws + wordsOf(wire).path)).rejects.toThrow()
      venue.faults.clear()
      const second = await listen(wire, venue.ws, symbol)
      venue.pass(5_000)
      await second.until((texts) => marks(wire, texts) > 0)
      const before = second.texts.length
      venue.faults.add({ kind: 'garbage', seconds: 60, everyMs: 1 })
      await second.until((texts) => texts.length > before + 20)
      venue.faults.clear()
      const good = marks(wire, second.texts)
      venue.pass(10_000)
      await second.until((texts) => marks(wire, texts) > good)
    })
  },
)

describe('five venues of one market', { timeout: 60_000 }, () => {
  const symbol = 'SIMSPARKUSDT'

  it('fail one by one, and add up to the market', async () => {
    const venue: Venue = await startVenue({
      ...{ seed: 7, symbols: [symbol], venues: WIRES, historyDays: 0.02, warmUpDays: 0.02, clockStart: Date.UTC(2026, 5, 1) },
      ...{ inline: true, speed: 60 },
    })
    closing.push(() => venue.close())
    await venue.ready
    const others = WIRES.filter((wire) => wire !== 'binance')
    const face = (wire: Wire) => venue.venues[wire] as NonNullable<Venue['venues'][Wire]>
    const heard = new Map<Wire, FrameClient>()
    for (const wire of others) {
      const wireSymbol = FORMATS[wire]?.symbolOf(venueInstrument(symbol)) ?? ''
      heard.set(wire, await listen(wire, face(wire).ws, wireSymbol))
    }
    const client = (wire: Wire) => heard.get(wire) as FrameClient
    const more = (wire: Wire, n: number) => {
      const from = marks(wire, client(wire).texts)
      return client(wire).until((texts) => marks(wire, texts) >= from + n)
    }
    await Promise.all(others.map((wire) => more(wire, 3)))

    // Two venues at once, each in its own way; the others do not notice.
    const stalled = face('bybit').faults.add({ kind: 'stall', seconds: 60 })
    const before = delivered(face('bybit').ledger)
    face('okx').faults.add({ kind: 'cut', seconds: 60 })
    await client('okx').closed
    await Promise.all([more('gate', 10), more('hyperliquid', 10)])
    expect(delivered(face('bybit').ledger)).toBe(before)
    face('bybit').faults.remove(stalled.id)
    await more('bybit', 3)

    const whole = venue.whole(symbol)
    const minute = Math.ceil(venue.now() / MINUTE_MS) * MINUTE_MS
    const closed = (wire: Wire) => {
      const { entries } = face(wire).ledger.entries({ channel: 'kline', closed: true })
      return entries.find(({ time }) => time === minute)
    }
    await expect.poll(() => others.every(closed), { timeout: 20_000 }).toBe(true)
    const { lotSize } = units(characterOf(symbol).price)
    const volumes = WIRES.map((wire) => {
      const entry = closed(wire)?.message
      const coins = entry?.k ? Number((entry.k as { v: string }).v) : Number((entry?.bar as { volume: number } | undefined)?.volume ?? 0)
      return Math.round(coins / lotSize)
    })
    const [volume] = whole?.candles(minute - MINUTE_MS, minute).columns.volume ?? []
    expect(volumes.reduce((a, b) => a + b, 0)).toBe(Math.round((volume as number) / lotSize))
    expect(volumes.filter((v) => v > 0).length).toBeGreaterThan(1)
  })

  it('need no Binance among them', async () => {
    const venue = await startVenue({
      ...{
        seed: 7,
        symbols: [symbol],
        venues: ['gate'],
        historyDays: 0.01,
        warmUpDays: 0.01,
        clockStart: Date.UTC(2026, 5, 1),
        inline: true,
      },
    })
    closing.push(() => venue.close())
    await venue.ready
    expect(venue.rest).toBe(venue.venues.gate?.rest)
    const time = venue.whole(symbol)?.simulatedTo ?? 0
    expect(venue.market(symbol)?.openInterestAt(time)).toBe(venue.whole(symbol)?.openInterestAt(time))
  })

  it.each([
    [{ venues: ['bitmex' as Wire] }, 'some of binance'],
    [{ venues: [] }, 'some of binance'],
    [{ venues: WIRES, splitSymbols: ['BTCUSDT'] }, 'no instrument BTCUSDT'],
    [{ venues: ['okx', 'gate'] as Wire[], symbols: [symbol, 'SIMOAKUSDT'], splitSymbols: [symbol] }, 'without binance'],
  ])('refuse %j', async (options, told) => {
    await expect(startVenue({ seed: 7, symbols: [symbol], inline: true, ...options })).rejects.toThrow(told)
  })
})
