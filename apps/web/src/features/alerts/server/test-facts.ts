/** What a test of a rule tells: what is so now, whether or not it would alert. */
import type { Database } from '@faultline/db/database'
import type { StoredRule } from '@faultline/db/repositories/alert-rules'
import { findInstrument } from '@faultline/db/repositories/instruments'
import type { AlertFacts } from '@faultline/market/alert'
import { measure } from '@faultline/market/alert-step'
import { alertTitle } from '@faultline/market/alert-title'
import { FaultlineError } from '@faultline/market/errors'
import { MINUTE_MS } from '@faultline/market/units'
import type { ScreenerRow } from '../../screener/server/schema.ts'

/** @param rows what the screener shows. @throws FaultlineError not_found where there is no market yet */
export async function testOf(
  db: Database,
  { condition, instrumentKey }: Pick<StoredRule, 'condition' | 'instrumentKey'>,
  rows: readonly ScreenerRow[],
): Promise<{ instrumentId: number; title: string; facts: AlertFacts }> {
  const key = instrumentKey ?? rows.find((row) => row.reading)?.key ?? rows[0]?.key
  if (key === undefined) throw new FaultlineError('not_found', 'There is no market yet. Enable a data source first.')
  const { id: instrumentId, venue, symbol, simulated } = await findInstrument(db, key)
  const reading = rows.find((row) => row.key === key)?.reading ?? null
  const clusters = [
    ...(reading?.below ? [{ ...reading.below, side: 'long' as const, edge: reading.below.price }] : []),
    ...(reading?.above ? [{ ...reading.above, side: 'short' as const, edge: reading.above.price }] : []),
  ]
  const found =
    reading === null || condition.kind === 'breakout'
      ? null
      : measure(condition, { ...reading, fundingRate: reading.funding8h, fundingHours: 8, clusters, breakouts: [] })
  const facts: AlertFacts = {
    market: { key, venue, symbol, simulated },
    bucket: reading?.bucket ?? 0,
    bucketMs: reading?.bucketMs ?? MINUTE_MS,
    price: reading?.price ?? null,
    condition,
    value: found?.value ?? null,
    cluster: found?.cluster
      ? { side: found.cluster.side, price: found.cluster.price, usd: found.cluster.usd, distance: found.cluster.distance }
      : null,
    breakout: null,
  }
  return { instrumentId, title: alertTitle(facts), facts }
}
