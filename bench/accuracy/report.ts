/** The results as Markdown: what a person reads first. Every figure stands in accuracy.json too. */
import { COVERAGE_DISTANCES } from '@faultline/engine/score/band-coverage'
import { NULLS } from '@faultline/engine/score/prequential'
import { type Estimate, mean } from '@faultline/engine/score/statistics'
import type { TruthMeasure } from '@faultline/engine/score/truth-measures'
import type { PopulationReport } from './aggregate.ts'
import { populationFile } from './plots.ts'
import { RECALIBRATED } from './readings.ts'
import type { AccuracyReport } from './report-shape.ts'

/** A band that is right covers this share. */
const COVERAGE_RANGE = [0.8, 0.97] as const

const fixed = (value: number | null | undefined, digits = 2): string =>
  value === null || value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(digits)
const withInterval = (e: Estimate | null | undefined, digits = 2): string =>
  e ? `${fixed(e.value, digits)}${e.interval ? ` (${fixed(e.interval.low, digits)} – ${fixed(e.interval.high, digits)})` : ''}` : '–'
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')

export function markdown(report: AccuracyReport): string {
  const { populations } = report
  return [
    '# Accuracy',
    `Model \`${report.model}\`, ${report.days} days of ${report.intervalMinutes}-minute candles per market, scored from day ${report.fromDay} on, ${report.seedSet} seeds ${report.seeds.join(', ')}.`,
    `Made by \`${report.command}\` on ${report.measured}. What each measure is: [docs/score.md](../../../docs/score.md). In brackets 95 % intervals of a day-block bootstrap.`,
    '## What was asked, and whether it is so',
    verdicts(report)
      .map(([good, text]) => `- ${good ? '**met**' : '**not met**'}: ${text}`)
      .join('\n'),
    '## Wasserstein-1 against the truth, per cent of price; lower is better',
    truthTable(populations),
    '## Other measures against the truth',
    'Beside the map, in brackets, the ladder method of public heatmaps; for Spearman the best distance curve in hindsight too.',
    measureTable(populations),
    '## Bands',
    bandTable(populations),
    '## Information gain on the prints that followed, nats per print',
    'Skill is claimed only where the intervals against distance alone and against the map of the day before both lie above zero.',
    gainTable(populations),
    `![gain per population](${report.plots.gain})`,
    '## Risk index: rank correlation with what was liquidated in the next hour',
    rankTable(report),
    '## Cascade probabilities',
    cascadeTable(report),
    '## What each ingredient gives',
    `On ${report.ablationMarkets}. Gain is over distance alone.`,
    ablationTable(report),
    '## Real markets',
    realTable(report),
    '## Mean profile over distance, estimate and truth',
    populations.map((p) => `![${p.population}](${populationFile(p.population)})`).join('\n'),
    '',
  ].join('\n\n')
}

/** The claims of the project about its own simulator, each with what it came to. */
export function verdicts(report: AccuracyReport): [boolean, string][] {
  const { populations } = report
  const beaten = populations.map((p) => {
    const best = Object.entries(p.nulls).reduce((min, [name, t]) => (t && t.emd.value < min.value ? { name, value: t.emd.value } : min), {
      name: '',
      value: Number.POSITIVE_INFINITY,
    })
    return { p, best, good: p.map.emd.value < best.value }
  })
  const lost = beaten.filter((b) => !b.good)
  const flat = populations.filter((p) => !((p.map.structure.interval?.low ?? Number.NEGATIVE_INFINITY) > 0))
  const shares = populations.flatMap((p) => (p.coverage?.cumulative ?? []).map((c) => c?.value ?? Number.NaN))
  const bins = populations.map((p) => p.coverage?.bins?.value ?? Number.NaN)
  const within = (v: number) => v >= COVERAGE_RANGE[0] && v <= COVERAGE_RANGE[1]
  const skilled = populations.flatMap((p) => p.gains.filter((g) => g.events > 0).map((g) => g.skill))
  const rank = report.ranks.filter((r) => r.difference)
  const out: [boolean, string][] = [
    [
      lost.length === 0,
      `Wasserstein-1 below every null on every population${lost.length > 0 ? `; not on ${lost.map((b) => `${b.p.population} (${fixed(b.p.map.emd.value)} against ${fixed(b.best.value)}, ${b.best.name})`).join(', ')}` : ''}`,
    ],
    [
      flat.length === 0,
      `structure above zero by its interval on every population${flat.length > 0 ? `; not on ${flat.map((p) => p.population).join(', ')}` : ''}`,
    ],
    [
      shares.length > 0 && [...shares, ...bins].every(within),
      populations[0]?.coverage
        ? `bands cover 80 – 97 %: cumulative sums ${fixed(100 * Math.min(...shares), 0)} – ${fixed(100 * Math.max(...shares), 0)} %, bins ${fixed(100 * Math.min(...bins), 0)} – ${fixed(100 * Math.max(...bins), 0)} %`
        : 'bands cover 80 – 97 %: the estimator gives no bands',
    ],
    [
      skilled.every(Boolean),
      `skill on prints at ${skilled.filter(Boolean).length} of ${skilled.length} (populations with prints × horizons)`,
    ],
  ]
  out.push([
    rank.length > 0 && rank.every((r) => (r.difference?.interval?.low ?? -1) > 0),
    rank.length > 0
      ? `the risk index ranks the next hour's liquidations better than open interest alone on ${rank.filter((r) => (r.difference?.interval?.low ?? -1) > 0).length} of ${rank.length} populations by its interval`
      : "the risk index ranks the next hour's liquidations better than open interest alone: it was not scored",
  ])
  const cascades = published(report)
  out.push([
    cascades.length > 0 && cascades.every((c) => (c.score.interval?.low ?? -1) > 0),
    cascades.length > 0
      ? `cascade probabilities beat the base rate (Brier skill above zero by its interval) at ${cascades.filter((c) => (c.score.interval?.low ?? -1) > 0).length} of ${cascades.length} thresholds, recalibrated by their own past`
      : 'cascade probabilities beat the base rate: they were not scored',
  ])
  return out
}

