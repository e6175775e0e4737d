/** One raw message of a venue in the house's vocabulary, without a connection: what `normalise` prints. */
import type { LiveEvent } from '@faultline/db/repositories/live-events'

/** Channels that a single message can be read for. */
export const NORMALISED_CHANNELS = ['liquidation', 'openInterest', 'funding', 'candle', 'markPrice', 'longShortRatio'] as const
export type NormalisedChannel = (typeof NORMALISED_CHANNELS)[number]

export interface NormaliseOptions {
  /** base coin per contract (USD per contract of inverse ones), instead of what the message or the built-in table says */
  contractSize: number | null
  /** as the venue writes it, for answers that do not name theirs (candles of REST); null: not told */
  symbol: string | null
}

export interface NormalisedEvent {
  /** as the venue writes it; null where neither message nor options tell */
  symbol: string | null
  event: LiveEvent
  /** of funding: the rate as it would be settled at `event.time`, which has not come yet */
  predicted?: true
  /** of open interest: the message has only the sum of longs and shorts; a feed stores half of it */
  sides?: 2
}

/** `quarantined`: why nothing, or not all, could be read; the events beside it are those that could. */
export interface Normalised {
  events: readonly NormalisedEvent[]
  quarantined: string | null
}

/**
 * `message` is one message of a socket or one body of REST, parsed from JSON, with or without its wrapper. Candles that are
 * still open give no event and are no fault. A venue that does not publish the channel at all says so as the reason.
 */
export type Normaliser = (channel: NormalisedChannel, message: unknown, options: NormaliseOptions) => Normalised
