import { readFile } from 'node:fs/promises'
import { hyperliquidMaintenanceRatio, hyperliquidTable } from '@faultline/engine/margin/hyperliquid'
import { type MarginTable, tierIndexAt } from '@faultline/engine/margin/linear'
import { marginTableFromBrackets } from '@faultline/engine/margin/tiers'
import { type LiquidationResult, MARGIN_VENUES, marginOf, type VenueMargin } from '@faultline/engine/margin/venue-margin'
import { venueTiers } from '@faultline/engine/margin/venue-tiers'
import { FaultlineError } from '@faultline/market/errors'
import type { MarginTier } from '@faultline/market/instrument'
import type { Side } from '@faultline/market/units'
import type { Command } from 'commander'
import { count } from './format.ts'
import { writeOutput } from './output-file.ts'
import { userPath } from './paths.ts'

export interface MarginCommandOptions {
  venue: string
  side: string
  entry: string
  size: string
  leverage: string
  brackets?: string
  takerFee?: string
  symbol?: string
  json?: boolean
}

export function register(program: Command): void {
  program
    .command('margin')
    .summary('liquidation price of one isolated linear position, by the rules of its venue')
    .description(
      'The mark price at which an isolated linear position is liquidated, the price at which its initial margin is lost, and the ' +
        'maintenance margin ratio of its tier: the tier of the notional AT the liquidation price. Nothing added to the margin, no ' +
        'funding. Formulas and sources: docs/margin.md.',
    )
    .requiredOption('--venue <name>', MARGIN_VENUES.join(' | '))
    .requiredOption('--side <side>', 'long | short')
    .requiredOption('--entry <price>', 'average entry price')
    .requiredOption('--size <amount>', 'size in base coin, positive on both sides')
    .requiredOption('--leverage <number>', 'leverage it was opened with')
    .option(
      '--brackets <file>',
      "the venue's tiers as JSON in the shape of Binance's leverageBracket: [{symbol, brackets: […]}] or the bare brackets\n" +
        '{notionalFloor, notionalCap, maintMarginRatio, initialLeverage, cum}. cum may be left out in all of them: then it is ' +
        'such that the maintenance margin is continuous. Hyperliquid: initialLeverage alone decides, the ratio is 1/(2·initialLeverage)',
    )
    .option(
      '--taker-fee <ratio>',
      `0.0005 is 0.05 %. Counts where the venue's formula has it: ${feeDefaults()}. Elsewhere the price does not depend on it`,
    )
    .option('--symbol <symbol>', 'which symbol of the brackets, or whose default table without them (without it BTCUSDT)')
    .option('--json', 'print {"liquidationPrice", "bankruptcyPrice", "maintMarginRatio"}; a price that does not exist is null')
    .addHelpText(
      'after',
      '\nExample:\n  npm run -s faultline -- margin --venue binance --side long --entry 60000 --size 0.5 --leverage 20 --json',
    )
    .action((options: MarginCommandOptions) => runMargin(options))
}

/** The answer goes to `write`, what else there is to know to `note`; nothing is written where the input is bad. */
export async function runMargin(
  options: MarginCommandOptions,
  write: (line: string) => Promise<void> = (line) => writeOutput(null, [line]),
  note: (text: string) => void = (text) => process.stderr.write(`${text}\n`),
): Promise<void> {
  const venue = parseVenue(options.venue)
  const side = parseSide(options.side)
  const position = {
    side,
    entry: parseNumber('--entry', options.entry),
    size: parseNumber('--size', options.size),
    leverage: parseNumber('--leverage', options.leverage),
  }
  const takerFee = options.takerFee === undefined ? undefined : parseNumber('--taker-fee', options.takerFee)
  const given = options.brackets === undefined ? null : await readBrackets(options.brackets, options.symbol)
  const standard = venueTiers(venue.venue, options.symbol)
  const own = given ?? standard
  // Hyperliquid's ratios follow from the leverages of its tiers.
  const table = venue.venue === 'hyperliquid' ? hyperliquidTable(own.tiers) : own
  const most = table.tiers[0]?.maxLeverage as number
  if (position.leverage > most)
    throw new FaultlineError('bad_input', `--leverage ${options.leverage}: no tier allows more than ${most}×${from(options)}`)
  const result = solve(venue, { ...position, ...table, ...(takerFee === undefined ? {} : { takerFee }) })

  const notes = [
    ...(given ? ratioNotes(venue, given) : tableNotes(standard)),
    ...limitNotes(table, position),
    ...(takerFee !== undefined && venue.feeRule === 'none'
      ? [`the liquidation price at ${venue.venue} does not depend on the taker fee: --taker-fee changes nothing`]
      : []),
  ]
  for (const text of notes) note(`faultline: ${text}`)
  await write(options.json ? json(result) : sentence(venue, position, result))
}

/** What the engine refuses, in the words of the option that it came from. */
function solve(venue: VenueMargin, position: Parameters<VenueMargin['isolatedLiquidation']>[0]): LiquidationResult {
  try {
    return venue.isolatedLiquidation(position)
  } catch (error) {
    const option = error instanceof FaultlineError ? OPTIONS[error.place?.field ?? ''] : undefined
    if (option === undefined) throw error
    const { message, place } = error as FaultlineError
    throw new FaultlineError('bad_input', `${option}: ${message.replace(`field ${place?.field}: `, '')}`, { cause: error })
  }
}

