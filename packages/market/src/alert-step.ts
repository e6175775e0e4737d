/** The evaluation of one rule for one market: pure, one step per bucket. */
import type { AlertBreakout, AlertCluster, AlertCondition } from './alert.ts'
import { MINUTE_MS } from './units.ts'

/** A market's reading as rules see it. Figures are null where they are not known. */
export interface AlertReading {
  /** start of the bucket, UTC ms */
  bucket: number
  bucketMs: number
  price: number | null
  /** 0 to 100 */
  risk: number | null
  /** signed ratio */
  openInterestChange24h: number | null
  /** per `fundingHours` */
  fundingRate: number | null
  fundingHours: number | null
  /** each side from the price outwards */
  clusters: readonly AlertCluster[]
  /** since the bucket that was evaluated before */
  breakouts: readonly AlertBreakout[]
}

/** What has to be remembered of a rule and a market. */
export interface AlertState {
  /** start of the bucket in which it last changed, UTC ms */
  bucket: number
  /** a crossing fires only where this is set */
  armed: boolean
  /** end of the bucket in which it last fired, UTC ms of the market's own clock */
  firedAt: number | null
  /** what it was when it last changed; of breakouts the time of the last one that was seen */
  value: number | null
}

export interface AlertRule {
  condition: AlertCondition
  cooldownMinutes: number
}

/** What a rule finds in a reading. */
export interface Measure {
  /** see AlertFacts */
  value: number
  met: boolean
  /** gone back by the margin: it may fire again */
  clear: boolean
  cluster: AlertCluster | null
}

export interface AlertStep {
  /** the same object where nothing has changed */
  state: AlertState | null
  fired: { value: number; cluster: AlertCluster | null; breakout: AlertBreakout | null } | null
}

/** Price stands in a cluster when its edge is no further than a bin. */
const IN_CLUSTER = 0.001
const OUT_OF_CLUSTER = 0.003
/** A cluster that shrinks a little is still the one that was told of. */
const SMALLER = 0.8
const FURTHER = 1.25
const RISK_MARGIN = 2
const RELATIVE_MARGIN = 0.05
const LEAST_FUNDING_MARGIN = 1e-5
const LEAST_INTEREST_MARGIN = 0.5

/**
 * A rule that is new or was changed (`state` null) arms first: what is so already is not told. It fires when it is armed, the condition
 * holds and the cooldown is over, and is armed again when the value has gone back by a margin. What is not known neither fires nor arms, and
 * a bucket that is not newer than the state changes nothing.
 */
export function stepAlert(rule: AlertRule, state: AlertState | null, reading: AlertReading): AlertStep {
  const { bucket, bucketMs } = reading
  const end = bucket + bucketMs
  if (state !== null && bucket <= state.bucket) return { state, fired: null }
  const rested = state?.firedAt == null || end >= state.firedAt + rule.cooldownMinutes * MINUTE_MS
  if (rule.condition.kind === 'breakout') return stepBreakout(rule.condition, state, reading, rested)
  const found = measure(rule.condition, reading)
  if (found === null) return { state, fired: null }
  const { value, met, clear, cluster } = found
  if (state === null) return { state: { bucket, armed: !met, firedAt: null, value }, fired: null }
  if (state.armed && met && rested)
    return { state: { bucket, armed: false, firedAt: end, value }, fired: { value, cluster, breakout: null } }
  if (!state.armed && clear) return { state: { ...state, bucket, armed: true, value }, fired: null }
  return { state, fired: null }
}

/** Each is told once: those in a cooldown count as told. */
function stepBreakout(
  condition: AlertCondition & { kind: 'breakout' },
  state: AlertState | null,
  { bucket, bucketMs, breakouts }: AlertReading,
  rested: boolean,
): AlertStep {
  if (state === null) return { state: { bucket, armed: true, firedAt: null, value: bucket + bucketMs }, fired: null }
  const seen = state.value ?? Number.NEGATIVE_INFINITY
  const fresh = breakouts.filter((b) => b.time > seen && b.usd >= condition.minUsd && isOf(condition.side, b.side))
  const [largest] = fresh.toSorted((a, b) => b.usd - a.usd)
  if (!largest) return { state, fired: null }
  const value = Math.max(...fresh.map((b) => b.time))
  if (!rested) return { state: { ...state, bucket, value }, fired: null }
  return {
    state: { bucket, armed: true, firedAt: bucket + bucketMs, value },
    fired: { value: largest.usd, cluster: null, breakout: largest },
  }
}

/** Null where what the condition is about is not known. */
export function measure(condition: Exclude<AlertCondition, { kind: 'breakout' }>, reading: AlertReading): Measure | null {
  switch (condition.kind) {
    case 'clusterNear': {
      const { side, withinPercent, minUsd } = condition
      const from = (c: AlertCluster) => Math.abs(c.distance) * 100
      return nearest(reading, { side, minUsd, from, within: withinPercent, outside: withinPercent * FURTHER, value: (c) => from(c) })
    }
    case 'priceInCluster': {
      const { side, minUsd } = condition
      const from = (c: AlertCluster, price: number) => Math.abs(c.edge - price) / price
      return nearest(reading, { side, minUsd, from, within: IN_CLUSTER, outside: OUT_OF_CLUSTER, value: (c) => c.price })
    }
    case 'risk':
      return level(reading.risk, condition.direction, condition.level, RISK_MARGIN)
    case 'funding': {
      const { fundingRate, fundingHours } = reading
      const rate = fundingRate === null || fundingHours === null || !(fundingHours > 0) ? null : (fundingRate * 8) / fundingHours
      return level(rate, condition.direction, condition.rate, Math.max(LEAST_FUNDING_MARGIN, Math.abs(condition.rate) * RELATIVE_MARGIN))
    }
    case 'openInterest': {
      const { openInterestChange24h: change } = reading
      const margin = Math.max(LEAST_INTEREST_MARGIN, Math.abs(condition.changePercent) * RELATIVE_MARGIN)
      return level(change === null ? null : change * 100, condition.direction, condition.changePercent, margin)
    }
  }
}

interface Near {
  side: AlertCluster['side'] | null
  minUsd: number
  from: (cluster: AlertCluster, price: number) => number
  /** met up to here, clear beyond there */
  within: number
  outside: number
  value: (cluster: AlertCluster) => number
}

/** Where the price is known and no cluster is there, none is near. */
function nearest({ price, clusters }: AlertReading, { side, minUsd, from, within, outside, value }: Near): Measure | null {
  if (price === null) return null
  const ranked = clusters
    .filter((c) => isOf(side, c.side))
    .map((cluster) => ({ cluster, away: from(cluster, price) }))
    .toSorted((a, b) => a.away - b.away)
  const [first] = ranked.filter(({ cluster }) => cluster.usd >= minUsd)
  const clear = !ranked.some(({ cluster, away }) => cluster.usd >= SMALLER * minUsd && away <= outside)
  const met = first !== undefined && first.away <= within
  return { value: first ? value(first.cluster) : 0, met, clear, cluster: first?.cluster ?? null }
}

function level(value: number | null, direction: 'above' | 'below', at: number, margin: number): Measure | null {
  if (value === null || !Number.isFinite(value)) return null
  return direction === 'above'
    ? { value, met: value >= at, clear: value < at - margin, cluster: null }
    : { value, met: value <= at, clear: value > at + margin, cluster: null }
}

const isOf = (wanted: AlertCluster['side'] | null, side: AlertCluster['side']): boolean => wanted === null || wanted === side
