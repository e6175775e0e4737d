/** The shape of each message of Bybit and OKX against real ones, where FAULTLINE_DATA_DIR names the folder that holds them; skipped elsewhere. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { describe, expect, it } from 'vitest'
import { barAt } from '../bars.ts'
import { forced, GENESIS, HandMarket, trade } from '../hand-market.ts'
import { bybitFormat } from './bybit/format.ts'
import { type HandListing, handListing } from './hand-listing.ts'
import { okxFormat } from './okx/format.ts'
import { tradesIn } from './recent-trades.ts'
import type { Happening, Topic, WireFormat } from './wire-format.ts'

const folder = join(process.env.FAULTLINE_DATA_DIR ?? '/nowhere', 'venue-messages')

interface Sample {
  transport: 'ws' | 'rest'
  request?: string
  note?: string
  message: Record<string, unknown>
}

type Shape = Map<string, Set<string>>

/** `.data[].px` → "decimal": every path of a message, and what stands there. Elements of an array share a path, those of a row do not. */
function shapeOf(value: unknown, path = '', shape: Shape = new Map()): Shape {
  if (Array.isArray(value)) {
    const row = value.length > 1 && typeof value[0] === 'string'
    for (const [i, item] of value.entries()) shapeOf(item, row ? `${path}[${i}]` : `${path}[]`, shape)
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) shapeOf(item, `${path}.${key}`, shape)
  } else {
    const decimal = typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)
    const kind = value === '' || value === null ? 'nothing' : decimal ? 'decimal' : typeof value
    shape.set(path, (shape.get(path) ?? new Set()).add(kind))
  }
  return shape
}

interface Expected {
  /** which samples are of this kind */
  is: (sample: Sample) => boolean
  ours: (venue: HandListing) => unknown[]
  /** fields that the venue has had since the samples were taken */
  newer?: readonly string[]
  /** fields that are empty where a contract has no such thing */
  empty?: readonly string[]
  /** fields that it has no more, or not of a contract like ours */
  gone?: readonly string[]
}

const NOW = GENESIS + 8 * HOUR_MS + MINUTE_MS
const TICKS = [trade(1, 100, 1), forced(2, 1, 1, 90, 95), trade(8 * 3_600 + 30, 101.25, 2), trade(8 * 3_600 + 59, 100.5, 0.5, false)]

function at(format: WireFormat): HandListing {
  const book = (time: number) => ({
    lastUpdateId: time,
    bids: [[99, 1] as [number, number]],
    asks: [[101, time % 1_000] as [number, number]],
  })
  const venue = handListing(format, new HandMarket({ ticks: TICKS, book }))
  venue.at(NOW)
  return venue
}

/** What happened, of the kind that a topic tells. */
function happening({ listing }: HandListing, topic: Topic): Happening {
  const { market } = listing
  const time = NOW
  const bar = barAt(market, MINUTE_MS, time, true)
  if (!bar) throw new Error('no bar')
  const all: Record<Topic['kind'], Happening> = {
    trade: { kind: 'trade', listing, time, ticks: tradesIn(market, GENESIS, NOW) },
    liquidation: { kind: 'liquidation', listing, time, orders: market.forcedOrders(GENESIS, NOW) },
    candle: { kind: 'candle', listing, time, interval: topic.interval ?? '1m', intervalMs: MINUTE_MS, bar, closed: true },
    mark: { kind: 'mark', listing, time, mark: market.markAt(time), openInterest: 1_000, lastPrice: bar.close },
    depth: { kind: 'depth', listing, time, book: market.depthAt(time, 100) },
  }
  return all[topic.kind]
}

const streamed =
  (frame: object, path = '') =>
  (venue: HandListing) => {
    const topic = venue.topic(frame, path)
    return venue.told(topic, happening(venue, topic), NOW - 90_500)
  }
const atOnce =
  (frame: object, path = '') =>
  (venue: HandListing) =>
    venue.snapshot(venue.topic(frame, path))
const called = (path: string) => (venue: HandListing) => [venue.get(path).body]
const rest = (path: string) => (s: Sample) => s.transport === 'rest' && (s.request ?? '').includes(path)

