/** A rule in one line: pure. */
import type { AlertCondition } from '@faultline/market/alert'
import { formatPercent, formatUsd } from '@faultline/ui/format'
import { messages } from '../../../messages.ts'

const text = messages.alerts.summary

export function summaryOf(condition: AlertCondition): string {
  const usd = 'minUsd' in condition && condition.minUsd > 0 ? formatUsd(condition.minUsd) : null
  const side = 'side' in condition ? (condition.side ?? 'any') : 'any'
  const direction = 'direction' in condition ? messages.alerts.directions[condition.direction] : ''
  switch (condition.kind) {
    case 'clusterNear':
      return text.clusterNear(text.cluster[side], formatPercent(condition.withinPercent / 100), usd)
    case 'priceInCluster':
      return text.priceInCluster(text.clusters[side], usd)
    case 'risk':
      return text.risk(direction, String(condition.level))
    case 'funding':
      return text.funding(direction, formatPercent(condition.rate, { decimals: 4, sign: true }))
    case 'openInterest':
      return text.openInterest(direction, formatPercent(condition.changePercent / 100, { sign: true }))
    case 'breakout':
      return text.breakout(text.into[side], usd)
  }
}
