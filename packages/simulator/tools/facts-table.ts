/**
 * The table of stylised facts in docs/simulator.md: each crowd beside real markets.
 *
 *   node packages/simulator/tools/facts-table.ts [--days 21] [--seeds 221,222] [--write]
 *
 * `--write` puts it between its marks in docs/simulator.md; without it the table goes to standard output. Real figures need
 * FAULTLINE_DATA_DIR; `--write` without it is refused, so that they do not vanish from the page.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { CROWD_NAMES, type CrowdName } from '../src/crowds.ts'
import { type StylisedFacts, stylisedFacts } from '../src/facts.ts'
import { simulate } from '../src/simulate.ts'
import { binanceFacts, dataFolder, hyperliquidLiquidations, type Range } from './real-facts.ts'

const PAGE = new URL('../../../docs/simulator.md', import.meta.url)
const BEGIN = '<!-- facts: written by packages/simulator/tools/facts-table.ts -->'
const END = '<!-- /facts -->'

const HEAD = [
  'market',
  'volatility per day',
  'tail exponent',
  'autocorrelation of size after 1 h',
  'volume / open interest per day',
  'liquidated / open interest per day',
  'liquidations per day, share printed',
  'exponent of their sizes',
  'open interest at 0–3×, 3–7×, above',
  'largest / smallest open interest',
  'funding per 8 h',
]

const span = (values: readonly number[] | Range, show: (x: number) => string): string => {
  const low = show(Math.min(...values))
  const high = show(Math.max(...values))
  return low === high ? low : `${low} – ${high}`
}
const plain = (digits: number) => (x: number) => x.toFixed(digits)
const percent = (digits: number) => (x: number) => (100 * x).toFixed(digits)
const basisPoints = (x: number): string => (1e4 * x).toFixed(2)

function crowdRow(name: CrowdName, facts: readonly StylisedFacts[]): string[] {
  const of = (pick: (f: StylisedFacts) => number): number[] => facts.map(pick)
  const shares = [0, 1, 2].map((i) => percent(0)(facts.reduce((sum, f) => sum + (f.leverageShares[i] as number), 0) / facts.length))
  return [
    `\`${name}\``,
    `${span(
      of((f) => f.dailyVolatility),
      percent(1),
    )} %`,
    span(
      of((f) => f.tailExponent),
      plain(1),
    ),
    span(
      of((f) => f.volatilityClustering),
      plain(2),
    ),
    span(
      of((f) => f.volumePerOpenInterest),
      plain(1),
    ),
    `${span(
      of((f) => f.liquidatedPerOpenInterest),
      percent(2),
    )} %`,
    `${span(
      of((f) => f.liquidationsPerDay),
      plain(0),
    )}, ${span(
      of((f) => f.printedShare),
      percent(0),
    )} %`,
    span(
      of((f) => f.liquidationSizeExponent),
      plain(2),
    ),
    `${shares.join(', ')} %`,
    span(
      of((f) => f.openInterestRange),
      plain(2),
    ),
    `${span(
      of((f) => f.fundingMean),
      basisPoints,
    )} bp`,
  ]
}

function realRows(folder: string): string[][] {
  const binance = ['ETH', 'SOL', 'DOGE'].map((coin) => {
    const f = binanceFacts(folder, coin)
    return [
      f.name,
      `${span(f.dailyVolatility, percent(1))} %`,
      span(f.tailExponent, plain(1)),
      span(f.volatilityClustering, plain(2)),
      span(f.volumePerOpenInterest, plain(1)),
      '',
      '',
      '',
      '',
      span(f.openInterestRange, plain(2)),
      `${span(f.fundingMean, basisPoints)} bp`,
    ]
  })
  const hyperliquid = ['ETH', 'SOL'].map((coin) => {
    const { mean, low, high } = hyperliquidLiquidations(folder, coin)
    const share = `${percent(2)(mean)} % (${percent(2)(low)} – ${percent(2)(high)})`
    return [`${coin}, Hyperliquid`, '', '', '', '', share, '', '', '36, 48, 15 %', '', '']
  })
  return [...binance, ...hyperliquid, ['aimed at', '', '2 – 3', '', '1 – 10', '0.2 – 3.5 %', '', '', '', '', '']]
}

const { values } = parseArgs({
  options: {
    days: { type: 'string', default: '21' },
    seeds: { type: 'string', default: '221,222' },
    write: { type: 'boolean', default: false },
  },
})
const folder = dataFolder()
if (values.write && folder === null) {
  process.stderr.write('FAULTLINE_DATA_DIR must name the folder of real data: without it the real figures would vanish from the page.\n')
  process.exit(1)
}
const seeds = values.seeds.split(',').map(Number)
const rows = CROWD_NAMES.map((crowd) => {
  const facts = seeds.map((seed) => {
    process.stderr.write(`${crowd}, seed ${seed}\n`)
    return stylisedFacts(simulate({ days: Number(values.days), seed, crowd, intervalMs: 300_000 }))
  })
  return crowdRow(crowd, facts)
})
if (folder !== null) rows.push(...realRows(folder))
const table = [HEAD, HEAD.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
if (values.write) {
  const page = readFileSync(PAGE, 'utf8')
  const [before, after] = [page.split(BEGIN)[0], page.split(END)[1]]
  if (before === undefined || after === undefined) throw new Error(`docs/simulator.md has no place for the table: ${BEGIN} … ${END}`)
  writeFileSync(PAGE, `${before}${BEGIN}\n\n${table}\n\n${END}${after}`)
} else process.stdout.write(`${table}\n`)
