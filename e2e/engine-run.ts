/** What the engine makes of a market from a seed, as hashes: runs in Node and in the browser alike (engine.spec.ts compares). */
import { Estimator } from '../packages/engine/src/estimator/estimator.ts'
import type { HeatMap } from '../packages/engine/src/map/heat-map.ts'
import { tiersFor } from '../packages/engine/src/margin/tiers.ts'
import { syntheticMarket } from '../packages/engine/test/synthetic-market.ts'

const MINUTE = 60_000
/** 2024-01-01T00:00Z */
const START = 1_704_067_200_000
const BUCKETS = 2 * 1440
const EVERY = 50

export interface EngineRun {
  checkpoint: string
  /** of every 50th column */
  columns: string[]
  bands: string
  draws: string
  printsSeen: number
  printsOutsideCandle: number
  beta: number
}

export async function engineRun(seed: number): Promise<EngineRun> {
  const estimator = new Estimator({ bucketMs: MINUTE, tiers: tiersFor('ETHUSDT') })
  const columns: string[] = []
  for (const [i, bucket] of syntheticMarket({ seed, buckets: BUCKETS, bucketMs: MINUTE, start: START }).entries()) {
    estimator.step(bucket)
    const map = i % EVERY === EVERY - 1 ? estimator.map() : null
    if (map) columns.push(await hash(bytesOf(map)))
  }
  const bands = estimator.bands()
  const { beta, prints } = estimator.report()
  return {
    checkpoint: await hash(estimator.checkpoint()),
    columns,
    bands: await hash(Float32Array.from([...(bands?.long.p10 ?? []), ...(bands?.short.p90 ?? [])])),
    draws: await hash(Float64Array.from(estimator.draws(8).flatMap(({ map }) => [...bytesOf(map)]))),
    printsSeen: prints.seen,
    printsOutsideCandle: prints.outsideCandle,
    beta,
  }
}

function bytesOf({ time, price, long, short }: HeatMap): Float64Array<ArrayBuffer> {
  return Float64Array.from([time, price, long.firstBin, ...long.usd, short.firstBin, ...short.usd])
}

async function hash(values: ArrayBufferView): Promise<string> {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice()
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
