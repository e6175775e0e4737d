/** What an alert's rule asks of a market, and what is told when it crosses. */
import { z } from 'zod'
import { SIDES, type Side } from './units.ts'

/** null: either side */
const side = z.enum(SIDES).nullable()
/** USD that a cluster or zone holds at least; 0: any */
const minUsd = z.number('the size must be an amount of USD').min(0, 'the size cannot be negative').max(1e12, 'the size is at most $1,000B')
const direction = z.enum(['above', 'below'])

/** Ratios of a rule are in per cent, as people give them; only funding is a ratio per 8 h, as venues quote it. */
export const alertCondition = z.discriminatedUnion('kind', [
  /** the nearest cluster, or prominent stretch, of at least this size comes within a distance of the price */
  z.strictObject({
    kind: z.literal('clusterNear'),
    side,
    withinPercent: z
      .number('the distance must be a number')
      .min(0.1, 'the distance is at least 0.1 %')
      .max(12, 'the distance is at most 12 %'),
    minUsd,
  }),
  /** price stands in one, or at its edge */
  z.strictObject({ kind: z.literal('priceInCluster'), side, minUsd }),
  z.strictObject({
    kind: z.literal('risk'),
    direction,
    level: z.number('the level must be a number').min(1, 'the risk index goes from 0 to 100').max(99, 'the risk index goes from 0 to 100'),
  }),
  z.strictObject({
    kind: z.literal('funding'),
    direction,
    rate: z
      .number('the rate must be a number')
      .min(-0.05, 'the rate is at least −5 % per 8 h')
      .max(0.05, 'the rate is at most 5 % per 8 h'),
  }),
  z.strictObject({
    kind: z.literal('openInterest'),
    direction,
    changePercent: z
      .number('the change must be a number')
      .min(-99, 'open interest falls by 99 % at most')
      .max(1000, 'the change is at most 1,000 %'),
  }),
  /** price enters a dense zone into which the branching ratio rises */
  z.strictObject({ kind: z.literal('breakout'), side, minUsd }),
])
export type AlertCondition = z.infer<typeof alertCondition>
export type AlertKind = AlertCondition['kind']
export const ALERT_KINDS = [
  'clusterNear',
  'priceInCluster',
  'risk',
  'funding',
  'openInterest',
  'breakout',
] as const satisfies readonly AlertKind[]

export const CHANNEL_KINDS = ['email', 'webhook', 'telegram', 'discord'] as const
export type ChannelKind = (typeof CHANNEL_KINDS)[number]

/** A cluster or prominent stretch as a rule sees it. */
export interface AlertCluster {
  side: Side
  /** centre of its densest bin */
  price: number
  /** of its two, the one that the price comes to first */
  edge: number
  usd: number
  /** from the price to the centre, signed ratio */
  distance: number
}

export interface AlertBreakout {
  /** UTC ms */
  time: number
  side: Side
  low: number
  high: number
  usd: number
}

const place = z.object({ side: z.enum(SIDES), price: z.number(), usd: z.number(), distance: z.number() })
const zone = z.object({ time: z.number(), side: z.enum(SIDES), low: z.number(), high: z.number(), usd: z.number() })

/** What was so when a rule crossed: stored with the event, shown, and sent to webhooks (docs/alerts.md). */
export const alertFacts = z.object({
  market: z.object({ key: z.string(), venue: z.string(), symbol: z.string(), simulated: z.boolean() }),
  /** start of the bucket, UTC ms, and its length */
  bucket: z.number(),
  bucketMs: z.number(),
  price: z.number().nullable(),
  condition: alertCondition,
  /**
   * of what the condition is about: distance in per cent, price of the cluster, risk index, funding per 8 h as a ratio, change of
   * open interest in per cent, USD of the zone; null in a test of a market that has none
   */
  value: z.number().nullable(),
  cluster: place.nullable(),
  breakout: zone.nullable(),
})
export type AlertFacts = z.infer<typeof alertFacts>
