#!/usr/bin/env node
/** `venue`: the simulated venue as a program. */
import { resolve } from 'node:path'
import { FaultlineError } from '@faultline/market/errors'
import { WIRES, type Wire } from '@faultline/market/venue'
import { Command, CommanderError } from 'commander'
import { VENUE_SYMBOLS } from './characters.ts'
import { startVenue, type Venue, type VenueFace, type VenueOptions } from './start-venue.ts'
import type { Ports } from './venue-servers.ts'

interface Flags {
  seed: string
  port: string
  controlPort: string
  host: string
  state?: string
  historyDays: string
  warmUpDays?: string
  speed: string
  symbols?: string
  venues: string
  venuePorts?: string
  split?: string
  clockStart?: string
}

function command(): Command {
  return new Command('venue')
    .description(
      'Serve simulated markets in the public wire formats of venues, REST and WebSocket, for ever: in that of Binance USDⓈ-M unless ' +
        'told. When it listens it prints one line of JSON: where its REST, its WebSocket and its control port are. Every position is ' +
        'known (docs/simulated-venue.md).',
    )
    .requiredOption('--seed <s>', 'whole number from 0; another seed is another venue')
    .option('--port <n>', 'port of REST and WebSocket; 0 takes any that is free', '0')
    .option('--control-port <n>', 'port of the faults, the ledger and the truth; 0 takes any that is free', '0')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--state <dir>', 'folder for checkpoints: a venue that was stopped goes on from there; without it nothing is written')
    .option('--history-days <n>', 'days of history before the first start', '7')
    .option('--warm-up-days <n>', 'days before that, in which positions arise (3 unless told)')
    .option('--speed <x>', 'how many times faster than the wall clock the venue’s time passes', '1')
    .option('--symbols <list>', `some of ${VENUE_SYMBOLS.join(',')} (all unless told)`)
    .option(
      '--venues <list>',
      `some of ${WIRES.join(',')}: with others beside binance the flow of each market is split over them`,
      'binance',
    )
    .option('--venue-ports <list>', 'ports of the others, as wire=port:control-port,…; any that are free unless told')
    .option('--split <list>', 'which of the symbols are split (all unless told); the others are Binance’s alone')
    .option('--clock-start <iso>', 'the venue’s time at its start, ISO 8601; without a zone it is UTC (now unless told)')
    .allowExcessArguments(false)
}

/** Runs until SIGTERM, SIGINT or the end of the IPC channel. Returns the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const program = command().exitOverride()
  const stopped = untilStopped()
  let venue: Venue | undefined
  try {
    program.parse([...argv], { from: 'user' })
    venue = await startVenue(optionsOf(program.opts<Flags>()))
    const said = addresses(venue)
    process.stdout.write(`${JSON.stringify(said)}\n`)
    process.send?.({ ready: true, ...said })
    // An instrument that cannot be brought to the present ends the venue; that all are there is no news.
    await Promise.race([stopped.asked, venue.ready.then(() => stopped.asked)])
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode
    if (!(error instanceof FaultlineError) && (error as NodeJS.ErrnoException).code === undefined) throw error
    process.stderr.write(`${(error as Error).message}\n`)
    return 1
  } finally {
    await venue?.close()
    stopped.forget()
  }
}

/** Binance's as ever; where there are others, all of them by their wires as well. */
function addresses({ venues, ...main }: Venue) {
  const at = ({ rest, ws, control }: VenueFace) => ({ rest, ws, control })
  const all = Object.entries(venues).map(([wire, face]) => [wire, at(face)] as const)
  const alone = all.length === 1 && venues.binance !== undefined
  return { ...at(main), ...(alone ? {} : { venues: Object.fromEntries(all) }) }
}

function untilStopped(): { asked: Promise<void>; forget: () => void } {
  let stop = (): void => {}
  const asked = new Promise<void>((done) => {
    stop = done
  })
  const events = ['SIGTERM', 'SIGINT', 'disconnect'] as const
  for (const event of events) process.on(event, stop)
  return {
    asked,
    forget: () => {
      for (const event of events) process.off(event, stop)
      // An open channel would keep the process.
      if (process.connected) process.disconnect()
    },
  }
}

function optionsOf(flags: Flags): VenueOptions {
  const { state, warmUpDays, symbols, split, venuePorts, clockStart } = flags
  return {
    seed: number('--seed', flags.seed),
    port: port('--port', flags.port),
    controlPort: port('--control-port', flags.controlPort),
    host: flags.host,
    historyDays: number('--history-days', flags.historyDays),
    speed: number('--speed', flags.speed),
    onRefused: (message) => process.stderr.write(`${message}\n`),
    ...(state === undefined ? {} : { stateDir: resolve(process.env.INIT_CWD ?? process.cwd(), state) }),
    ...(warmUpDays === undefined ? {} : { warmUpDays: number('--warm-up-days', warmUpDays) }),
    ...(symbols === undefined ? {} : { symbols: listed(symbols) }),
    venues: listed(flags.venues).map((name) => wire('--venues', name)),
    ...(split === undefined ? {} : { splitSymbols: listed(split) }),
    ...(venuePorts === undefined ? {} : { venuePorts: ports('--venue-ports', venuePorts) }),
    ...(clockStart === undefined ? {} : { clockStart: time('--clock-start', clockStart) }),
  }
}

const listed = (text: string): string[] => text.split(',').map((part) => part.trim())

function wire(option: string, name: string): Wire {
  return WIRES.find((known) => known === name) ?? refuse(option, `some of ${WIRES.join(',')} are needed, not “${name}”`)
}

/** `bybit=8410:8411,okx=8420:8421` */
function ports(option: string, text: string): Partial<Record<Wire, Ports>> {
  return Object.fromEntries(
    listed(text).map((part) => {
      const [, name, first, second] = /^(\w+)=(\d+):(\d+)$/.exec(part) ?? []
      if (name === undefined || first === undefined || second === undefined) {
        return refuse(option, `wire=port:control-port is needed, such as bybit=8410:8411, not “${part}”`)
      }
      return [wire(option, name), { port: port(option, first), controlPort: port(option, second) }]
    }),
  )
}

function refuse(option: string, message: string): never {
  throw new FaultlineError('bad_input', `${option}: ${message}`)
}

function number(option: string, text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) refuse(option, `a number is needed, not “${text}”`)
  return value
}

function port(option: string, text: string): number {
  const value = number(option, text)
  return Number.isInteger(value) && value >= 0 && value <= 65_535 ? value : refuse(option, `a port from 0 to 65535 is needed, not ${text}`)
}

function time(option: string, text: string): number {
  const withZone = /(?:z|[+-]\d\d:?\d\d)$/i.test(text) || !text.includes('T') ? text : `${text}Z`
  const value = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(withZone) : Number.NaN
  return Number.isNaN(value) ? refuse(option, `a time such as 2026-01-01T00:00:00Z is needed, not “${text}”`) : value
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2))
