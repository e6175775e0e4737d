/** A venue's REST side without a network: what it says is a function of the time, and tests say when it fails. */
import type { LiveEvent } from '@faultline/db/repositories/live-events'
import { timeOf } from '@faultline/db/repositories/live-events'
import type { CandleEvent, FundingEvent, LongShortRatioEvent, OpenInterestEvent, RatioKind } from '@faultline/market/event'
import type { FeedChannel } from '@faultline/market/feed'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { FeedError, type HistoryLimit, type VenueFeed, type VenueRest } from '../src/feed/venue-feed.ts'
import type { Stretch } from '../src/history/windows.ts'

/** As on Binance: candles for ever, figures every five minutes for 30 days. */
export const LIMITS = {
  candle: { pageMs: 1_500 * MINUTE_MS, maxAgeMs: null },
  openInterest: { pageMs: 500 * 5 * MINUTE_MS, maxAgeMs: 30 * DAY_MS },
  funding: { pageMs: 200 * DAY_MS, maxAgeMs: null },
  longShortRatio: { pageMs: 500 * 5 * MINUTE_MS, maxAgeMs: 30 * DAY_MS },
} satisfies VenueFeed['history']

export interface Call extends Stretch {
  channel: FeedChannel
  symbol: string
  kind?: RatioKind
  /** the venue's clock when it was asked, UTC ms */
  at: number
}

export interface FakeVenue {
  /** the venue's clock, UTC ms */
  now(): number
  /** open time of the first candle */
  genesis: number
  limits: VenueFeed['history']
  /** stretches of which the venue has lost the candles */
  lost: Stretch[]
  /** called with every request; what it gives is thrown */
  fail(call: Call): FeedError | null
  /** time that an answer takes */
  answer(call: Call): Promise<void>
}

export class FakeRest implements VenueRest {
  readonly calls: Call[] = []
  readonly venue: FakeVenue

  constructor(venue: Partial<FakeVenue> & Pick<FakeVenue, 'now'>) {
    this.venue = { genesis: 0, limits: LIMITS, lost: [], fail: () => null, answer: async () => undefined, ...venue }
  }

  /** Everything that this venue can say about [from, to), however old it is. */
  truth(symbol: string, { from, to }: Stretch): LiveEvent[] {
    const { genesis, lost } = this.venue
    const start = Math.max(from, genesis)
    const candles = candlesOf(symbol, start, to).filter((c) => !lost.some((hole) => hole.from <= c.openTime && c.openTime < hole.to))
    const ratios = RATIOS.flatMap((kind) => ratiosOf(symbol, kind, start, to))
    const events = [...candles, ...openInterestOf(symbol, start, to), ...fundingOf(symbol, start, to), ...ratios]
    return events.sort((a, b) => timeOf(a) - timeOf(b))
  }

  serverTime(): Promise<number> {
    return Promise.resolve(this.venue.now())
  }

  instruments(): Promise<never[]> {
    return Promise.resolve([])
  }

  marginTiers(): Promise<null> {
    return Promise.resolve(null)
  }

  candles(symbol: string, from: number, to: number): Promise<CandleEvent[]> {
    return this.ask({ channel: 'candle', symbol, from, to }, 'candle')
  }

  openInterest(symbol: string): Promise<OpenInterestEvent> {
    return Promise.resolve(openInterestAt(symbol, this.venue.now()))
  }

  openInterestHistory(symbol: string, from: number, to: number): Promise<OpenInterestEvent[]> {
    return this.ask({ channel: 'openInterest', symbol, from, to }, 'openInterest')
  }

  fundingHistory(symbol: string, from: number, to: number): Promise<FundingEvent[]> {
    return this.ask({ channel: 'funding', symbol, from, to }, 'funding')
  }

  async ratioHistory(symbol: string, kind: RatioKind, from: number, to: number): Promise<LongShortRatioEvent[]> {
    return (await this.ask({ channel: 'longShortRatio', symbol, kind, from, to }, 'longShortRatio')).filter((e) => e.kind === kind)
  }

  usedWeight(): null {
    return null
  }

  private async ask<K extends LiveEvent['type']>(call: Omit<Call, 'at'>, type: K): Promise<Extract<LiveEvent, { type: K }>[]> {
    const { now, limits, fail, answer } = this.venue
    const made = { ...call, at: now() }
    this.calls.push(made)
    const error = fail(made)
    if (error) throw error
    await answer(made)
    const limit: HistoryLimit | undefined = limits[call.channel]
    if (!limit) throw new FeedError('refused', `This venue has no history of ${call.channel}.`)
    if (call.to - call.from > limit.pageMs) throw new FeedError('refused', 'The range is longer than a page.')
    if (limit.maxAgeMs !== null && call.from < made.at - limit.maxAgeMs) throw new FeedError('refused', 'The start is too old.')
    return this.truth(call.symbol, call).filter(
      (event): event is Extract<LiveEvent, { type: K }> => event.type === type && known(event) <= made.at,
    )
  }
}

const RATIOS: RatioKind[] = ['accounts', 'topAccounts', 'topPositions', 'takerVolume']
const known = (event: LiveEvent): number => (event.type === 'candle' ? event.openTime + event.intervalMs : timeOf(event))

/** A number in [0, 1) that belongs to a name and a time. */
function noise(name: string, time: number): number {
  let hash = 2_166_136_261
  for (const char of `${name} ${time}`) hash = Math.imul(hash ^ char.charCodeAt(0), 16_777_619)
  return (hash >>> 0) / 2 ** 32
}

function* every(stepMs: number, from: number, to: number): Generator<number> {
  for (let time = Math.ceil(from / stepMs) * stepMs; time < to; time += stepMs) yield time
}

const priceAt = (symbol: string, time: number): number => 100 + 10 * Math.sin(time / HOUR_MS) + noise(symbol, time)

const candlesOf = (symbol: string, from: number, to: number): CandleEvent[] =>
  Array.from(every(MINUTE_MS, from, to), (openTime) => {
    const open = priceAt(symbol, openTime)
    const close = priceAt(symbol, openTime + MINUTE_MS)
    const volume = 1 + noise(`${symbol} volume`, openTime)
    return {
      type: 'candle',
      openTime,
      intervalMs: MINUTE_MS,
      open,
      high: Math.max(open, close) + 0.1,
      low: Math.min(open, close) - 0.1,
      close,
      volume,
      quoteVolume: volume * close,
      takerBuyVolume: volume / 2,
      tradeCount: 10 + (openTime % 7),
    }
  })

const openInterestAt = (symbol: string, time: number): OpenInterestEvent => {
  const openInterest = 1_000 + 100 * noise(`${symbol} open interest`, time)
  return { type: 'openInterest', time, openInterest, openInterestUsd: openInterest * priceAt(symbol, time) }
}

const openInterestOf = (symbol: string, from: number, to: number): OpenInterestEvent[] =>
  Array.from(every(5 * MINUTE_MS, from, to), (time) => openInterestAt(symbol, time))

const fundingOf = (symbol: string, from: number, to: number): FundingEvent[] =>
  Array.from(every(8 * HOUR_MS, from, to), (time) => ({
    type: 'funding',
    time,
    rate: 0.0001 * (noise(`${symbol} funding`, time) - 0.5),
    intervalHours: 8,
  }))

const ratiosOf = (symbol: string, kind: RatioKind, from: number, to: number): LongShortRatioEvent[] =>
  Array.from(every(5 * MINUTE_MS, from, to), (time) => ({
    type: 'longShortRatio',
    time,
    kind,
    ratio: 0.5 + noise(`${symbol} ${kind}`, time),
  }))
