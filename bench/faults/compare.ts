/**
 * The venue's ledger against the database, in one snapshot of it. What a feed covers is stored or stands in the gap ledger;
 * what is stored was sent; nothing is there twice; candles are those that the venue gives, columns follow one another.
 */
import { inTransaction } from '@faultline/db/database'
import type { Product } from './product.ts'
import { msOf } from './sql.ts'
import type { Kline, LedgerEntry } from './venue-control.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** Complaints of one kind that are told one by one. */
const TOLD = 5
/** Open interest is asked for once a minute of our clock, six of the venue's: so long without it and without a gap is too long. */
const OPEN_INTEREST_MS = 20 * MINUTE_MS

export interface InstrumentFigures {
  symbol: string
  /** liquidations that the venue sent to at least one socket, up to where the feed says that it has covered */
  delivered: number
  delivered_stored: number
  delivered_inGap: number
  /** that went to no socket: nobody listened, or a fault held them back */
  undelivered: number
  undelivered_inGap: number
  storedBeyondCoverage: number
  /** prints that are the same in time, side, price and quantity: stored once */
  samePrints: number
  liquidationGaps: number
  /** minutes of the venue's clock */
  liquidationGapMinutes: number
  candles: number
  columns: number
  markPrices: number
  openInterest: number
  /** by status */
  gaps: Record<string, number>
}

export interface Comparison {
  figures: InstrumentFigures[]
  problems: string[]
}

interface Gap {
  channel: string
  from: number
  to: number
  status: string
}

export async function compare(product: Product): Promise<Comparison> {
  const figures: InstrumentFigures[] = []
  const problems: string[] = []
  for (const symbol of product.symbols) figures.push(await compareInstrument(product, symbol, new Complaints(symbol, problems)))
  return { figures, problems }
}

class Complaints {
  private readonly symbol: string
  private readonly problems: string[]
  constructor(symbol: string, problems: string[]) {
    this.symbol = symbol
    this.problems = problems
  }
  /** One line for each of the first few, and how many there are. */
  add(what: string, cases: readonly string[]): void {
    if (cases.length === 0) return
    const more = cases.length > TOLD ? `, and ${cases.length - TOLD} more` : ''
    this.problems.push(`${this.symbol}: ${what}: ${cases.slice(0, TOLD).join('; ')}${more}`)
  }
}

const iso = (time: number): string => new Date(time).toISOString()

interface Print {
  time: number
  side: string
  price: number
  quantity: number
}
const keyOf = ({ time, side, price, quantity }: Print): string => `${iso(time)} ${side} ${quantity} at ${price}`

/** As Binance's fields are defined: docs/event-semantics.md. */
function printOf({ message }: LedgerEntry): Print {
  const order = message.o as Record<string, string | number>
  const [average, filled] = [Number(order.ap), Number(order.z)]
  return {
    time: Number(order.T),
    side: order.S === 'SELL' ? 'long' : 'short',
    price: average > 0 ? average : Number(order.p),
    quantity: filled > 0 ? filled : Number(order.q),
  }
}