function truthTable(populations: readonly PopulationReport[]): string {
  const cells = (p: PopulationReport) => {
    const worst = p.seeds.reduce((a, b) => (b.map.emd > a.map.emd ? b : a))
    return [
      withInterval(p.map.emd),
      `${fixed(worst.map.emd)} (seed ${worst.seed}, curve ${fixed(worst.curveEmd)})`,
      fixed(p.curve.emd),
      ...(['stale', 'mirrored', 'ladder', 'uniform'] as const).map((name) => fixed(p.nulls[name]?.emd.value)),
    ]
  }
  const column = (of: (p: PopulationReport) => number | undefined, pick: (v: number[]) => number) =>
    fixed(pick(populations.map((p) => of(p) ?? Number.NaN)))
  const summary = (label: string, pick: (v: number[]) => number) => [
    `**${label}**`,
    column((p) => p.map.emd.value, pick),
    column((p) => Math.max(...p.seeds.map((s) => s.map.emd)), pick),
    column((p) => p.curve.emd, pick),
    ...(['stale', 'mirrored', 'ladder', 'uniform'] as const).map((name) => column((p) => p.nulls[name]?.emd.value, pick)),
  ]
  return table(
    ['population', 'map', 'its worst seed', 'best distance curve in hindsight', 'a day old, recentred', 'mirrored', 'ladder', 'uniform'],
    [...populations.map((p) => [p.population, ...cells(p)]), summary('mean', mean), summary('worst', (v) => Math.max(...v))],
  )
}

const MEASURES: readonly { name: TruthMeasure; title: string; worst: (v: number[]) => number }[] = [
  { name: 'spearman', title: 'Spearman', worst: (v) => Math.min(...v) },
  { name: 'topDecile', title: 'true mass in the densest tenth', worst: (v) => Math.min(...v) },
  { name: 'logRatio', title: '\\|ln\\| ratio of totals', worst: (v) => Math.max(...v) },
  { name: 'structure', title: 'structure', worst: (v) => Math.min(...v) },
]

function measureTable(populations: readonly PopulationReport[]): string {
  const cell = (p: PopulationReport, name: TruthMeasure): string => {
    const ladder = fixed(p.nulls.ladder?.[name].value)
    if (name === 'structure') return `${withInterval(p.map.structure)} [${ladder}]`
    if (name === 'spearman') return `${fixed(p.map.spearman.value)} [${ladder}; curve ${fixed(p.curve.spearman)}]`
    return `${fixed(p.map[name].value, name === 'topDecile' ? 3 : 2)} [${ladder}]`
  }
  const summary = (
    label: string,
    pick: (m: (typeof MEASURES)[number]) => (v: number[]) => number,
    of: (p: PopulationReport, name: TruthMeasure) => number[],
  ) => [`**${label}**`, ...MEASURES.map((m) => fixed(pick(m)(populations.flatMap((p) => of(p, m.name))), m.name === 'topDecile' ? 3 : 2))]
  return table(
    ['population', ...MEASURES.map((m) => m.title)],
    [
      ...populations.map((p) => [p.population, ...MEASURES.map((m) => cell(p, m.name))]),
      summary(
        'mean',
        () => mean,
        (p, name) => [p.map[name].value],
      ),
      summary(
        'worst population',
        (m) => m.worst,
        (p, name) => [p.map[name].value],
      ),
      summary(
        'worst market',
        (m) => m.worst,
        (p, name) => p.seeds.map((s) => s.map[name]),
      ),
    ],
  )
}

function bandTable(populations: readonly PopulationReport[]): string {
  if (!populations[0]?.coverage) return 'This estimator gives no bands.'
  return [
    'How often the truth lay between the 10th and the 90th percentile: of the bins of 10 bp, and of the sums within a distance of price. 80 % would be right; 80 to 97 % is asked for.',
    table(
      ['population', 'bins', ...COVERAGE_DISTANCES.map((d) => `±${fixed(100 * d, 0)} %`)],
      populations.map((p) => [
        p.population,
        `${fixed(100 * (p.coverage?.bins?.value ?? Number.NaN), 0)} %`,
        ...(p.coverage?.cumulative ?? []).map((c) => `${fixed(100 * (c?.value ?? Number.NaN), 0)} %`),
      ]),
    ),
  ].join('\n\n')
}

