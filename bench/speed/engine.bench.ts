/**
 * Speed and memory of the estimator, 30 days of 5-minute buckets with every column read: one member (`without: ['ensemble']`) and the
 * whole ensemble, with and without prints, beside the public ladder method; checkpoints, bands and draws; and how it grows.
 *
 *   node bench/speed/engine.bench.ts [--write] [--runs 7]
 *
 * On a synthetic market, on a simulated one and, where FAULTLINE_DATA_DIR names the folder of real data, on ETHUSDT. How it is timed:
 * engine-measure.ts. `--write` keeps the figures in bench/speed/results/engine.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { leverageClasses } from '@faultline/engine/estimator/classes'
import { type BucketInput, Estimator, MODEL_VERSION } from '@faultline/engine/estimator/estimator'
import type { Ingredient } from '@faultline/engine/estimator/settings'
import { tiersFor } from '@faultline/engine/margin/tiers'
import { Ladder } from '@faultline/engine/score/ladder'
import { encodeColumn } from '@faultline/market/column-codec'
import type { MarginTier } from '@faultline/market/instrument'
import { BUCKET_MS, BUCKETS, realMarket, type SpeedMarket, simulated, syntheticInputs } from './engine-markets.ts'
import { microsOf, round, type Stepped, type Timing, timeSideBySide, typedArrayBytes } from './engine-measure.ts'

/** Goals on one core, every column read: seconds for 30 days, and bytes held per instrument. */
const GOALS = { singleSeconds: 0.3, ensembleSeconds: 3, stateBytes: 2_000_000 }
const SINGLE: readonly Ingredient[] = ['ensemble']

const { values: options } = parseArgs({ options: { write: { type: 'boolean', default: false }, runs: { type: 'string', default: '7' } } })
const runs = Number(options.runs)
if (!(Number.isSafeInteger(runs) && runs > 0)) throw new Error(`--runs ${options.runs}: a whole number above 0 is needed`)

const estimatorOf = (tiers: readonly MarginTier[], without: readonly Ingredient[] = []) =>
  new Estimator({ bucketMs: BUCKET_MS, tiers, without })

function steppedEstimator(tiers: readonly MarginTier[], without: readonly Ingredient[] = []): Stepped {
  const estimator = estimatorOf(tiers, without)
  return { step: (input) => estimator.step(input), read: () => estimator.column() }
}

function steppedLadder(): Stepped {
  const ladder = new Ladder()
  let last: BucketInput | null = null
  const step = (input: BucketInput) => {
    last = input
    ladder.step(input)
  }
  return { step, read: () => last && ladder.map(last.bucketStart + BUCKET_MS, last.close) }
}

/** Steps through all of it, as the figures of state and of rare readings want it. */
function grown(inputs: readonly BucketInput[], tiers: readonly MarginTier[], without: readonly Ingredient[] = []): Estimator {
  const estimator = estimatorOf(tiers, without)
  for (const input of inputs) estimator.step(input)
  estimator.column()
  return estimator
}

const withoutPrints = (inputs: readonly BucketInput[]) => inputs.map(({ liquidations: _, ...input }) => input)

/** One market: a single member, the ensemble and the ladder side by side, and the ratios between them. */
function measureMarket({ name, tiers, inputs }: SpeedMarket) {
  const makers = [() => steppedEstimator(tiers, SINGLE), () => steppedEstimator(tiers), steppedLadder]
  const cases = makers.map((make) => ({ make, inputs }))
  const [single, ensemble, ladder] = timeSideBySide(cases, runs) as [Timing, Timing, Timing]
  return {
    market: name,
    buckets: inputs.length,
    bucketsWithPrints: inputs.filter((input) => (input.liquidations?.length ?? 0) > 0).length,
    single,
    ensemble,
    ladder,
    ensembleOverSingle: round(ensemble.seconds / single.seconds, 2),
    singleOverLadder: round(single.seconds / ladder.seconds, 2),
    ensembleOverLadder: round(ensemble.seconds / ladder.seconds, 2),
  }
}

