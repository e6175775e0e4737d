/**
 * What a venue tells us, in one vocabulary. Times are UTC milliseconds, sizes in base coin and USD, sides are the side of
 * the POSITION. A field that the venue does not give is absent (undefined), never zero.
 * Field by field: docs/event-semantics.md.
 */
import { z } from 'zod'

const time = z.int().min(1_200_000_000_000, 'a time in UTC milliseconds, not seconds').max(4_102_444_800_000)
const price = z.number().positive()
const size = z.number().nonnegative()

export const candleEvent = z
  .object({
    type: z.literal('candle'),
    /** start of the bar */
    openTime: time,
    intervalMs: z.int().positive(),
    open: price,
    high: price,
    low: price,
    close: price,
    /** base coin */
    volume: size,
    /** USD */
    quoteVolume: size.optional(),
    /** base coin bought by takers */
    takerBuyVolume: size.optional(),
    tradeCount: z.int().nonnegative().optional(),
  })
  .refine((c) => c.high >= Math.max(c.open, c.close, c.low), { path: ['high'], error: 'high is below open, close or low' })
  .refine((c) => c.low <= Math.min(c.open, c.close), { path: ['low'], error: 'low is above open or close' })

export const openInterestEvent = z.object({
  type: z.literal('openInterest'),
  /** the moment the figure belongs to */
  time,
  /** base coin, one side */
  openInterest: size,
  openInterestUsd: size.optional(),
})

export const fundingEvent = z.object({
  type: z.literal('funding'),
  /** the moment of settlement */
  time,
  /** per interval, positive when longs pay shorts */
  rate: z.number().min(-1).max(1),
  intervalHours: z.number().positive().optional(),
})

export const markPriceEvent = z.object({
  type: z.literal('markPrice'),
  time,
  markPrice: price,
  indexPrice: price.optional(),
  /** per interval, as it would be settled if the interval ended now */
  predictedFundingRate: z.number().min(-1).max(1).optional(),
  nextFundingTime: time.optional(),
})

export const RATIO_KINDS = ['accounts', 'topAccounts', 'topPositions', 'takerVolume'] as const
export const longShortRatioEvent = z.object({
  type: z.literal('longShortRatio'),
  time,
  kind: z.enum(RATIO_KINDS),
  /** longs per short (or taker buys per taker sell) */
  ratio: size,
})

export const liquidationEvent = z.object({
  type: z.literal('liquidation'),
  time,
  /** side of the position that was closed */
  side: z.enum(['long', 'short']),
  /** average fill where the venue gives it, else what `priceKind` says */
  price,
  /** `trigger`: the mark price at which it was liquidated; `bankruptcy`: where its margin was gone */
  priceKind: z.enum(['fill', 'order', 'bankruptcy', 'trigger']),
  /** base coin, what was filled */
  quantity: z.number().positive(),
  quantityUsd: size,
})

export const depthEvent = z.object({
  type: z.literal('depth'),
  time,
  /** best first; price and base coin */
  bids: z.array(z.tuple([price, size])),
  asks: z.array(z.tuple([price, size])),
})

export const CHANNELS = ['candle', 'markPrice', 'openInterest', 'funding', 'longShortRatio', 'liquidation', 'depth'] as const
export type Channel = (typeof CHANNELS)[number]
export const gapEvent = z.object({
  type: z.literal('gap'),
  channel: z.enum(CHANNELS),
  /** half open: [from, to) */
  from: time,
  to: time,
  /** `open` may still be refilled, `unrecoverable` never will be */
  status: z.enum(['open', 'filled', 'unrecoverable']),
})

export const marketEvent = z.discriminatedUnion('type', [
  candleEvent,
  openInterestEvent,
  fundingEvent,
  markPriceEvent,
  longShortRatioEvent,
  liquidationEvent,
  depthEvent,
  gapEvent,
])

export type CandleEvent = z.infer<typeof candleEvent>
export type OpenInterestEvent = z.infer<typeof openInterestEvent>
export type FundingEvent = z.infer<typeof fundingEvent>
export type MarkPriceEvent = z.infer<typeof markPriceEvent>
export type RatioKind = (typeof RATIO_KINDS)[number]
export type LongShortRatioEvent = z.infer<typeof longShortRatioEvent>
export type LiquidationEvent = z.infer<typeof liquidationEvent>
export type DepthEvent = z.infer<typeof depthEvent>
export type GapEvent = z.infer<typeof gapEvent>
export type MarketEvent = z.infer<typeof marketEvent>
