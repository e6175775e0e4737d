/** What an alert says in one line, in the inbox as in messages. */
import type { AlertFacts } from './alert.ts'

/** `Simulated` stands in front wherever no such market is traded. */
export function alertTitle(facts: Omit<AlertFacts, 'bucket' | 'bucketMs'>): string {
  const { market } = facts
  return `${market.simulated ? '[Simulated] ' : ''}${market.symbol}: ${crossing(facts)}`
}

function crossing({ condition, value, cluster, breakout }: Omit<AlertFacts, 'bucket' | 'bucketMs'>): string {
  const known = (text: (value: number) => string) => (value === null ? 'not known' : text(value))
  switch (condition.kind) {
    case 'clusterNear':
      return cluster
        ? `est. ${compactUsd(cluster.usd)} of ${cluster.side}s at ${price(cluster.price)}, ${percent(cluster.distance * 100, true)} away`
        : `no cluster within ${percent(condition.withinPercent)}`
    case 'priceInCluster':
      return cluster
        ? `price has entered a ${cluster.side} cluster of est. ${compactUsd(cluster.usd)} at ${price(cluster.price)}`
        : 'price is in no cluster'
    case 'risk':
      return `risk index ${known((v) => Number(v.toFixed(1)).toString())}, ${condition.direction} ${condition.level}`
    case 'funding':
      return `funding ${known((v) => percent(v * 100, true, 4))} per 8 h, ${condition.direction} ${percent(condition.rate * 100, true, 4)}`
    case 'openInterest':
      return `open interest ${known((v) => percent(v, true))} in 24 h, ${condition.direction} ${percent(condition.changePercent, true)}`
    case 'breakout':
      return breakout
        ? `breakout into ${price(breakout.low)} to ${price(breakout.high)}, est. ${compactUsd(breakout.usd)} of ${breakout.side}s`
        : 'no breakout'
  }
}

/** `$1.20B`, `$182M`, `$4.1M`, `$40k` */
export function compactUsd(usd: number): string {
  if (usd >= 1e9) return `$${(usd / 1e9).toFixed(2)}B`
  if (usd >= 1e6) return `$${(usd / 1e6).toFixed(usd >= 1e8 ? 0 : 1)}M`
  return usd >= 1e3 ? `$${(usd / 1e3).toFixed(0)}k` : `$${usd.toFixed(0)}`
}

const price = (value: number): string => Number(value.toPrecision(6)).toLocaleString('en-US', { maximumSignificantDigits: 6 })

function percent(value: number, sign = false, decimals = 2): string {
  const text = Number(Math.abs(value).toFixed(decimals)).toString()
  return `${value < 0 ? '−' : sign ? '+' : ''}${text} %`
}
