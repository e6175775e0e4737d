import type { Null } from '@faultline/engine/score/prequential'
import type { ScoreSummary } from '../../score/server/schema.ts'

/** Information gain over a null in nats per liquidation, 95 % over days; null where the null had no say. */
export type Gain = ScoreSummary['lift'][Null]

/** One UTC day of a market, of liquidations that both nulls had a say on or one of them. */
export interface MarketDay {
  /** start of the day, UTC ms */
  day: number
  /** liquidations that it is judged by */
  events: number
  /** of all liquidations in the windows of the day: one counts in each window that it lies in */
  usd: number
  /** nats summed, and over how many liquidations */
  gains: Partial<Record<Null, { nats: number; events: number }>>
}

/** Live score of the served model on one market. Times in UTC ms. */
export interface MarketAccuracy {
  /** `venue:SYMBOL` */
  key: string
  model: string
  from: number
  to: number
  outcomes: number
  events: number
  uncovered: number
  replayed: number
  /** with liquidations */
  days: number
  moreDays: number
  gains: Record<Null, Gain>
  /** enough days, and above distance alone and above the day before by their intervals */
  skill: boolean
  daily: MarketDay[]
  /** cascade probabilities; null where none was given */
  forecasts: { count: number; brier: number; brierSkill: number | null } | null
}

export interface ReliabilityBin {
  from: number
  to: number
  count: number
  /** mean probability that was said */
  said: number
  /** how often it came true, 95 % over days; null with fewer than two */
  came: number
  low: number | null
  high: number | null
}

/** Gain over distance alone through one day. */
export interface DayGain {
  day: number
  events: number
  /** of the day, nats per liquidation */
  perEvent: number
  /** of the seven days that end with it */
  week: number
  low: number | null
  high: number | null
}

/** A day of one market with at least LEAST_EVENTS liquidations. */
export interface WorstDay {
  key: string
  day: number
  events: number
  usd: number
  overDistance: number
  overStale: number | null
}

/** Real markets or simulated ones: never both. */
export interface AccuracyGroup {
  simulated: boolean
  /** highest gain over distance alone first, those without one last */
  markets: MarketAccuracy[]
  /** scored, but without a window that counts yet */
  waiting: number
  /** all liquidations of all markets weigh the same */
  throughTime: DayGain[]
  reliability: ReliabilityBin[]
  forecasts: number
  /** 1 − error / error of always saying each market's and threshold's own frequency; null without forecasts that could be told apart */
  brierSkill: { value: number; low: number | null; high: number | null } | null
  worstDay: WorstDay | null
}

export interface Accuracy {
  horizonMs: number
  /** when it was worked out, UTC ms */
  computed: number
  /** how far back is looked, days */
  windowDays: number
  /** days with liquidations that it takes to judge a market */
  enoughDays: number
  /** markets that are scored, and how many of them were read */
  total: number
  read: number
  real: AccuracyGroup
  simulated: AccuracyGroup
}

/** Fewer liquidations than this in a day say more about chance than about the map. */
export const LEAST_EVENTS = 20
