/**
 * Stored events to the estimator's steps, a stretch of time at once: years of minutes never lie in memory together, and
 * where the stretches are cut makes no difference to what comes out.
 */
import type { Queryable } from '@faultline/db/database'
import { readTable } from '@faultline/db/repositories/events'
import { readKnownAfter } from '@faultline/db/repositories/known-events'
import { readEvidence } from '@faultline/db/repositories/observed'
import { readSilences } from '@faultline/db/repositories/silences'
import type { BucketInput } from '@faultline/engine/estimator/estimator'
import type { ObservedStock } from '@faultline/engine/estimator/observed-stock'
import { DAY_MS, floorTo } from '@faultline/market/units'
import { bucketInputs, neededFrom } from './bucket-inputs.ts'

/** A month of minutes is 43,200 candles, 3 MB. */
const DEFAULT_CHUNK_MS = 30 * DAY_MS

export interface StoredInputsOptions {
  instrumentId: number
  bucketMs: number
  /** first bucket to look for and the end (exclusive) of the last one: the range of the stored candles */
  from: number
  to: number
  /** end of the last bucket that was stepped before, when a build is resumed */
  resumeFrom?: number | undefined
  chunkMs?: number | undefined
}

/** The steps of [from, to), one array per stretch. A stretch without candles gives none. */
export async function* storedInputs(q: Queryable, options: StoredInputsOptions): AsyncGenerator<BucketInput[], void, undefined> {
  const { instrumentId, bucketMs, to } = options
  const chunkMs = Math.max(bucketMs, floorTo(options.chunkMs ?? DEFAULT_CHUNK_MS, bucketMs))
  // End of the last bucket given out: what its step could see is not given again.
  let steppedTo = options.resumeFrom
  const first = Math.max(floorTo(options.from, bucketMs), steppedTo ?? Number.NEGATIVE_INFINITY)
  for (let start = first; start < to; start += chunkMs) {
    const end = Math.min(start + chunkMs, to)
    const need = neededFrom(steppedTo ?? start)
    const candles = await readTable(q, 'candle', instrumentId, { from: start, to: end, intervalMs: bucketMs })
    if (candles.length === 0) continue
    // A bucket sees what is stamped at its very end, hence end + 1; before the first step everything older counts.
    const openInterest = await readTable(q, 'openInterest', instrumentId, {
      from: steppedTo === undefined ? 0 : need.openInterest,
      to: end + 1,
    })
    const funding = await readTable(q, 'funding', instrumentId, { from: need.funding, to: end + 1 })
    const ratios = await readTable(q, 'longShortRatio', instrumentId, { from: need.ratios, to: end + 1 })
    const liquidations = await readTable(q, 'liquidation', instrumentId, { from: need.liquidations, to: end })
    const knownAfter = {
      openInterest: await readKnownAfter(q, instrumentId, openInterest),
      funding: await readKnownAfter(q, instrumentId, funding),
      ratios: await readKnownAfter(q, instrumentId, ratios),
      liquidations: await readKnownAfter(q, instrumentId, liquidations),
    }
    const silences = await readSilences(q, instrumentId, { from: start, to: end })
    const told = await readEvidence(q, instrumentId, { from: steppedTo === undefined ? 0 : need.observed, to: end + 1 })
    // The engine looks at every number of it before it uses one.
    const observed = told.map(({ evidence, knownAfter }) => ({ stock: evidence as ObservedStock, knownAfter }))
    const events = { bucketMs, candles, openInterest, funding, ratios, liquidations, silences, observed, knownAfter }
    const inputs = [...bucketInputs(events, steppedTo)]
    const last = inputs.at(-1)
    if (last) steppedTo = last.bucketStart + bucketMs
    yield inputs
  }
}
