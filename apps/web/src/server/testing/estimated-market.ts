import { type Database, inTransaction } from '@faultline/db/database'
import { appendColumns, type BuildRow, completeBuild, findBuild, startBuild } from '@faultline/db/repositories/builds'
import { storeTable } from '@faultline/db/repositories/events'
import type { InstrumentRow } from '@faultline/db/repositories/instruments'
import { acquireLease, type Lease } from '@faultline/db/repositories/leases'
import { Estimator, MODEL_VERSION } from '@faultline/engine/estimator/estimator'
import { tiersOf } from '@faultline/engine/margin/tiers'
import type { Column } from '@faultline/market/column'
import { EventTableBuilder, PRICE_KINDS } from '@faultline/market/event-table'

import { HOUR_MS, MINUTE_MS, SIDES } from '@faultline/market/units'
import { makeInstrument, START } from '@faultline/testkit/factories'

export interface EstimatedMarket {
  instrument: InstrumentRow
  lease: Lease
  build: BuildRow
  /** stepped over all that is stored */
  estimator: Estimator
  columns: Column[]
  /** end of the last bucket, UTC ms */
  end: number
}

/** Swings by six per cent, once in a day of five minutes. */
export const marketPrice = (i: number) => 100 * (1 + 0.06 * Math.sin(i / 40))
/** Base coin of one side at the end of bucket i: much of it opens in bucket 250, at one price, and stands together from then on. */
export const marketInterest = (i: number, base = 50_000) => base * (1 + i / 4_000 + (i < 250 ? 0 : 2))

/**
 * A market whose columns and checkpoint are the engine's own: `count` candles from START, a figure of open interest with each, funding every
 * eight hours, a liquidation an hour.
 */
export async function estimatedMarket(
  db: Database,
  options: { count?: number; bucketMs?: number; base?: number; definition?: Parameters<typeof makeInstrument>[1] } = {},
): Promise<EstimatedMarket> {
  const { count = 330, bucketMs = 5 * MINUTE_MS, base, definition } = options
  const instrument = await makeInstrument(db, definition)
  const lease = await acquireLease(db, instrument.id, 'test', 600_000)
  const candles = new EventTableBuilder('candle')
  const interest = new EventTableBuilder('openInterest')
  const funding = new EventTableBuilder('funding')
  const prints = new EventTableBuilder('liquidation')
  const estimator = new Estimator({ bucketMs, tiers: tiersOf(instrument) })
  const columns: Column[] = []
  for (let i = 0; i < count; i++) {
    const bucketStart = START + i * bucketMs
    const [open, close, volume] = [marketPrice(i), marketPrice(i + 1), 400 + 50 * (i % 7)]
    const [high, low] = [Math.max(open, close) * 1.001, Math.min(open, close) * 0.999]
    const held = marketInterest(i, base)
    candles.push(bucketStart, open, high, low, close, volume, volume * close, volume / 2, 100)
    interest.push(bucketStart + bucketMs, held, held * close)
    if ((bucketStart + bucketMs) % (8 * HOUR_MS) === 0) funding.push(bucketStart + bucketMs, 0.0001, 8)
    const printed = (bucketStart + bucketMs) % HOUR_MS === 0
    const [side, at, quantity] = [close < open ? 'long' : 'short', (open + close) / 2, 30] as const
    const time = bucketStart + bucketMs / 2
    if (printed) prints.push(time, SIDES.indexOf(side), at, quantity, PRICE_KINDS.indexOf('bankruptcy'), at * quantity)
    estimator.step({
      bucketStart,
      open,
      high,
      low,
      close,
      volume,
      openInterest: { time: bucketStart + bucketMs, base: held },
      liquidations: printed
        ? [{ type: 'liquidation', time, side, price: at, priceKind: 'bankruptcy', quantity, quantityUsd: at * quantity }]
        : [],
    })
    const column = estimator.column()
    if (column) columns.push(column)
  }
  await inTransaction(db, async (client) => {
    await storeTable(client, instrument.id, candles.finish(), { intervalMs: bucketMs })
    await storeTable(client, instrument.id, interest.finish())
    await storeTable(client, instrument.id, funding.finish())
    await storeTable(client, instrument.id, prints.finish())
  })
  const { id } = await startBuild(db, lease, { modelVersion: MODEL_VERSION, bucketMs })
  const last = START + (count - 1) * bucketMs
  await appendColumns(db, lease, { buildId: id, columns, checkpoint: estimator.checkpoint(), checkpointBucket: last })
  await completeBuild(db, lease, id)
  return { instrument, lease, build: (await findBuild(db, id)) as BuildRow, estimator, columns, end: last + bucketMs }
}
