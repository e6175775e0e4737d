/** `normalise`: what one raw message of a venue means. */
import { text } from 'node:stream/consumers'
import type { LiveEvent } from '@faultline/db/repositories/live-events'
import { FaultlineError } from '@faultline/market/errors'
import { WIRES, type Wire } from '@faultline/market/venue'
import type { Command } from 'commander'
import { NORMALISED_CHANNELS, type NormalisedChannel, type NormalisedEvent } from '../venues/normaliser.ts'
import { NORMALISERS } from '../venues/normalisers.ts'

interface Flags {
  venue: string
  channel: string
  contractSize?: string
  instrument?: string
}

/** A message of a socket has kilobytes, a page of REST hundreds of them. */
const LONGEST_INPUT = 64 * 2 ** 20

export function register(program: Command): void {
  program
    .command('normalise')
    .summary('say what one raw message of a venue means')
    .description(
      [
        'Reads one message of a socket or one body of REST, as the venue sends it, from standard input and prints the market events in it as',
        'JSON lines: sides are those of positions, sizes are in base coin and USD, times in UTC milliseconds (docs/event-semantics.md).',
        'What cannot be read is told on standard error, with exit code 1; what could be read beside it is printed.',
      ].join('\n'),
    )
    .requiredOption('--venue <name>', WIRES.join(' | '))
    .requiredOption('--channel <name>', NORMALISED_CHANNELS.join(' | '))
    .option('--contract-size <x>', 'base coin per contract (of an inverse contract: USD), instead of the built-in table')
    .option('--instrument <symbol>', 'as the venue writes it, for answers that do not name theirs')
    .addHelpText('after', '\nExample:\n  npm run -s faultline -- normalise --venue bybit --channel liquidation < raw.json')
    .action(run)
}

async function run(flags: Flags): Promise<void> {
  const wire = oneOf('--venue', flags.venue, WIRES)
  const channel = oneOf('--channel', flags.channel, NORMALISED_CHANNELS)
  const options = { contractSize: contractSizeOf(flags.contractSize), symbol: flags.instrument ?? null }
  const message = parse(await text(process.stdin))
  const { events, quarantined } = (await NORMALISERS[wire]())(channel, message, options)
  for (const event of events) process.stdout.write(`${JSON.stringify(lineOf(wire, event))}\n`)
  if (quarantined !== null) throw new FaultlineError('bad_input', `quarantine: ${quarantined}`)
}

/** The event as it is printed, its type, venue and instrument first. */
export function lineOf(venue: Wire, { symbol, event, predicted, sides }: NormalisedEvent): Record<string, unknown> {
  const head = { type: event.type, venue, instrument: symbol }
  const said = { ...(predicted ? { predicted } : {}), ...(sides ? { sides } : {}) }
  return { ...head, ...fieldsOf(event), ...said }
}

function fieldsOf(event: LiveEvent): object {
  if (event.type === 'liquidation') {
    const { side, price, priceKind, quantity, quantityUsd, time } = event
    return { side, price, priceKind, sizeBase: quantity, sizeUsd: quantityUsd, time }
  }
  const { type: _type, ...fields } = event
  return fields
}

function parse(raw: string): unknown {
  if (raw.trim() === '')
    throw new FaultlineError('bad_input', 'quarantine: nothing came on standard input. Give the message: … normalise … < raw.json')
  if (raw.length > LONGEST_INPUT) throw new FaultlineError('bad_input', 'quarantine: more than 64 MiB came, which is no single message')
  try {
    return JSON.parse(raw)
  } catch (error) {
    throw new FaultlineError('bad_input', `quarantine: not JSON: ${(error as Error).message}`, { cause: error })
  }
}

function contractSizeOf(given: string | undefined): number | null {
  if (given === undefined) return null
  const size = Number(given)
  if (given.trim() !== '' && size > 0 && Number.isFinite(size)) return size
  throw new FaultlineError('bad_input', `--contract-size: a number above zero is needed, not “${given}”`)
}

function oneOf<T extends Wire | NormalisedChannel>(option: string, given: string, known: readonly T[]): T {
  const found = known.find((k) => k === given)
  if (found !== undefined) return found
  throw new FaultlineError('bad_input', `${option} ${given}: there is no such thing here; choose ${known.join(' | ')}`)
}