const NULL_TITLES = { uniform: 'uniform', distanceOnly: 'distance alone', stale: 'a day old', mirrored: 'mirrored', ladder: 'ladder' }

function gainTable(populations: readonly PopulationReport[]): string {
  return table(
    ['population, horizon', 'prints', ...NULLS.map((name) => `over ${NULL_TITLES[name]}`), 'skill'],
    populations.flatMap((p) =>
      p.gains
        .filter((g) => g.events > 0)
        .map((g) => [
          `${p.population}, ${g.horizonMs / 60_000} min`,
          String(g.events),
          ...NULLS.map((name) => withInterval(g.gain[name])),
          g.skill ? 'yes' : 'no',
        ]),
    ),
  )
}

function rankTable({ ranks }: AccuracyReport): string {
  const ahead = ranks.filter((r) => r.riskIndex && r.volatility && r.riskIndex.value > r.volatility.value).length
  const rows = table(
    ['population', 'hours', 'risk index', 'open interest alone', 'difference', 'better', 'volatility alone'],
    ranks.map((r) => [
      r.population,
      String(r.hours),
      withInterval(r.riskIndex),
      withInterval(r.openInterest),
      withInterval(r.difference),
      r.difference ? ((r.difference.interval?.low ?? -1) > 0 ? 'yes' : 'no') : 'not scored',
      withInterval(r.volatility),
    ]),
  )
  return `Every liquidation counts, printed or not; one reading per hour. Volatility alone stands beside them because most of any such index is volatility: the index ranks better than it, by the middle of the estimate, on ${ahead} of ${ranks.length} populations.\n\n${rows}`
}

/** Probabilities as they are to be shown: recalibrated by what had come of those before. The raw ones stand beside them in the table. */
export const published = ({ cascades }: Pick<AccuracyReport, 'cascades'>) => cascades.filter((c) => c.id.endsWith(RECALIBRATED))

function cascadeTable(report: AccuracyReport): string {
  const { cascades, plots } = report
  if (cascades.length === 0) return 'Not scored.'
  const rows = table(
    ['forecast', 'count', 'how often it came', 'Brier', 'skill over the base rate', 'better'],
    cascades.map((c) => [
      c.id,
      String(c.score.count),
      fixed(c.score.baseRate, 3),
      fixed(c.score.brier, 4),
      withInterval({ value: c.score.skill, interval: c.score.interval }),
      (c.score.interval?.low ?? -1) > 0 ? 'yes' : 'no',
    ]),
  )
  const tables = published(report).map(
    (c) =>
      `**${c.id}**\n\n${table(
        ['said', 'times', 'mean said', 'came'],
        c.reliability.map((r) => [
          `${fixed(r.from, 1)} – ${fixed(r.to, 1)}`,
          String(r.count),
          fixed(r.meanProbability),
          fixed(r.frequency),
        ]),
      )}`,
  )
  return [rows, `![reliability](${plots.reliability})`, ...tables].join('\n\n')
}

function ablationTable({ ablations }: AccuracyReport): string {
  if (ablations.length === 0) return 'Not run.'
  return table(
    ['', 'Wasserstein-1 %', 'Spearman', 'densest tenth', '\\|ln\\| ratio', 'structure', 'gain 15 min', 'gain 60 min'],
    ablations.map((a) => [
      a.name,
      fixed(a.map.emd, 3),
      fixed(a.map.spearman, 3),
      fixed(a.map.topDecile, 3),
      fixed(a.map.logRatio),
      fixed(a.map.structure, 3),
      ...a.gain.map((g) => fixed(g, 3)),
    ]),
  )
}

function realTable({ real }: AccuracyReport): string {
  if (real.length === 0) return 'FAULTLINE_DATA_DIR names no folder with real data: not run.'
  return [
    'Binance prices and open interest (5 minutes, no prints) against the daily totals that are published of Hyperliquid. Predicted is what the estimator expected of each bucket before it learned anything; swept is all that the map of the bucket before held where price then went. Rank correlation over days, intervals from blocks of three days. “Long share” takes off that moving days are liquidation days.',
    table(
      ['coin', 'days', 'longs', 'shorts', 'long share of the day', '÷ published, median'],
      real.flatMap((r) => [
        [
          `${r.coin}, predicted`,
          String(r.days),
          withInterval(r.long),
          withInterval(r.short),
          withInterval(r.share),
          fixed(r.ratio.predicted, 1),
        ],
        [
          `${r.coin}, swept`,
          '',
          withInterval(r.swept.long),
          withInterval(r.swept.short),
          withInterval(r.swept.share),
          fixed(r.ratio.swept, 1),
        ],
      ]),
    ),
  ].join('\n\n')
}