/** What prints cost: the same market with and without, turn by turn. */
function measurePrints({ name, tiers, inputs }: SpeedMarket) {
  const silent = withoutPrints(inputs)
  const cases = [SINGLE, []].flatMap((without) =>
    [inputs, silent].map((fed) => ({ make: () => steppedEstimator(tiers, without), inputs: fed })),
  )
  const [single, singleSilent, ensemble, ensembleSilent] = timeSideBySide(cases, runs) as [Timing, Timing, Timing, Timing]
  const rowOf = (what: string, prints: Timing, none: Timing) => ({
    market: name,
    what,
    stepWithPrints: prints.stepMicros,
    stepWithout: none.stepMicros,
    secondsWithPrints: prints.seconds,
    secondsWithout: none.seconds,
    ratio: round(prints.seconds / none.seconds, 2),
  })
  return [rowOf('one member', single, singleSilent), rowOf('ensemble', ensemble, ensembleSilent)]
}

/** What an instrument holds after the market, and what is done to it now and then. */
function measureState({ name, tiers, inputs }: SpeedMarket, what: string, without: readonly Ingredient[]) {
  const estimator = grown(inputs, tiers, without)
  const checkpoint = estimator.checkpoint()
  const column = estimator.column()
  return {
    market: name,
    what,
    members: estimator.report().members.length,
    stateBytes: typedArrayBytes(estimator),
    checkpointBytes: checkpoint.length,
    checkpointMicros: microsOf(() => estimator.checkpoint()),
    resumeMicros: microsOf(() => Estimator.resume({ bucketMs: BUCKET_MS, tiers, without }, checkpoint)),
    columnBins: column === null ? 0 : column.planes.long.usd.length + column.planes.short.usd.length,
    columnBytes: column === null ? 0 : encodeColumn(column).length,
    bandsMicros: microsOf(() => estimator.bands()),
    cumulativeBandsMicros: microsOf(() => estimator.cumulativeBands([0.01, 0.02, 0.05, 0.1, 0.2])),
    draws100Micros: microsOf(() => estimator.draws(100)),
    leveragePlanesMicros: microsOf(() => estimator.leveragePlanes()),
  }
}

interface Grown {
  size: Record<string, number>
  inputs: readonly BucketInput[]
  tiers: readonly MarginTier[]
  without?: readonly Ingredient[]
}

/** A table of growth: a week each, side by side, the ensemble unless told otherwise. */
function growth(kinds: readonly Grown[]) {
  const cases = kinds.map(({ inputs, tiers, without }) => ({ make: () => steppedEstimator(tiers, without), inputs }))
  const timings = timeSideBySide(cases, runs)
  return kinds.map(({ size, inputs, tiers, without }, i) => {
    const estimator = grown(inputs, tiers, without)
    const column = estimator.column()
    const { stepMicros, columnMicros } = timings[i] as Timing
    return {
      ...size,
      columnBins: column === null ? 0 : column.planes.long.usd.length + column.planes.short.usd.length,
      stepMicros,
      columnMicros,
      stateBytes: typedArrayBytes(estimator),
    }
  })
}

const WEEK = (7 * BUCKETS) / 30

function growthWithBins() {
  const tiers = tiersFor('ETHUSDT')
  const kinds = [0.01, 0.02, 0.04, 0.08, 0.16].map((perDay) => {
    const inputs = syntheticInputs(WEEK, { perDay, prints: true })
    const high = inputs.reduce((most, input) => Math.max(most, input.high), 0)
    const low = inputs.reduce((least, input) => Math.min(least, input.low), Number.POSITIVE_INFINITY)
    return { size: { movePerDay: perDay, binsVisited: Math.round(1_000 * Math.log(high / low)) }, inputs, tiers }
  })
  return growth(kinds)
}

/** A venue that allows less leverage has fewer lines; the stretches are as many and lie closer together. */
function growthWithClasses() {
  const inputs = syntheticInputs(WEEK, { prints: true })
  const kinds = [4, 10, 25, 75, 125].map((maxLeverage) => {
    const tiers = [{ floorUsd: 0, capUsd: null, maintMarginRatio: 0.4 / maxLeverage, maxLeverage }]
    return { size: { maxLeverage, classes: leverageClasses(tiers).count }, inputs, tiers }
  })
  return growth(kinds)
}

function growthWithMembers() {
  const inputs = syntheticInputs(WEEK, { prints: true })
  const tiers = tiersFor('ETHUSDT')
  const left: readonly (readonly Ingredient[])[] = [SINGLE, ['menu', 'thinning'], ['menu'], []]
  const kinds = left.map((without) => {
    const names = estimatorOf(tiers, without)
      .report()
      .members.map((member) => member.name.split(' ')[0])
    return { size: { members: names.length, books: new Set(names).size }, inputs, tiers, without }
  })
  return growth(kinds)
}

