import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BucketInput } from '@faultline/engine/estimator/estimator'
import { tiersFor } from '@faultline/engine/margin/tiers'
import type { TruthMap } from '@faultline/engine/score/truth-map'
import type { MarginTier } from '@faultline/market/instrument'
import type { SimulationOptions } from '@faultline/simulator/settings'
import { simulate } from '@faultline/simulator/simulate'
import { writeDump } from '@faultline/simulator/write-dump'
import { readDump } from '../../apps/worker/src/dump/read-dump.ts'
import { readTruth } from '../../apps/worker/src/estimate/truth-file.ts'
import { bucketInputs } from '../../apps/worker/src/pipeline/bucket-inputs.ts'
import { tiersOfDump } from '../../apps/worker/src/pipeline/tiers.ts'

const root = join(import.meta.dirname, '../..')
/** Simulated markets are kept here between runs; the folder may be deleted at any time. */
const CACHE = join(root, '.data/bench-accuracy')

export interface Market {
  bucketMs: number
  tiers: readonly MarginTier[]
  inputs: BucketInput[]
  truth: TruthMap[]
  /** every liquidation that really happened, in order of time: more than the feed shows */
  liquidated: { time: Float64Array; usd: Float64Array }
}

/**
 * A simulated market by the way of everybody's own data: written as a dump folder and read back. Made once per set of options and state of
 * the simulator's source.
 */
export async function simulatedMarket(options: SimulationOptions): Promise<Market> {
  const key = createHash('sha256').update(sourceHash()).update(JSON.stringify(options)).digest('hex').slice(0, 16)
  const folder = join(CACHE, key)
  const dumpFolder = join(folder, 'dump')
  const liquidatedFile = join(folder, 'liquidated.json')
  if (!existsSync(liquidatedFile)) {
    mkdirSync(folder, { recursive: true })
    const market = simulate(options)
    await writeDump(market, dumpFolder)
    const { lotSize } = market.settings
    const rows = market.forcedOrders.map((order) => [order.time, Math.round(order.lots * lotSize * order.fillPrice)])
    writeFileSync(`${liquidatedFile}.part`, JSON.stringify(rows))
    renameSync(`${liquidatedFile}.part`, liquidatedFile)
  }
  const [market] = (await readDump(dumpFolder, { anonymousSymbol: 'SIMUSDT' })).markets
  const truth = await readTruth(dumpFolder)
  if (!market || !truth) throw new Error(`${dumpFolder} is not a simulated market: delete ${CACHE}`)
  const rows = JSON.parse(readFileSync(liquidatedFile, 'utf8')) as [number, number][]
  return {
    bucketMs: market.bucketMs,
    tiers: tiersOfDump(market) ?? tiersFor(market.symbol),
    inputs: [
      ...bucketInputs({
        bucketMs: market.bucketMs,
        candles: market.candles.table,
        openInterest: market.openInterest.table,
        funding: market.funding.table,
        ratios: market.ratios.table,
        liquidations: market.liquidations.table,
      }),
    ],
    truth,
    liquidated: { time: Float64Array.from(rows, (r) => r[0]), usd: Float64Array.from(rows, (r) => r[1]) },
  }
}

/** Sources that no dump depends on. */
const NOT_IN_A_MARKET = /\/venue\/|\.test\.ts$|\/(cli|facts)\.ts$/

let known: string | null = null
function sourceHash(): string {
  if (known === null) {
    const hash = createHash('sha256')
    for (const file of globSync('packages/simulator/src/**/*.ts', { cwd: root }).sort())
      if (!NOT_IN_A_MARKET.test(file)) hash.update(file).update(readFileSync(join(root, file)))
    known = hash.digest('hex')
  }
  return known
}

/** USD that was liquidated in [from, to). */
export function liquidatedBetween({ time, usd }: Market['liquidated'], from: number, to: number): number {
  let sum = 0
  for (let i = firstAtOrAfter(time, from); i < time.length && (time[i] as number) < to; i++) sum += usd[i] as number
  return sum
}

function firstAtOrAfter(sorted: Float64Array, value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] as number) < value) low = middle + 1
    else high = middle
  }
  return low
}
