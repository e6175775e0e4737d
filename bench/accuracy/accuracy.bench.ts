/**
 * Accuracy of the map, on every population of the simulator and on real markets where they are at hand.
 *
 *   npm run bench -- accuracy [--write] [--quick] [--tuning] [--no-ablations] [--population NAME]
 *
 * Reporting seeds, 21 days; `--quick` takes one seed and 10 days, `--tuning` the seeds that numbers may be chosen on. `--write` keeps
 * table, plots and JSON in bench/accuracy/results (tuning runs in a folder of their own beside it, which is not committed). Markets run
 * two at a time; simulated ones are kept in .data/bench-accuracy and made once.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { MODEL_VERSION } from '@faultline/engine/estimator/estimator'
import { SIMULATED_OPTIONS } from '@faultline/engine/score/truth-measures'
import { MINUTE_MS } from '@faultline/market/units'
import { ABLATION_POPULATIONS, ABLATION_SEEDS, ABLATIONS } from './ablations.ts'
import { ablationReports, cascadeReports, populationReport, rankReport } from './aggregate.ts'
import type { MarketResult, MarketTask } from './market-worker.ts'
import { gainPlot, populationFile, profilePlot, reliabilityPlot } from './plots.ts'
import { POPULATIONS } from './populations.ts'
import { scoreRealCoin } from './real.ts'
import { markdown, published, verdicts } from './report.ts'
import type { AccuracyReport } from './report-shape.ts'
import { REPORTING_SEEDS, TUNING_SEEDS } from './seeds.ts'
import { inThreads } from './threads.ts'

const { values: flags } = parseArgs({
  options: {
    write: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    tuning: { type: 'boolean', default: false },
    'no-ablations': { type: 'boolean', default: false },
    population: { type: 'string', multiple: true },
  },
})
const AT_ONCE = 2
const INTERVAL_MS = 5 * MINUTE_MS
const FROM_DAY = 6

const days = flags.quick ? 10 : 21
const all = flags.tuning ? TUNING_SEEDS : REPORTING_SEEDS
const seeds = flags.quick ? all.slice(0, 1) : all
const populations = POPULATIONS.filter((p) => !flags.population || flags.population.includes(p.name))
if (populations.length === 0) {
  console.error(`There is no such population; there are: ${POPULATIONS.map((p) => p.name).join(', ')}`)
  process.exit(2)
}

const tasks = populations.flatMap((population) =>
  seeds.map((seed, s): MarketTask => {
    const ablated = !flags['no-ablations'] && s < ABLATION_SEEDS && ABLATION_POPULATIONS.some((name) => name === population.name)
    return {
      population: population.name,
      seed,
      options: { ...population.options, seed, days, intervalMs: INTERVAL_MS },
      fromDay: FROM_DAY,
      ablations: ablated ? ABLATIONS : [],
    }
  }),
)
const begin = performance.now()
const results = await inThreads<MarketTask, MarketResult>(new URL('./market-worker.ts', import.meta.url), tasks, AT_ONCE, (task, ms) =>
  console.error(`${task.population}, seed ${task.seed}: ${(ms / 1000).toFixed(1)} s`),
)
const real = ['ETH', 'SOL'].flatMap((coin) => scoreRealCoin(coin) ?? [])
if (real.length === 0) console.error('FAULTLINE_DATA_DIR names no folder with real data: only simulated markets were scored')

const resultsOf = (name: string) => results.filter((r) => r.population === name)
const report: AccuracyReport = {
  model: MODEL_VERSION,
  command: `npm run bench -- accuracy${flags.quick ? ' --quick' : ''}${flags.tuning ? ' --tuning' : ''} --write`,
  measured: new Date().toISOString().slice(0, 10),
  days,
  fromDay: FROM_DAY,
  intervalMinutes: INTERVAL_MS / MINUTE_MS,
  seedSet: flags.tuning ? 'tuning' : 'reporting',
  seeds,
  populations: populations.map((p) => populationReport(p.name, resultsOf(p.name))),
  ranks: populations.map((p) => rankReport(p.name, resultsOf(p.name))),
  cascades: cascadeReports(results),
  ablationMarkets: `${ABLATION_POPULATIONS.join(', ')}, seeds ${seeds.slice(0, ABLATION_SEEDS).join(' and ')}`,
  ablations: ablationReports(results),
  real,
  plots: { gain: 'gain.svg', reliability: 'reliability.svg' },
}

const text = markdown(report)
console.log(text)
console.error(
  `${((performance.now() - begin) / 60_000).toFixed(1)} minutes; ${verdicts(report).filter(([good]) => !good).length} claims not met`,
)

if (flags.write) {
  // Only the run that is published stands in the folder that is committed.
  const whole = !flags.tuning && !flags.quick && !flags.population && !flags['no-ablations']
  const folder = whole ? join(import.meta.dirname, 'results') : join(import.meta.dirname, '../../.data/bench-accuracy/results')
  mkdirSync(folder, { recursive: true })
  const rounded = (_: string, value: unknown) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value
  writeFileSync(join(folder, 'accuracy.json'), `${JSON.stringify(report, rounded, 1)}\n`)
  writeFileSync(join(folder, 'README.md'), text)
  writeFileSync(join(folder, report.plots.gain), gainPlot(report.populations))
  if (report.cascades.length > 0) writeFileSync(join(folder, report.plots.reliability), reliabilityPlot(published(report)))
  for (const p of report.populations) writeFileSync(join(folder, populationFile(p.population)), profilePlot(p, SIMULATED_OPTIONS.bin))
  console.error(`written to ${folder}`)
}