const bybitTopic = (name: string): object => ({ op: 'subscribe', args: [`${name}.SIMHANDUSDT`] })
const bybitIs = (topic: string, type: string) => (s: Sample) =>
  s.transport === 'ws' && String(s.message.topic).startsWith(`${topic}.`) && s.message.type === type
const BYBIT = '/v5/market'
const OF_BYBIT = 'category=linear&symbol=SIMHANDUSDT'
const INFO = '.result.list[]'

const bybit: Record<string, Expected> = {
  allLiquidation: { is: bybitIs('allLiquidation', 'snapshot'), ours: streamed(bybitTopic('allLiquidation')) },
  publicTrade: {
    is: bybitIs('publicTrade', 'snapshot'),
    ours: streamed(bybitTopic('publicTrade')),
    newer: ['.data[].RPI', '.data[].seq'],
  },
  kline: { is: bybitIs('kline', 'snapshot'), ours: streamed(bybitTopic('kline.1')) },
  'tickers, snapshot': {
    is: (s) => bybitIs('tickers', 'snapshot')(s) && s.note === undefined,
    ours: atOnce(bybitTopic('tickers')),
    newer: ['.data.fundingCap', '.data.singleOpenInterest', '.data.singleOpenInterestValue'],
  },
  'tickers, delta': {
    // Any of a snapshot's fields may be in it.
    is: bybitIs('tickers', 'snapshot'),
    ours: (venue) => streamed(bybitTopic('tickers'))(venue).map((m) => ({ ...(m as object), type: 'delta' })),
    newer: ['.data.singleOpenInterest', '.data.singleOpenInterestValue'],
    gone: ['.data.*'],
  },
  'orderbook, snapshot': { is: bybitIs('orderbook', 'snapshot'), ours: atOnce(bybitTopic('orderbook.50')), newer: ['.cts'] },
  'orderbook, delta': {
    is: bybitIs('orderbook', 'delta'),
    ours: streamed(bybitTopic('orderbook.50')),
    newer: ['.cts'],
    gone: ['.data.b[][0]', '.data.b[][1]'],
  },
  orderbook: { is: rest('/orderbook'), ours: called(`${BYBIT}/orderbook?${OF_BYBIT}`), newer: ['.retExtInfo'] },
  'funding/history': { is: rest('/funding/history'), ours: called(`${BYBIT}/funding/history?${OF_BYBIT}`) },
  klines: { is: rest('/kline'), ours: called(`${BYBIT}/kline?${OF_BYBIT}&interval=5`) },
  'instruments-info': {
    is: rest('/instruments-info'),
    ours: called(`${BYBIT}/instruments-info?category=linear`),
    newer: [
      ...['copyTrading', 'upperFundingRate', 'lowerFundingRate', 'isPreListing', 'preListingInfo', 'displayName'].map(
        (key) => `${INFO}.${key}`,
      ),
      '.result.category',
    ],
    empty: [`${INFO}.deliveryFeeRate`],
  },
}

const okxArg = (channel: string, instId = 'SIMHAND-USDT-SWAP'): object => ({ op: 'subscribe', args: [{ channel, instId }] })
const okxIs = (channel: string, action?: string) => (s: Sample) => {
  const arg = (s.message.arg ?? {}) as Record<string, unknown>
  return s.transport === 'ws' && arg.channel === channel && !('generated' in arg) && s.message.action === action
}
const PUBLIC = '/ws/v5/public'
const OKX = '/api/v5'
const OF_OKX = 'instId=SIMHAND-USDT-SWAP'
const FUNDING = [
  'formulaType',
  'method',
  'minFundingRate',
  'maxFundingRate',
  'interestRate',
  'impactValue',
  'settState',
  'settFundingRate',
  'premium',
  'prevFundingTime',
]