async function compareInstrument(product: Product, symbol: string, complaints: Complaints): Promise<InstrumentFigures> {
  const stored = await readStored(product, symbol)
  const { venue } = product
  const gapsOf = (channel: string): Gap[] => stored.gaps.filter((g) => g.channel === channel)

  // Liquidations
  const ledger = await venue.ledger('forceOrder', symbol)
  const lost = gapsOf('liquidation').filter((g) => g.status === 'unrecoverable')
  const isInGap = (time: number): boolean => lost.some((g) => g.from <= time && time < g.to)
  const marks = (await venue.ledger('markPrice', symbol)).map(({ delivered: sockets, message }) => ({
    time: Number(message.E),
    price: Number(message.p),
    sockets,
  }))
  // Before anybody listened nothing was missed. Old messages, sent again to whoever subscribes, count where they were sent.
  const begin = marks.find((m) => m.sockets > 0)?.time ?? Number.POSITIVE_INFINITY
  const storedKeys = new Set(stored.liquidations.map(keyOf))
  const sentKeys = new Set(ledger.map((entry) => keyOf(printOf(entry))))
  const covered = ledger.map((entry) => ({ ...printOf(entry), isDelivered: entry.delivered > 0 })).filter((p) => p.time < stored.coveredTo)
  const delivered = covered.filter((p) => p.isDelivered)
  const undelivered = covered.filter((p) => !p.isDelivered && p.time >= begin)
  const isStored = (p: Print): boolean => storedKeys.has(keyOf(p))
  const missing = (prints: readonly Print[]): string[] => prints.filter((p) => !isStored(p) && !isInGap(p.time)).map(keyOf)
  complaints.add('liquidations that were sent are neither stored nor in a gap', missing(delivered))
  complaints.add('liquidations that nobody was sent are in no gap', missing(undelivered))
  complaints.add(
    'liquidations are stored that the venue never had',
    stored.liquidations.map(keyOf).filter((key) => !sentKeys.has(key)),
  )
  complaints.add('liquidations are stored twice', twice(stored.liquidations.map(keyOf)))

  // Candles
  const times = stored.candles.map((c) => Number(c[0]))
  const [first, last] = [times[0], times.at(-1)]
  if (first === undefined || last === undefined) complaints.add('no candle is stored', [''])
  else {
    complaints.add('candles are stored twice', twice(times.map(iso)))
    const there = new Set(times)
    const expected = Array.from({ length: (last - first) / MINUTE_MS + 1 }, (_, i) => first + i * MINUTE_MS)
    complaints.add('minutes without a candle', expected.filter((t) => !there.has(t)).map(iso))
    const klines = new Map((await venue.klines(symbol, first, last + MINUTE_MS)).map((k) => [Number(k[0]), k]))
    complaints.add(
      'candles differ from what the venue gives',
      stored.candles.flatMap((c) => difference(c, klines.get(Number(c[0])))),
    )
    const age = venue.at(stored.at) - (last + MINUTE_MS)
    if (age > 3 * MINUTE_MS) complaints.add('the newest candle is old', [`it ended ${Math.round(age / 1000)} s ago by the venue's clock`])
  }
  const closed = (await venue.ledger('kline', symbol, true))
    .filter((e) => e.delivered > 0)
    .map((e) => Number((e.message.k as { t: number }).t))
  const candleTimes = new Set(times)
  complaints.add('candles that were sent are not stored', closed.filter((t) => !candleTimes.has(t) && t < (last ?? 0)).map(iso))

  // Columns
  complaints.add('columns are there twice', twice(stored.columns.map(iso)))
  complaints.add(
    'columns do not follow one another',
    stored.columns.flatMap((t, i) =>
      i > 0 && t - (stored.columns[i - 1] ?? 0) !== MINUTE_MS ? [`${iso(stored.columns[i - 1] ?? 0)}, ${iso(t)}`] : [],
    ),
  )
  if (stored.columns.length !== stored.columnCount)
    complaints.add('the build counts its columns wrongly', [`${stored.columnCount} for ${stored.columns.length}`])
  if ((last ?? 0) - (stored.columns.at(-1) ?? 0) > MINUTE_MS) complaints.add('the newest candle has no column', [iso(last ?? 0)])

  // The first figure of open interest comes within minutes of the first candle, and columns with it.
  if ((stored.columns[0] ?? Number.POSITIVE_INFINITY) - (first ?? 0) > HOUR_MS)
    complaints.add('candles without columns', [`from ${iso(first ?? 0)} on`])

  // Marks: sent, once, and those that were sent are stored unless their channel has a gap there.
  const oldest = marks[0]?.time ?? Number.POSITIVE_INFINITY
  const sentMarks = new Map(marks.map((m) => [m.time, m.price]))
  complaints.add(
    'marks are stored that the venue never sent',
    stored.marks.filter((m) => m.time >= oldest && sentMarks.get(m.time) !== m.price).map((m) => `${m.price} at ${iso(m.time)}`),
  )
  const storedMarks = new Set(stored.marks.map((m) => m.time))
  const markGaps = gapsOf('markPrice')
  complaints.add(
    'marks that were sent are neither stored nor in a gap',
    marks
      .filter(
        (m) =>
          m.sockets > 0 &&
          m.time < stored.marksCoveredTo &&
          !storedMarks.has(m.time) &&
          !markGaps.some((g) => g.from <= m.time && m.time < g.to),
      )
      .map((m) => iso(m.time)),
  )

  // Open interest
  complaints.add(
    'open interest is no size',
    stored.openInterest.filter((o) => !(o.value > 0)).map((o) => iso(o.time)),
  )
  complaints.add(
    'long without open interest and without a gap',
    stored.openInterest.flatMap((o, i) => {
      const before = stored.openInterest[i - 1]
      if (!before || o.time - before.time <= OPEN_INTEREST_MS) return []
      return gapsOf('openInterest').some((g) => g.from < o.time && g.to > before.time && g.status !== 'filled')
        ? []
        : [`${iso(before.time)} to ${iso(o.time)}`]
    }),
  )
  complaints.add(
    'gaps are still open',
    stored.gaps
      .filter((g) => g.status === 'open' && g.to < venue.at(stored.at) - 10 * MINUTE_MS)
      .map((g) => `${g.channel} ${iso(g.from)} to ${iso(g.to)}`),
  )

  return {
    symbol,
    delivered: delivered.length,
    delivered_stored: delivered.filter(isStored).length,
    delivered_inGap: delivered.filter((p) => !isStored(p) && isInGap(p.time)).length,
    undelivered: undelivered.length,
    undelivered_inGap: undelivered.filter((p) => isInGap(p.time)).length,
    storedBeyondCoverage: stored.liquidations.filter((p) => p.time >= stored.coveredTo).length,
    samePrints: ledger.length - sentKeys.size,
    liquidationGaps: lost.length,
    liquidationGapMinutes: Math.round(unionMs(lost) / 6_000) / 10,
    candles: stored.candles.length,
    columns: stored.columns.length,
    markPrices: stored.marks.length,
    openInterest: stored.openInterest.length,
    gaps: countBy(stored.gaps.map((g) => `${g.channel} ${g.status}`)),
  }
}

