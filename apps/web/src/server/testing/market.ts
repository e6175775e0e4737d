import { type Database, inTransaction } from '@faultline/db/database'
import { appendColumns, type BuildRow, completeBuild, findBuild, startBuild } from '@faultline/db/repositories/builds'
import { storeTable } from '@faultline/db/repositories/events'
import type { InstrumentRow } from '@faultline/db/repositories/instruments'
import { acquireLease, type Lease } from '@faultline/db/repositories/leases'
import { MINUTE_MS } from '@faultline/market/units'
import { makeCandles, makeInstrument, START, sampleColumn } from '@faultline/testkit/factories'

export interface BuiltMarket {
  instrument: InstrumentRow
  lease: Lease
  build: BuildRow
  /** appends `count` columns after those that are there */
  append(count: number): Promise<void>
}

/** An instrument with `count` candles from START and a build with a column for each of them, complete unless said otherwise. */
export async function builtMarket(
  db: Database,
  {
    count,
    bucketMs = 5 * MINUTE_MS,
    from = START,
    skip = () => false,
    complete = true,
  }: { count: number; bucketMs?: number; from?: number; skip?: (i: number) => boolean; complete?: boolean },
): Promise<BuiltMarket> {
  const instrument = await makeInstrument(db)
  const lease = await acquireLease(db, instrument.id, 'test', 600_000)
  await inTransaction(db, (client) =>
    storeTable(client, instrument.id, makeCandles({ from, count, intervalMs: bucketMs }), { intervalMs: bucketMs }),
  )
  const { id } = await startBuild(db, lease, { modelVersion: 'test-1', bucketMs })
  let length = 0
  const append = async (more: number) => {
    const all = Array.from({ length: more }, (_, i) => length + i)
    const columns = all.filter((i) => !skip(i)).map((i) => sampleColumn({ bucketStart: from + i * bucketMs, bucketMs }))
    length += more
    await appendColumns(db, lease, {
      buildId: id,
      columns,
      checkpoint: new Uint8Array([1]),
      checkpointBucket: from + (length - 1) * bucketMs,
    })
  }
  await append(count)
  if (complete) await completeBuild(db, lease, id)
  return { instrument, lease, build: (await findBuild(db, id)) as BuildRow, append }
}