const okx: Record<string, Expected> = {
  'liquidation-orders': {
    is: okxIs('liquidation-orders'),
    ours: streamed({ op: 'subscribe', args: [{ channel: 'liquidation-orders', instType: 'SWAP' }] }, PUBLIC),
  },
  trades: { is: okxIs('trades'), ours: streamed(okxArg('trades'), PUBLIC), newer: ['.data[].source', '.data[].seqId'] },
  'mark-price': { is: okxIs('mark-price'), ours: streamed(okxArg('mark-price'), PUBLIC) },
  'funding-rate': {
    is: okxIs('funding-rate'),
    ours: streamed(okxArg('funding-rate'), PUBLIC),
    newer: FUNDING.map((key) => `.data[].${key}`),
    // it is told only where the rate of the period is settled a period late
    empty: ['.data[].nextFundingRate'],
  },
  'open-interest': { is: okxIs('open-interest'), ours: streamed(okxArg('open-interest'), PUBLIC), newer: ['.data[].oiUsd'] },
  'bbo-tbt': { is: okxIs('bbo-tbt'), ours: streamed(okxArg('bbo-tbt'), PUBLIC), newer: ['.data[].seqId'] },
  'books, update': {
    is: okxIs('books-l2-tbt', 'update'),
    ours: streamed(okxArg('books'), PUBLIC),
    newer: ['.data[].seqId', '.data[].prevSeqId'],
    gone: ['.data[].bids[][0]', '.data[].bids[][1]', '.data[].bids[][2]', '.data[].bids[][3]'],
  },
  candle: {
    is: okxIs('candle1D'),
    ours: streamed(okxArg('candle1m'), '/ws/v5/business'),
    // since the samples: whether a candle is over
    newer: ['.data[][8]'],
  },
  candles: { is: rest('/market/candles'), ours: called(`${OKX}/market/candles?${OF_OKX}`), newer: ['.data[][8]'] },
  books: { is: rest('/market/books'), ours: called(`${OKX}/market/books?${OF_OKX}&sz=5`), newer: ['.data[].seqId'] },
  'funding-rate-history': {
    is: rest('/public/funding-rate-history'),
    ours: called(`${OKX}/public/funding-rate-history?${OF_OKX}`),
    newer: ['.data[].formulaType', '.data[].method'],
  },
  'mark-price call': { is: rest('/public/mark-price'), ours: called(`${OKX}/public/mark-price?instType=SWAP&${OF_OKX}`) },
  instruments: { is: rest('/public/instruments'), ours: called(`${OKX}/public/instruments?instType=SWAP`) },
  'position-tiers': {
    is: rest('/public/position-tiers'),
    ours: called(`${OKX}/public/position-tiers?instType=SWAP&tdMode=cross&uly=SIMHAND-USDT`),
    empty: ['.data[].instId', '.data[].baseMaxLoan', '.data[].quoteMaxLoan'],
  },
}

describe.skipIf(!existsSync(folder))('messages beside real ones', () => {
  const samplesOf = (venue: string): Sample[] => {
    const files = readdirSync(join(folder, venue))
    return files.flatMap((file) => JSON.parse(readFileSync(join(folder, venue, file), 'utf8')) as Sample[])
  }

  describe.each([
    { venue: 'bybit', format: bybitFormat, kinds: bybit },
    { venue: 'okx', format: okxFormat, kinds: okx },
  ])('$venue', ({ venue, format, kinds }) => {
    it.each(Object.keys(kinds))('%s', (kind) => {
      const { is, ours, newer = [], empty = [], gone = [] } = kinds[kind] as Expected
      const real = samplesOf(venue)
        .filter(is)
        .map(({ message }) => shapeOf(message))
      expect(real.length).toBeGreaterThan(0)
      const known: Shape = new Map()
      for (const shape of real) for (const [path, found] of shape) known.set(path, new Set([...(known.get(path) ?? []), ...found]))
      const left = (path: string): boolean => gone.some((g) => g === path || (g.endsWith('*') && path.startsWith(g.slice(0, -1))))
      const inAll = [...known.keys()].filter((path) => real.every((shape) => shape.has(path)) && !left(path))

      const told = ours(at(format))
      expect(told.length).toBeGreaterThan(0)
      for (const message of told) {
        const shape = shapeOf(message)
        expect([...shape.keys()]).toEqual(expect.arrayContaining(inAll))
        for (const [path, found] of shape) {
          if (newer.includes(path)) continue
          expect(known.has(path), `${kind} has no ${path}`).toBe(true)
          const kinds = known.get(path) ?? new Set()
          // Where a real one is empty nobody can say what would stand there.
          const strange = [...found].filter((f) => !kinds.has(f) && !kinds.has('nothing') && !(f === 'nothing' && empty.includes(path)))
          expect(strange, `${kind}${path}`).toEqual([])
        }
      }
    })
  })
})
