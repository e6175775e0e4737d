/** One request's worth of each channel that a venue gives over REST. */
import type { LiveEvent } from '@faultline/db/repositories/live-events'
import { timeOf } from '@faultline/db/repositories/live-events'
import { RATIO_KINDS } from '@faultline/market/event'
import { FeedError, type VenueRest } from '../feed/venue-feed.ts'
import type { Stretch } from './windows.ts'

export const HISTORY_CHANNELS = ['candle', 'openInterest', 'funding', 'longShortRatio'] as const
export type HistoryChannel = (typeof HISTORY_CHANNELS)[number]

export const isHistoryChannel = (channel: string): channel is HistoryChannel => (HISTORY_CHANNELS as readonly string[]).includes(channel)

/**
 * What the venue has with a time in the page, in order.
 * @throws FeedError; of several that came at once the one that says to wait
 */
export async function fetchPage(rest: VenueRest, channel: HistoryChannel, symbol: string, { from, to }: Stretch): Promise<LiveEvent[]> {
  const events = await ask(rest, channel, symbol, from, to)
  const inside = events.filter((event) => timeOf(event) >= from && endOf(event) <= to)
  return inside.sort((a, b) => timeOf(a) - timeOf(b))
}

/** A figure belongs to the page that begins with it; a candle to the one that it ends in. */
const endOf = (event: LiveEvent): number => (event.type === 'candle' ? event.openTime + event.intervalMs : timeOf(event) + 1)

function ask(rest: VenueRest, channel: HistoryChannel, symbol: string, from: number, to: number): Promise<LiveEvent[]> {
  if (channel === 'candle') return rest.candles(symbol, from, to)
  if (channel === 'openInterest') return rest.openInterestHistory(symbol, from, to)
  if (channel === 'funding') return rest.fundingHistory(symbol, from, to)
  return askRatios(rest, symbol, from, to)
}

/** Not every venue has every ratio: one that is refused is left out while another is answered. */
async function askRatios(rest: VenueRest, symbol: string, from: number, to: number): Promise<LiveEvent[]> {
  const answers = await allOrWorst(RATIO_KINDS.map((kind) => orRefused(rest.ratioHistory(symbol, kind, from, to))))
  const refusals = answers.filter((answer) => answer instanceof FeedError)
  if (refusals.length === answers.length) throw refusals[0]
  return answers.flatMap((answer) => (answer instanceof FeedError ? [] : answer))
}

/** The answer, or the venue's refusal to give one. @throws every other error */
export const orRefused = <T>(answer: Promise<T>): Promise<T | FeedError> =>
  answer.catch((error: unknown) => {
    if (error instanceof FeedError && error.code === 'refused') return error
    throw error
  })

/** Waits for all of them, so that nothing is still being asked when one has failed. @throws `blocked` before any other */
export async function allOrWorst<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(work)
  const errors = settled.filter((s) => s.status === 'rejected').map((s): unknown => s.reason)
  if (errors.length > 0) throw errors.find((e) => e instanceof FeedError && e.code === 'blocked') ?? errors[0]
  return settled.flatMap((s) => (s.status === 'fulfilled' ? [s.value] : []))
}