const OPTIONS: Readonly<Record<string, string>> = {
  entry: '--entry',
  size: '--size',
  leverage: '--leverage',
  takerFee: '--taker-fee',
}

function parseVenue(text: string): VenueMargin {
  const name = text.trim().toLowerCase()
  if ((MARGIN_VENUES as readonly string[]).includes(name)) return marginOf(name)
  throw new FaultlineError('bad_input', `--venue ${text}: no such venue here; choose ${MARGIN_VENUES.join(' | ')}`)
}

function parseSide(text: string): Side {
  const side = text.trim().toLowerCase()
  if (side === 'long' || side === 'short') return side
  throw new FaultlineError('bad_input', `--side ${text}: choose long or short`)
}

function parseNumber(option: string, text: string): number {
  const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : Number.NaN
  if (!Number.isFinite(number)) throw new FaultlineError('bad_input', `${option} ${text}: is not a number; write it like 60000 or 0.5`)
  return number
}

async function readBrackets(path: string, symbol: string | undefined): Promise<MarginTable> {
  const text = await readFile(userPath(path), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new FaultlineError('bad_input', `--brackets ${path}: cannot be read (${error.code ?? error.message})`, { cause: error })
  })
  try {
    return marginTableFromBrackets(JSON.parse(text), symbol)
  } catch (error) {
    const reason = error instanceof SyntaxError ? `is not JSON (${error.message})` : error instanceof FaultlineError ? error.message : null
    if (reason === null) throw error
    throw new FaultlineError('bad_input', `--brackets ${path}: ${reason.replace('name one', 'name one with --symbol')}`, { cause: error })
  }
}

const from = ({ brackets }: MarginCommandOptions) =>
  brackets === undefined ? ' in the default table; give current tiers with --brackets' : ` in ${brackets}`

/** A default table is dated, and may be that of another venue. */
function tableNotes({ source, standIn }: ReturnType<typeof venueTiers>): string[] {
  return [`tiers: ${source}${standIn ? ' (standing in, the venue’s own are not known here)' : ''}; current ones with --brackets`]
}

/** Hyperliquid's ratio follows from the leverage; a file that says otherwise should not be overruled in silence. */
function ratioNotes(venue: VenueMargin, { tiers }: MarginTable): string[] {
  if (venue.venue !== 'hyperliquid') return []
  const other = tiers.find(({ maintMarginRatio, maxLeverage }) => Math.abs(maintMarginRatio * 2 * maxLeverage - 1) > 0.005)
  if (!other) return []
  const ratio = hyperliquidMaintenanceRatio(other.maxLeverage)
  return [
    `hyperliquid keeps half the initial margin at the tier's highest leverage: ${percent(ratio)} at ${other.maxLeverage}×, ` +
      `not the ${percent(other.maintMarginRatio)} of the brackets`,
  ]
}

/** What the venue would not have let happen under this table; positions outlive tables, so the price is given all the same. */
function limitNotes({ tiers }: MarginTable, { entry, size, leverage }: { entry: number; size: number; leverage: number }): string[] {
  const notional = size * entry
  const tier = tiers[tierIndexAt(tiers, notional)] as MarginTier
  if (tier.capUsd !== null && notional > tier.capUsd)
    return [`a position of ${count(notional)} USD is larger than the last tier allows (${count(tier.capUsd)}); that tier was used`]
  if (leverage > tier.maxLeverage)
    return [`a position of ${count(notional)} USD may be opened at up to ${tier.maxLeverage}× under this table, not at ${leverage}×`]
  return []
}

const json = ({ liquidationPrice, bankruptcyPrice, maintMarginRatio }: LiquidationResult) =>
  JSON.stringify({ liquidationPrice, bankruptcyPrice, maintMarginRatio })

function sentence(
  { venue }: VenueMargin,
  { side, entry, size, leverage }: { side: Side; entry: number; size: number; leverage: number },
  { liquidationPrice, bankruptcyPrice, maintMarginRatio, tier }: LiquidationResult,
): string {
  const distance =
    liquidationPrice === null ? '' : ` (${liquidationPrice < entry ? '−' : '+'}${percent(Math.abs(liquidationPrice / entry - 1))})`
  const range = tier.capUsd === null ? `from ${count(tier.floorUsd)} USD` : `${count(tier.floorUsd)}–${count(tier.capUsd)} USD`
  return [
    `${venue} ${side} ${size} at ${entry}, ${leverage}× isolated:`,
    `liquidation ${liquidationPrice === null ? 'never' : price(liquidationPrice) + distance},`,
    `bankruptcy ${price(bankruptcyPrice)},`,
    `maintenance ${percent(maintMarginRatio)} (tier ${range}, up to ${tier.maxLeverage}×)`,
  ].join(' ')
}

const price = (value: number) => String(Number(value.toPrecision(8)))
const percent = (ratio: number) => `${Number((ratio * 100).toPrecision(4))} %`

function feeDefaults(): string {
  return MARGIN_VENUES.map((name) => marginOf(name))
    .filter(({ feeRule }) => feeRule !== 'none')
    .map(({ venue, takerFee }) => `${venue} (without it ${takerFee})`)
    .join(', ')
}
