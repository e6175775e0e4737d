/** What happened in a market, under the names that faults and the ledger have for it whatever the wire format. */
import type { Channel } from '../streams.ts'
import type { Json, Message } from '../wire.ts'
import type { Happening, HappeningKind, Topic } from './wire-format.ts'

export const CHANNEL_OF: Readonly<Record<HappeningKind, Channel>> = {
  trade: 'aggTrade',
  liquidation: 'forceOrder',
  candle: 'kline',
  mark: 'markPrice',
  depth: 'depth',
}

export const isClosed = (happening: Happening): boolean => happening.kind === 'candle' && happening.closed

/** Whether a topic tells of what happened. Of the topic's rate nothing is asked: whoever makes happenings keeps to it. */
export function concerns(topic: Topic, happening: Happening): boolean {
  if (topic.kind !== happening.kind || (topic.symbol !== null && topic.symbol !== happening.listing.symbol)) return false
  return happening.kind !== 'candle' || topic.interval === happening.interval
}

/**
 * A happening for the ledger, the same for every wire format, so that one test reads all of them: `e` the channel, `E` the time,
 * `s` the symbol as the venue writes it, and the happening's own fields. Sizes are in base coin, times in UTC ms.
 */
export function noted(happening: Happening): Message {
  const { kind, listing, time, ...fields } = happening
  return { e: CHANNEL_OF[kind], E: time, s: listing.symbol, ...(fields as unknown as { [key: string]: Json }) }
}