/** Many instruments in one process, a bucket of each in turn, as the worker steps them: whether they get in each other's way. */
function growthWithInstruments() {
  const tiers = tiersFor('ETHUSDT')
  const buckets = (2 * BUCKETS) / 30
  return [1, 10, 50].map((count) => {
    const markets = Array.from({ length: count }, (_, i) => syntheticInputs(buckets, { prints: true, seed: 1_000 + i }))
    const estimators = markets.map(() => estimatorOf(tiers))
    const best = new Float64Array(buckets * count).fill(Number.POSITIVE_INFINITY)
    for (let run = 0; run <= runs; run++) {
      if (run > 0) for (let i = 0; i < count; i++) estimators[i] = estimatorOf(tiers)
      for (let b = 0; b < buckets; b++)
        for (let i = 0; i < count; i++) {
          const begin = performance.now()
          estimators[i]?.step(markets[i]?.[b] as BucketInput)
          estimators[i]?.column()
          best[b * count + i] = Math.min(best[b * count + i] as number, performance.now() - begin)
        }
    }
    const ms = best.reduce((a, b) => a + b, 0)
    const bytes = estimators.reduce((sum, estimator) => sum + typedArrayBytes(estimator), 0)
    return {
      instruments: count,
      microsPerBucketOfEach: round((ms * 1_000) / buckets / count),
      stateBytes: bytes,
      stateBytesPerInstrument: Math.round(bytes / count),
    }
  })
}

const loadBefore = round(loadavg()[0] as number, 1)
const tiers = tiersFor('ETHUSDT')
const synthetic: SpeedMarket = { name: 'synthetic, no prints', tiers, inputs: syntheticInputs(BUCKETS) }
const printed: SpeedMarket = { name: 'synthetic, prints in every hour', tiers, inputs: syntheticInputs(BUCKETS, { prints: true }) }
const crowd = await simulated()
const real = realMarket()
if (!real) console.error('FAULTLINE_DATA_DIR names no folder with ETHUSDT: only made-up markets were measured')

const markets = [synthetic, printed, crowd, ...(real ? [real] : [])].map(measureMarket)
console.log('\n30 days of 5-minute buckets, every column read')
console.table(
  markets.flatMap((row) =>
    (['single', 'ensemble', 'ladder'] as const).map((what) => ({
      market: row.market,
      what,
      ...row[what],
      overLadder: overLadder(row, what),
    })),
  ),
)
const prints = [printed, crowd].flatMap(measurePrints)
console.log('\nWith prints and without')
console.table(prints)
const state = [printed, ...(real ? [real] : [])].flatMap((market) => [
  measureState(market, 'one member', SINGLE),
  measureState(market, 'ensemble', []),
])
console.log('\nState, and what is done now and then')
console.table(state)
const grows = {
  bins: growthWithBins(),
  classes: growthWithClasses(),
  members: growthWithMembers(),
  instruments: growthWithInstruments(),
}
for (const [what, rows] of Object.entries(grows)) {
  console.log(`\nGrowth with ${what}`)
  console.table(rows)
}
const worst = {
  singleSeconds: Math.max(...markets.map((row) => row.single.seconds)),
  ensembleSeconds: Math.max(...markets.map((row) => row.ensemble.seconds)),
  stateBytes: Math.max(...state.map((row) => row.stateBytes)),
}
const goals = (Object.keys(GOALS) as (keyof typeof GOALS)[]).map((goal) => ({
  goal,
  most: GOALS[goal],
  measured: worst[goal],
  met: worst[goal] < GOALS[goal],
}))
console.log('\nGoals, the worst market counting')
console.table(goals)

if (options.write) {
  const folder = join(import.meta.dirname, 'results')
  mkdirSync(folder, { recursive: true })
  const report = {
    measured: new Date().toISOString().slice(0, 10),
    model: MODEL_VERSION,
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    /** processes at work on the machine, 1-minute mean, before the first run and after the last, this one included */
    load: { before: loadBefore, after: round(loadavg()[0] as number, 1) },
    runs,
    goals,
    markets,
    prints,
    state,
    growth: grows,
  }
  writeFileSync(join(folder, 'engine.json'), `${JSON.stringify(report, null, 2)}\n`)
}

function overLadder(row: ReturnType<typeof measureMarket>, what: 'single' | 'ensemble' | 'ladder'): number {
  return what === 'ladder' ? 1 : what === 'single' ? row.singleOverLadder : row.ensembleOverLadder
}
