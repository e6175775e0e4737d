/** Small, plain things to test with. All deterministic: the same call gives the same rows. */
import type { Database } from '@faultline/db/database'
import { type InstrumentRow, upsertInstrument } from '@faultline/db/repositories/instruments'
import type { Column } from '@faultline/market/column'
import { type CandleTable, EventTableBuilder } from '@faultline/market/event-table'
import type { InstrumentDefinition } from '@faultline/market/instrument'
import { binOf } from '@faultline/market/price-grid'
import { MINUTE_MS } from '@faultline/market/units'
import { onConnection } from './template-database.ts'

/** 2024-01-01T00:00:00Z: where tables and columns begin unless they are told otherwise. */
export const START = 1_704_067_200_000

let instruments = 0
/** A stored instrument; each call makes another symbol unless one is given. */
export function makeInstrument(
  db: Database,
  definition: Partial<InstrumentDefinition> & { simulated?: boolean } = {},
): Promise<InstrumentRow> {
  const baseAsset = `TEST${++instruments}`
  return upsertInstrument(db.pool, {
    venue: 'binance-usdm',
    symbol: `${baseAsset}USDT`,
    baseAsset,
    quoteAsset: 'USDT',
    contractSize: 1,
    simulated: false,
    ...definition,
  })
}

/** `count` candles that wander around `price` by up to 1 %. Every optional value is there. */
export function makeCandles(options: { from?: number; count: number; intervalMs?: number; price?: number }): CandleTable {
  const { from = START, count, intervalMs = 5 * MINUTE_MS, price = 100 } = options
  const table = new EventTableBuilder('candle', count)
  for (let i = 0; i < count; i++) {
    const open = price * (1 + 0.01 * Math.sin(i / 9))
    const close = price * (1 + 0.01 * Math.sin((i + 1) / 9))
    const volume = 10 + (i % 7)
    table.push(
      from + i * intervalMs,
      open,
      Math.max(open, close) * 1.001,
      Math.min(open, close) * 0.999,
      close,
      volume,
      volume * close,
      volume / 2,
      100 + i,
    )
  }
  return table.finish()
}

/** A column with a few bins of longs below and shorts above `price`; `seed` varies the amounts. */
export function sampleColumn(options: { bucketStart: number; bucketMs?: number; price?: number; seed?: number; bins?: number }): Column {
  const { bucketStart, bucketMs = 5 * MINUTE_MS, price = 100, seed = bucketStart / bucketMs, bins = 8 } = options
  const centre = binOf(price)
  const usd = (salt: number) => Float32Array.from({ length: bins }, (_, i) => 1_000 * (1 + ((seed * 31 + i * 17 + salt) % 97)))
  return {
    bucketStart,
    bucketMs,
    planes: { long: { firstBin: centre - 20 - bins, usd: usd(0) }, short: { firstBin: centre + 20, usd: usd(41) } },
  }
}

/**
 * A person, written by the owner: the application itself only makes the first administrator. Returns the id.
 * `passwordHash` is stored as it is.
 */
export function makeUser(
  ownerUrl: string,
  person: { email: string; name?: string; passwordHash?: string; role?: 'admin' | 'member' },
): Promise<string> {
  return onConnection(ownerUrl, async (c) => {
    const { rows } = await c.query<{ id: string }>(
      'insert into app_user (id, email, name, password_hash, role) values (gen_random_uuid(), $1, $2, $3, $4) returning id',
      [person.email, person.name ?? person.email, person.passwordHash ?? 'not-a-hash', person.role ?? 'member'],
    )
    return rows[0]?.id as string
  })
}
