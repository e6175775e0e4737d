/** The simulated venue as a whole: its instruments, their markets brought to the present, and the server before them. */
import { FaultlineError } from '@faultline/market/errors'
import { DAY_MS, MINUTE_MS } from '@faultline/market/units'
import { WIRES, type Wire } from '@faultline/market/venue'
import { characterOf, VENUE_SYMBOLS } from './characters.ts'
import { VenueClock } from './clock.ts'
import type { Faults } from './faults.ts'
import type { Ledger } from './ledger.ts'
import type { Limits } from './limits.ts'
import type { LiveMarket } from './live-market.ts'
import { openMarkets, saveMarkets } from './open-markets.ts'
import { sharesOf } from './shares.ts'
import type { VenueMarket } from './venue-market.ts'
import { type Ports, type ServedWire, serveVenues } from './venue-servers.ts'

export interface VenueOptions {
  /** whole number from 0; another seed is another venue */
  seed: number
  /** some of the six; all of them by default */
  symbols?: readonly string[]
  /**
   * wire formats, each with a server of its own; Binance's alone by default. With others beside it, each market's flow is split
   * over all of them.
   */
  venues?: readonly Wire[]
  /** those that are split, where they are among the symbols; all of them by default. The others are Binance's alone. */
  splitSymbols?: readonly string[]
  /** how long before the first start public history begins; 7 by default. A venue in `stateDir` keeps its own. */
  historyDays?: number
  /** days before that, in which positions arise; 3 by default */
  warmUpDays?: number
  /** folder of checkpoints, made where it is missing; without it nothing is written */
  stateDir?: string
  /** 127.0.0.1 by default */
  host?: string
  /** 0, the default: any that is free */
  port?: number
  controlPort?: number
  /** of the venues beside Binance; any that are free by default */
  venuePorts?: Partial<Record<Wire, Ports>>
  /** venue milliseconds per millisecond of the wall clock; 1 by default */
  speed?: number
  /** venue time at the start, UTC ms; the present by default */
  clockStart?: number
  /** brings the markets to the present in this thread instead of in worker threads: for tests */
  inline?: boolean
  /** instead of Binance's, one by one */
  limits?: Partial<Limits>
  /** a checkpoint could not be used and its market was made anew: why, in a sentence */
  onRefused?: (message: string) => void
}

/** One venue of a simulated market, in its own wire format. */
export interface VenueFace {
  /** `http://127.0.0.1:port` */
  readonly rest: string
  /** `ws://127.0.0.1:port` */
  readonly ws: string
  readonly control: string
  /** the market behind an instrument that trades: answers without a wire between, for tests to compare with */
  market(symbol: string): VenueMarket | undefined
  readonly faults: Faults
  readonly ledger: Ledger
}

/** The fields of VenueFace are Binance's, or the first venue's where it is not among them. */
export interface Venue extends VenueFace {
  readonly venues: Readonly<Partial<Record<Wire, VenueFace>>>
  /** a market as a whole: what its venues add up to */
  whole(symbol: string): VenueMarket | undefined
  /** venue time, UTC ms */
  now(): number
  /** resolves when every instrument trades; fails when one of them cannot be brought to the present */
  readonly ready: Promise<void>
  /** Writes the checkpoints and ends everything. */
  close(): Promise<void>
}

/** A crash costs the simulation of this much, which is little: checkpoints are for the stops of days. */
const SAVE_EVERY_MS = 30 * MINUTE_MS
const MAX_SPEED = 1_000

/**
 * Starts a venue. It listens when this resolves; its instruments follow (`ready`), each from PENDING_TRADING to TRADING.
 * @throws FaultlineError bad_input for options that cannot be, conflict when a venue of another seed lives in the folder,
 * unavailable when a port cannot be had
 */