async function readStored(product: Product, symbol: string) {
  return await inTransaction(product.db, async (client) => {
    await client.query('set transaction isolation level repeatable read')
    const instruments = await client.query<{
      id: number
      build: number | null
      count: number | null
      channels: Record<string, { coveredTo: number | null }>
    }>(
      `select i.id, i.current_build_id as build, b.column_count as count, f.channels
         from instrument i join feed_state f on f.instrument_id = i.id left join build b on b.id = i.current_build_id where i.simulated and i.symbol = $1`,
      [symbol],
    )
    const at = Date.now()
    const [instrument] = instruments.rows
    if (!instrument) throw new Error(`${symbol} is not in the database.`)
    const rows = async <Row extends object>(sql: string): Promise<Row[]> => (await client.query<Row>(sql, [instrument.id])).rows
    const candles = await rows<Record<string, number>>(
      `select ${msOf('open_time')} as t, open as o, high as h, low as l, close as c, volume as v, quote_volume as q, trade_count as n, taker_buy_volume as b
         from candle where instrument_id = $1 and interval_ms = ${MINUTE_MS} order by open_time`,
    )
    const columns = await rows<{ t: number }>(
      `select ${msOf('bucket')} as t from "column" where instrument_id = $1 and build_id = ${instrument.build ?? 0} order by bucket`,
    )
    return {
      at,
      coveredTo: instrument.channels.liquidation?.coveredTo ?? 0,
      marksCoveredTo: instrument.channels.markPrice?.coveredTo ?? 0,
      candles: candles.map(({ t, o, h, l, c, v, q, n, b }) => [t, o, h, l, c, v, q, n, b] as number[]),
      columns: columns.map((c) => c.t),
      columnCount: instrument.count ?? 0,
      gaps: await rows<Gap>(
        `select channel, ${msOf('from_time')} as from, ${msOf('to_time')} as to, status from gap where instrument_id = $1 order by from_time`,
      ),
      liquidations: await rows<Print>(
        `select ${msOf('time')} as time, side::text as side, price, quantity from liquidation where instrument_id = $1 order by time`,
      ),
      marks: await rows<{ time: number; price: number }>(
        `select ${msOf('time')} as time, mark_price as price from mark_price where instrument_id = $1 order by time`,
      ),
      openInterest: await rows<{ time: number; value: number }>(
        `select ${msOf('time')} as time, open_interest as value from open_interest where instrument_id = $1 order by time`,
      ),
    }
  })
}

const FIELDS = ['open', 'high', 'low', 'close', 'volume', 'quote volume', 'trades', 'taker buys']
/** Of a row of the venue the closing time, left out here, says nothing new. */
const PLACES = [1, 2, 3, 4, 5, 7, 8, 9]

function difference(candle: readonly number[], kline: Kline | undefined): string[] {
  const time = iso(candle[0] ?? 0)
  if (!kline) return [`${time}: the venue has none`]
  return PLACES.flatMap((place, i) =>
    Number(kline[place]) === candle[i + 1] ? [] : [`${time}: ${FIELDS[i]} ${candle[i + 1]}, not ${kline[place]}`],
  )
}

function twice(keys: readonly string[]): string[] {
  const seen = new Set<string>()
  return keys.filter((key) => seen.has(key) || !seen.add(key))
}

function countBy(keys: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1
  return counts
}

/** Time that is in at least one of them. */
function unionMs(gaps: readonly Gap[]): number {
  let sum = 0
  let end = 0
  for (const { from, to } of [...gaps].sort((a, b) => a.from - b.from)) {
    sum += Math.max(0, to - Math.max(from, end))
    end = Math.max(end, to)
  }
  return sum
}
