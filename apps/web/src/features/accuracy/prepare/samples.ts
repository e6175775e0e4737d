import { DAY_MS } from '@faultline/market/units'
import type { Accuracy, AccuracyGroup, Gain, MarketAccuracy, MarketDay } from './accuracy.ts'

/** 2024-01-01, UTC ms */
export const START = 1_704_067_200_000

export const gain = (perEvent: number, low: number | null = perEvent - 0.1, high: number | null = perEvent + 0.1): Gain => ({
  perEvent,
  events: 100,
  low,
  high,
})

/** `nats` over distance alone on the day with this number, of `events` liquidations; over the day before half of it. */
export const marketDay = (number: number, nats: number, events = 40): MarketDay => ({
  day: START + number * DAY_MS,
  events,
  usd: 1_000_000,
  gains: { distanceOnly: { nats, events }, stale: { nats: nats / 2, events } },
})

export const market = (key: string, more: Partial<MarketAccuracy> = {}): MarketAccuracy => ({
  key,
  model: 'test-1',
  from: START,
  to: START + 7 * DAY_MS,
  outcomes: 700,
  events: 280,
  uncovered: 3,
  replayed: 2,
  days: 7,
  moreDays: 0,
  gains: { uniform: gain(0.8), distanceOnly: gain(0.4), stale: gain(0.2), mirrored: gain(1), ladder: null },
  skill: true,
  daily: [],
  forecasts: null,
  ...more,
})

export const group = (simulated: boolean, more: Partial<AccuracyGroup> = {}): AccuracyGroup => ({
  simulated,
  markets: [],
  waiting: 0,
  throughTime: [],
  reliability: [],
  forecasts: 0,
  brierSkill: null,
  worstDay: null,
  ...more,
})

export const accuracy = (more: Partial<Accuracy> = {}): Accuracy => ({
  horizonMs: 3_600_000,
  computed: START,
  windowDays: 90,
  enoughDays: 7,
  total: 1,
  read: 1,
  real: group(false),
  simulated: group(true),
  ...more,
})
