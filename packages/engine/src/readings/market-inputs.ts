import { DAY_MS, HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { FUNDING_RATES, unusual, volatilityAhead } from '../score/market-context.ts'
import { type Depth, extendedDepth, impactDepth, scaledDepth } from './depth.ts'
import { type BookLevel, orderBookDepth } from './order-book-depth.ts'

/** Candles of one length, rising; all arrays of one length. */
export interface CandleSeries {
  intervalMs: number
  /** UTC ms */
  openTime: ArrayLike<number>
  high: ArrayLike<number>
  low: ArrayLike<number>
  close: ArrayLike<number>
  /** base coin */
  volume: ArrayLike<number>
}

export interface OpenInterestFigure {
  time: number
  /** base coin of one side */
  base: number
  usd: number | null
}

/** An order book as it was stored, best first. */
export interface StoredBook {
  time: number
  bids: readonly BookLevel[]
  asks: readonly BookLevel[]
}

/** What is stored of one venue's market and was known at one moment. */
export interface MemberRows {
  /** of the last day and a bar more */
  candles: CandleSeries
  /** the figures that were the newest ones at each full hour of the past week and, last, at the moment itself; rising, null: none was fresh */
  openInterest: readonly (OpenInterestFigure | null)[]
  /** the newest one that was a day old or more */
  openInterestDayAgo: OpenInterestFigure | null
  /** settlements, rising */
  funding: readonly { time: number; rate: number; hours: number | null }[]
  /** prints of the last day, USD by side of the position; null: the venue publishes none */
  liquidations: { longUsd: number; shortUsd: number } | null
  /** the newest one; null: there is none */
  book: StoredBook | null
}

/** Rows of one market; of a sum over venues those of its members, the one whose prices are shown first. */
export interface MarketRows {
  /** UTC ms; nothing became known later */
  at: number
  members: readonly MemberRows[]
}

/** What readings off a map need to know of the market. Null: not known. */
export interface MarketInputs {
  /** the last close, quote per base coin */
  price: number | null
  /** signed ratio */
  change24h: number | null
  /** whose closes these are: the first member that is there */
  candles: CandleSeries | null
  /** closes of the last day at their ends, rising in time */
  closes: { time: number; close: number }[]
  /** of log price, per square root of a day */
  sigmaDay: number | null
  /** traded in the last day, at that rate where less than a day is known */
  volumeDayUsd: number | null
  /** of one side */
  openInterestUsd: number | null
  /** in base coin, signed ratio: moves of the price are no change of it */
  openInterestChange24h: number | null
  /** how unusual it is, in standard deviations of the past week; 0 where too little is known */
  openInterestZ: number
  /** per `fundingHours`; of a sum the mean per eight hours, weighted by open interest */
  fundingRate: number | null
  fundingHours: number | null
  fundingZ: number
  /** USD by side of the position over the last day; null: no venue publishes any */
  liquidations24h: { longUsd: number; shortUsd: number } | null
  /** around `price`; null where no book is fresh. Of a sum, books put one on another by their distance from their own middle */
  book: StoredBook | null
  /** the book and, beyond it, the square-root law; the law alone without a book; null where nothing was traded */
  depth: Depth | null
}

/** Who has not shown a candle for so long, or two of them, does not count. */
const FRESH_MS = 15 * MINUTE_MS
const BOOK_FRESH_MS = 5 * MINUTE_MS
const COMMON_HOURS = 8

/** From stored rows to what `riskIndex`, `stepBreakouts` and the cascade take. Pure: the same rows give the same numbers. */
export function marketInputs({ at, members }: MarketRows): MarketInputs {
  const fresh = members.filter(({ candles }) => {
    const last = candles.openTime[candles.openTime.length - 1]
    return last !== undefined && at - last - candles.intervalMs <= Math.max(FRESH_MS, 2 * candles.intervalMs)
  })
  const candles = fresh[0]?.candles ?? null
  const closes = candles === null ? [] : closesOf(candles)
  const price = closes.at(-1)?.close ?? null
  const interest = openInterestOf(fresh, price)
  const sigmaDay = candles === null || closes.length < 2 ? null : volatilityAhead(Array.from(candles.close), candles.intervalMs)
  const volumes = fresh.map((member) => volumeDayUsd(member.candles, at))
  const volume = volumes.reduce((sum, v) => sum + v, 0)
  const law = sigmaDay !== null && volume > 0 ? impactDepth({ sigmaDay, volumeDayUsd: volume }) : null
  const books = price === null ? null : mergedBook(fresh, volumes, { at, price })
  const told = members.flatMap(({ liquidations }) => liquidations ?? [])
  return {
    price,
    change24h: changeOf(closes, candles?.intervalMs ?? 0, at),
    candles,
    closes,
    sigmaDay,
    volumeDayUsd: volume > 0 ? volume : null,
    ...interest,
    ...fundingOf(fresh, price, at),
    liquidations24h:
      told.length === 0
        ? null
        : { longUsd: told.reduce((sum, l) => sum + l.longUsd, 0), shortUsd: told.reduce((sum, l) => sum + l.shortUsd, 0) },
    book: books?.book ?? null,
    depth: law !== null && price !== null && books ? extendedDepth(books.depth, law) : law,
  }
}

function closesOf({ openTime, close, intervalMs }: CandleSeries): { time: number; close: number }[] {
  return Array.from(openTime, (time, i) => ({ time: time + intervalMs, close: close[i] as number }))
}

/** Against the newest close that is a day old; null where that is missing by more than an hour. */
function changeOf(closes: readonly { time: number; close: number }[], intervalMs: number, at: number): number | null {
  const last = closes.at(-1)
  const before = closes.findLast(({ time }) => time <= at - DAY_MS) ?? closes[0]
  if (!last || !before || Math.abs(before.time - (at - DAY_MS)) > Math.max(HOUR_MS, 2 * intervalMs)) return null
  return last.close / before.close - 1
}

function volumeDayUsd({ openTime, close, volume, intervalMs }: CandleSeries, at: number): number {
  let [usd, bars] = [0, 0]
  for (let i = 0; i < openTime.length; i++) {
    if ((openTime[i] as number) < at - DAY_MS) continue
    usd += (volume[i] as number) * (close[i] as number)
    bars++
  }
  return bars === 0 ? 0 : (usd / bars) * (DAY_MS / intervalMs)
}

const usdOf = (figure: OpenInterestFigure, price: number | null): number | null =>
  figure.usd ?? (price === null ? null : figure.base * price)

type Interest = Pick<MarketInputs, 'openInterestUsd' | 'openInterestChange24h' | 'openInterestZ'>

function openInterestOf(members: readonly MemberRows[], price: number | null): Interest {
  const known = members.filter(({ openInterest }) => openInterest.at(-1))
  if (known.length === 0) return { openInterestUsd: null, openInterestChange24h: null, openInterestZ: 0 }
  const usd = known.map(({ openInterest }) => usdOf(openInterest.at(-1) as OpenInterestFigure, price))
  // An hour counts where all of them say something: one more member is no rise.
  const hours = Math.min(...known.map(({ openInterest }) => openInterest.length))
  const sums = Array.from({ length: hours }, (_, i) =>
    known.reduce((sum, { openInterest }) => sum + (openInterest[openInterest.length - hours + i]?.base ?? Number.NaN), 0),
  ).filter(Number.isFinite)
  const before = known.reduce((sum, { openInterestDayAgo }) => sum + (openInterestDayAgo?.base ?? Number.NaN), 0)
  return {
    openInterestUsd: usd.includes(null) ? null : usd.reduce<number>((sum, v) => sum + (v ?? 0), 0),
    openInterestChange24h: before > 0 ? (sums.at(-1) ?? Number.NaN) / before - 1 : null,
    openInterestZ: unusual(sums),
  }
}

type Funding = Pick<MarketInputs, 'fundingRate' | 'fundingHours' | 'fundingZ'>

function fundingOf(members: readonly MemberRows[], price: number | null, at: number): Funding {
  const settled = members.flatMap(({ funding, openInterest }) => {
    const last = funding.at(-1)
    if (!last || at - last.time > DAY_MS) return []
    const figure = openInterest.at(-1)
    return [{ ...last, z: unusual(changesOf(funding)), weight: (figure && usdOf(figure, price)) ?? 0 }]
  })
  const [only] = settled
  if (!only) return { fundingRate: null, fundingHours: null, fundingZ: 0 }
  if (members.length === 1) return { fundingRate: only.rate, fundingHours: only.hours, fundingZ: only.z }
  const comparable = settled.flatMap(({ rate, hours, z, weight }) =>
    hours === null ? [] : [{ rate: (rate * COMMON_HOURS) / hours, z, weight }],
  )
  const weight = comparable.reduce((sum, row) => sum + row.weight, 0)
  if (!(weight > 0)) return { fundingRate: null, fundingHours: null, fundingZ: 0 }
  const mean = (pick: (row: (typeof comparable)[number]) => number) =>
    comparable.reduce((sum, row) => sum + row.weight * pick(row), 0) / weight
  return { fundingRate: mean((row) => row.rate), fundingHours: COMMON_HOURS, fundingZ: mean((row) => row.z) }
}

/** A rate that is settled again and again unchanged says nothing new. */
function changesOf(funding: MemberRows['funding']): number[] {
  const rates: number[] = []
  for (const { rate } of funding) if (rate !== rates.at(-1)) rates.push(rate)
  return rates.slice(-FUNDING_RATES)
}

/** Of members whose book is fresh; where others have none, the depth is what it would be if theirs were as deep for what they trade. */
function mergedBook(members: readonly MemberRows[], volumes: readonly number[], { at, price }: { at: number; price: number }) {
  const bids: BookLevel[] = []
  const asks: BookLevel[] = []
  let [time, known, all] = [0, 0, 0]
  members.forEach(({ book }, i) => {
    all += volumes[i] as number
    const [bid, ask] = [book?.bids[0]?.[0], book?.asks[0]?.[0]]
    if (!book || bid === undefined || ask === undefined || at - book.time > BOOK_FRESH_MS) return
    known += volumes[i] as number
    time = Math.max(time, book.time)
    const ratio = price / ((bid + ask) / 2)
    for (const [level, size] of book.bids) bids.push([level * ratio, size / ratio])
    for (const [level, size] of book.asks) asks.push([level * ratio, size / ratio])
  })
  if (bids.length === 0 || asks.length === 0) return null
  bids.sort((a, b) => b[0] - a[0])
  asks.sort((a, b) => a[0] - b[0])
  const depth = orderBookDepth(price, [...bids, ...asks])
  return { book: { time, bids, asks }, depth: known > 0 && all > known ? scaledDepth(depth, all / known) : depth }
}
