/** The shape of each message against real ones, where FAULTLINE_DATA_DIR names the folder that holds them; skipped elsewhere. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { forced, HAND, trade } from './hand-market.ts'
import { type HandVenue, handVenue } from './hand-venue.ts'
import type { Frame } from './raw-client.ts'

const folder = join(process.env.FAULTLINE_DATA_DIR ?? '/nowhere', 'venue-messages/binance')

interface Sample {
  transport: 'ws' | 'rest'
  request?: string
  message: unknown
}

/** Fields that Binance has had since the samples were taken. */
const NEWER: Readonly<Record<string, readonly string[]>> = {
  '/fapi/v1/fundingRate': ['.markPrice'],
  '/fapi/v1/exchangeInfo': ['.symbols[].maxMoveOrderLimit'],
}

/** `.k.o` → "decimal": every path of a message, and what stands there. Elements of an array share a path, those of a row do not. */
function shapeOf(value: unknown, path = '', shape = new Map<string, Set<string>>()): Map<string, Set<string>> {
  if (Array.isArray(value)) {
    const row = typeof value[0] !== 'object' && (value.length === 12 || value.length === 2)
    for (const [i, item] of value.entries()) shapeOf(item, row ? `${path}[${i}]` : `${path}[]`, shape)
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) shapeOf(item, `${path}.${key}`, shape)
  } else {
    const kind = typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? 'decimal' : typeof value
    shape.set(path, (shape.get(path) ?? new Set()).add(kind))
  }
  return shape
}

/** Which of our messages a sample belongs beside. */
function kindOf({ transport, request, message }: Sample): string | undefined {
  if (transport === 'rest') return request ? new URL(request.replace(/^GET /, ''), 'http://venue').pathname : undefined
  const data = dataOf(message)
  return 'generated' in (message as object) ? undefined : (data.e as string | undefined)
}
const dataOf = (message: unknown): Frame => ((message as Frame).data ?? message) as Frame

describe.skipIf(!existsSync(folder))('messages beside real ones', () => {
  let venue: HandVenue
  const ours = new Map<string, unknown[]>()
  const samples = new Map<string, unknown[]>()
  /** A list of objects counts as so many messages. */
  const add = (map: Map<string, unknown[]>, kind: string, message: unknown) => {
    const list = Array.isArray(message) && !Array.isArray(message[0]) ? message : [message]
    map.set(kind, [...(map.get(kind) ?? []), ...list])
  }

  beforeAll(async () => {
    for (const file of existsSync(folder) ? readdirSync(folder) : []) {
      for (const sample of JSON.parse(readFileSync(join(folder, file), 'utf8')) as Sample[]) {
        const kind = kindOf(sample)
        if (kind) add(samples, kind, sample.transport === 'ws' ? dataOf(sample.message) : sample.message)
      }
    }
    venue = await handVenue([{ ticks: [trade(1, 100, 1), trade(70, 100, 1), forced(2, 1, 1, 90, 95)] }])
    const market = await venue.listen(
      '/market/ws',
      ['aggTrade', 'forceOrder', 'markPrice', 'kline_1m'].map((s) => `simhandusdt@${s}`),
    )
    const book = await venue.listen('/public/ws', ['simhandusdt@depth5'])
    venue.pass(330_000)
    for (const client of [market, book]) {
      await client.settle()
      for (const message of client.messages) add(ours, message.e as string, message)
    }
    for (const [path, query] of [
      ['/fapi/v1/exchangeInfo', ''],
      ['/fapi/v1/klines', 'interval=5m'],
      ['/fapi/v1/openInterest', ''],
      ['/futures/data/openInterestHist', 'period=5m'],
      ['/fapi/v1/fundingRate', ''],
      ['/fapi/v1/fundingInfo', ''],
      ['/fapi/v1/premiumIndex', ''],
      ['/fapi/v1/depth', ''],
      ['/fapi/v1/aggTrades', ''],
    ] as const) {
      const answer = await venue.get(`${path}?symbol=${HAND}&${query}`)
      add(ours, path, answer.body)
    }
    add(ours, '/fapi/v1/premiumIndex', (await venue.get('/fapi/v1/premiumIndex')).body)
  })
  afterAll(() => venue.close())

  it.each([
    'kline',
    'aggTrade',
    'markPriceUpdate',
    'forceOrder',
    'depthUpdate',
    '/fapi/v1/exchangeInfo',
    '/fapi/v1/klines',
    '/fapi/v1/openInterest',
    '/futures/data/openInterestHist',
    '/fapi/v1/fundingRate',
    '/fapi/v1/fundingInfo',
    '/fapi/v1/premiumIndex',
    '/fapi/v1/depth',
    '/fapi/v1/aggTrades',
  ])('%s', (kind) => {
    const real = (samples.get(kind) ?? []).map((m) => shapeOf(m))
    expect(real.length).toBeGreaterThan(0)
    const known = new Map<string, Set<string>>()
    for (const shape of real) for (const [path, kinds] of shape) known.set(path, new Set([...(known.get(path) ?? []), ...kinds]))
    const inAll = [...known.keys()].filter((path) => real.every((shape) => shape.has(path)))

    const messages = ours.get(kind) ?? []
    expect(messages.length).toBeGreaterThan(0)
    for (const message of messages) {
      const shape = shapeOf(message)
      expect([...shape.keys()]).toEqual(expect.arrayContaining(inAll))
      for (const [path, kinds] of shape) {
        if (NEWER[kind]?.includes(path)) continue
        expect(known.has(path), `${kind} has no ${path}`).toBe(true)
        expect([...(known.get(path) ?? [])], `${kind}${path}`).toEqual(expect.arrayContaining([...kinds]))
      }
    }
  })
})