export async function startVenue(options: VenueOptions): Promise<Venue> {
  const { seed, speed = 1, stateDir } = options
  if (!(speed > 0 && speed <= MAX_SPEED)) {
    throw new FaultlineError('bad_input', `a number above 0 and up to ${MAX_SPEED} is needed, not ${speed}`, { place: { field: 'speed' } })
  }
  const clock = new VenueClock(options.clockStart ?? Date.now(), speed)
  const symbols = options.symbols ?? VENUE_SYMBOLS
  const { wires, split, shares } = divided(options, symbols)
  const markets = new Map<string, LiveMarket>()
  const servers = await serveVenues({
    wires,
    listedBy: (wire) => (wire === 'binance' ? symbols : split),
    clock,
    seed,
    host: options.host ?? '127.0.0.1',
    portsOf: (wire) =>
      wire === 'binance'
        ? { port: options.port ?? 0, controlPort: options.controlPort ?? 0 }
        : (options.venuePorts?.[wire] ?? { port: 0, controlPort: 0 }),
    limits: options.limits ?? {},
    whole: (symbol) => markets.get(symbol),
  })

  const opening: Promise<void>[] = []
  const stopping = new AbortController()
  let ready: Promise<void>
  try {
    const opened = await openMarkets({
      seed,
      symbols,
      sharesOf: (symbol) => (split.includes(symbol) ? shares : undefined),
      historyDays: options.historyDays ?? 7,
      ...(options.warmUpDays === undefined ? {} : { warmUpDays: options.warmUpDays }),
      stateDir: stateDir ?? null,
      now: () => clock.now(),
      inline: options.inline ?? false,
      signal: stopping.signal,
      onReady: (market) => {
        markets.set(market.instrument.symbol, market)
        opening.push(servers.open(market))
      },
      onProgress: (symbol, simulatedTo) => servers.progress(symbol, { simulatedTo }),
      ...(options.onRefused ? { onRefused: options.onRefused } : {}),
    })
    const { genesis } = opened
    for (const symbol of symbols) servers.progress(symbol, { genesis, simulatedTo: genesis - opened.warmUpDays * DAY_MS })
    ready = opened.ready.then(async () => void (await Promise.all(opening)))
    // Whoever waits for it is told; who does not is not brought down by it.
    ready.catch(() => undefined)
  } catch (error) {
    await servers.close()
    throw error
  }

  let saving = Promise.resolve()
  const save = (): Promise<void> => {
    if (stateDir !== undefined) saving = saving.then(() => saveMarkets(markets.values(), stateDir))
    return saving
  }
  const timer = setInterval(() => void save().catch((error: Error) => options.onRefused?.(error.message)), SAVE_EVERY_MS)
  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    clearInterval(timer)
    stopping.abort(new FaultlineError('unavailable', 'the venue was closed'))
    await servers.close()
    await ready.catch(() => undefined)
    await save()
  }
  const faces = Object.fromEntries(Array.from(servers.byWire, ([wire, served]) => [wire, faceOf(served)])) as Venue['venues']
  return {
    ...(faces.binance ?? (Object.values(faces)[0] as VenueFace)),
    venues: faces,
    whole: (symbol) => markets.get(symbol),
    now: () => clock.now(),
    ready,
    close: () => {
      closing ??= close()
      return closing
    },
  }
}

const faceOf = ({ server, listings }: ServedWire): VenueFace => ({
  rest: server.rest,
  ws: server.ws,
  control: server.control,
  market: (symbol) => listings.get(symbol)?.market,
  faults: server.faults,
  ledger: server.ledger,
})

/** Which venues there are, and which of the symbols are split over them. */
function divided({ venues = ['binance'], splitSymbols }: VenueOptions, symbols: readonly string[]) {
  const refuse = (field: string, message: string): never => {
    throw new FaultlineError('bad_input', message, { place: { field } })
  }
  const unknown = venues.find((venue) => !WIRES.includes(venue))
  if (unknown !== undefined || venues.length === 0) refuse('venues', `some of ${WIRES.join(', ')} are needed, not “${venues.join(',')}”`)
  const wires = WIRES.filter((wire) => venues.includes(wire))
  const alone = wires.length === 1 && wires[0] === 'binance'
  for (const symbol of splitSymbols ?? []) characterOf(symbol)
  const split = alone ? [] : symbols.filter((symbol) => splitSymbols?.includes(symbol) ?? true)
  if (!wires.includes('binance') && split.length < symbols.length) {
    refuse('splitSymbols', 'without binance among the venues nobody lists what is not split')
  }
  return { wires, split, shares: sharesOf(wires) }
}
