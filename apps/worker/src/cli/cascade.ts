import { type BookWalk, type PricedLevel, walkBook } from '@faultline/engine/readings/book-walk'
import type { BookLevel } from '@faultline/engine/readings/order-book-depth'
import { FaultlineError } from '@faultline/market/errors'
import type { Command } from 'commander'
import { printable } from '../dump/formats.ts'
import { readBookFile, readMapFile } from './cascade-files.ts'
import { count } from './format.ts'
import { userPath } from './paths.ts'

export interface CascadeCommandOptions {
  map: string
  book: string
  price: string
  shock: string
  passThrough: string
  json?: boolean
}

export function register(program: Command): void {
  program
    .command('cascade')
    .summary('what a sudden move would set off, from a map and an order book')
    .description(
      'Moves the price by a shock and walks the order book round by round: the shock eats the book up to and with its price and\n' +
        "triggers the map's levels at or within it; what is triggered is closed by market orders, which eat what is left beyond and\n" +
        'trigger further levels, until a round triggers nothing. Nothing is refilled meanwhile. A fall hits the longs and eats the\n' +
        'bids, a rise the shorts and the asks. The end is the price of the last level of the book that was touched; one step per\n' +
        'round says what it liquidated and the price that this led to.',
    )
    .requiredOption('--map <csv>', "one map in estimate's CSV: time,price,long,short, in USD; bands may follow and are left aside")
    .requiredOption('--book <csv>', 'the order book, price,size in base coin: bids below the price, asks above, in any order')
    .requiredOption('--price <price>', 'the price before the shock')
    .requiredOption('--shock <percent>', 'the move, per cent with sign: -2 is a fall by 2 %')
    .requiredOption('--pass-through <share>', 'the share of a liquidation that reaches the book, 0 to 1')
    .option('--json', 'print {"endPrice", "liquidatedUsd", "steps": [{"price", "liquidatedUsd"}]} instead of words')
    .action((options: CascadeCommandOptions) => runCascade(options))
}

type Write = (text: string) => void

export async function runCascade(
  options: CascadeCommandOptions,
  write: Write = (text) => process.stdout.write(text),
  note: Write = (text) => process.stderr.write(text),
): Promise<void> {
  const price = numberOf('--price', options.price)
  const shockPercent = numberOf('--shock', options.shock)
  const passThrough = numberOf('--pass-through', options.passThrough)
  // Refused before any file is read: a wrong number is no reason to wait.
  walkBook({ price, shockPercent, passThrough, map: [], book: [] })
  const map = await readMapFile(userPath(options.map))
  const book = await readBookFile(userPath(options.book))
  const walk = walkBook({ price, shockPercent, passThrough, map, book })
  for (const warning of warnings({ price, down: shockPercent < 0, map, book, walk })) note(`${warning}\n`)
  const { endPrice, liquidatedUsd, steps } = walk
  write(options.json ? `${JSON.stringify({ endPrice, liquidatedUsd, steps })}\n` : inWords(walk, price, shockPercent))
}

function numberOf(option: string, text: string): number {
  const trimmed = text.trim()
  if (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(trimmed)) return Number(trimmed)
  throw new FaultlineError('bad_input', `${option}: ${printable(text)} is not a number`)
}

function* warnings(run: {
  price: number
  down: boolean
  map: readonly PricedLevel[]
  book: readonly BookLevel[]
  walk: BookWalk
}): Generator<string> {
  const { price, down, map, book, walk } = run
  const side = down ? 'bids below' : 'asks above'
  if (!book.some(([at]) => (down ? at < price : at > price))) yield `the book holds no ${side} ${price}`
  const behind = map.reduce((sum, level) => sum + (level.price > price ? level.longUsd : level.price < price ? level.shortUsd : 0), 0)
  if (behind > 0)
    yield `left aside: ${count(behind)} USD of longs above ${price} or shorts below it, which such a price would have liquidated before`
  if (walk.bookExhausted) yield `the book is exhausted: it holds nothing beyond ${walk.endPrice}, and how far price would go is not known`
}

function inWords({ endPrice, liquidatedUsd, steps }: BookWalk, price: number, shockPercent: number): string {
  const move = (at: number) => `${at} (${((at / price - 1) * 100).toFixed(2)} %)`
  const rounds = steps.map((step, i) => `round ${i + 1}: ${count(step.liquidatedUsd)} USD liquidated, price at ${move(step.price)}`)
  const end = `${count(liquidatedUsd)} USD liquidated after a shock of ${shockPercent} %; the price ends at ${move(endPrice)}`
  return `${[...rounds, end].join('\n')}\n`
}
