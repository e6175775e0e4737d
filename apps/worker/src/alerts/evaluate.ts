/** Readings and rules to what changes and what is told: pure. */
import type { Crossing, Evaluation, PendingReading, StateChange } from '@faultline/db/repositories/alert-events'
import type { RuleToEvaluate } from '@faultline/db/repositories/alert-rules'
import type { AlertFacts } from '@faultline/market/alert'
import { type AlertStep, stepAlert } from '@faultline/market/alert-step'
import { alertTitle } from '@faultline/market/alert-title'

export function evaluationOf(rulesOf: (reading: PendingReading) => readonly RuleToEvaluate[]): Evaluation {
  return {
    rulesOf,
    evaluate(readings, stateOf) {
      const changes: StateChange[] = []
      const crossings: Crossing[] = []
      for (const reading of readings)
        for (const rule of rulesOf(reading)) {
          const before = stateOf(rule.id, reading.instrumentId)
          const { state, fired } = stepAlert(rule, before, reading)
          const ids = { ruleId: rule.id, ruleVersion: rule.version, instrumentId: reading.instrumentId }
          if (state !== null && state !== before) changes.push({ ...ids, state })
          if (!fired) continue
          const facts = factsOf(rule, reading, fired)
          crossings.push({ ...ids, bucket: reading.bucket, title: alertTitle(facts), facts })
        }
      return { changes, crossings }
    },
  }
}

function factsOf(rule: RuleToEvaluate, reading: PendingReading, fired: NonNullable<AlertStep['fired']>): AlertFacts {
  const { key, venue, symbol, simulated, bucket, bucketMs, price } = reading
  const { value, cluster, breakout } = fired
  return {
    market: { key, venue, symbol, simulated },
    bucket,
    bucketMs,
    price,
    condition: rule.condition,
    value,
    cluster: cluster && { side: cluster.side, price: cluster.price, usd: cluster.usd, distance: cluster.distance },
    breakout,
  }
}
