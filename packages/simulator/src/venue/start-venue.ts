/** The simulated venue as a whole: its instruments, their markets brought to the present, and the server before them. */
import { FaultlineError } from '@faultline/market/errors'
import { DAY_MS, MINUTE_MS } from '@faultline/market/units'
import { VENUE_SYMBOLS, venueInstrument } from './characters.ts'
import { VenueClock } from './clock.ts'
import type { Faults } from './faults.ts'
import type { Ledger } from './ledger.ts'
import { BINANCE_LIMITS, type Limits } from './limits.ts'
import { type Listing, Listings } from './listings.ts'
import type { LiveMarket } from './live-market.ts'
import { openMarkets, saveMarkets } from './open-markets.ts'
import type { VenueMarket } from './venue-market.ts'
import { serveVenue } from './venue-server.ts'

export interface VenueOptions {
  /** whole number from 0; another seed is another venue */
  seed: number
  /** some of the six; all of them by default */
  symbols?: readonly string[]
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

export interface Venue {
  /** `http://127.0.0.1:port` */
  readonly rest: string
  /** `ws://127.0.0.1:port` */
  readonly ws: string
  readonly control: string
  /** venue time, UTC ms */
  now(): number
  /** resolves when every instrument trades; fails when one of them cannot be brought to the present */
  readonly ready: Promise<void>
  /** the market behind an instrument that trades: answers without a wire between, for tests to compare with */
  market(symbol: string): VenueMarket | undefined
  readonly faults: Faults
  readonly ledger: Ledger
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
  const listed = symbols.map((symbol): Listing => ({ instrument: venueInstrument(symbol), genesis: clock.start, simulatedTo: 0 }))
  const listings = new Listings(listed)
  const limits = { ...BINANCE_LIMITS, ...options.limits }
  const server = await serveVenue({
    listings,
    clock,
    limits,
    seed,
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    controlPort: options.controlPort ?? 0,
  })

  const markets = new Map<string, LiveMarket>()
  const opening: Promise<void>[] = []
  const stopping = new AbortController()
  let ready: Promise<void>
  try {
    const opened = await openMarkets({
      seed,
      symbols,
      historyDays: options.historyDays ?? 7,
      ...(options.warmUpDays === undefined ? {} : { warmUpDays: options.warmUpDays }),
      stateDir: stateDir ?? null,
      now: () => clock.now(),
      inline: options.inline ?? false,
      signal: stopping.signal,
      onReady: (market) => {
        markets.set(market.instrument.symbol, market)
        opening.push(server.open(market.instrument.symbol, market))
      },
      onProgress: (symbol, simulatedTo) => {
        const listing = listings.get(symbol)
        if (listing) listing.simulatedTo = simulatedTo
      },
      ...(options.onRefused ? { onRefused: options.onRefused } : {}),
    })
    for (const listing of listed) {
      listing.genesis = opened.genesis
      listing.simulatedTo = opened.genesis - opened.warmUpDays * DAY_MS
    }
    ready = opened.ready.then(async () => void (await Promise.all(opening)))
    // Whoever waits for it is told; who does not is not brought down by it.
    ready.catch(() => undefined)
  } catch (error) {
    await server.close()
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
    await server.close()
    await ready.catch(() => undefined)
    await save()
  }
  return {
    rest: server.rest,
    ws: server.ws,
    control: server.control,
    now: () => clock.now(),
    ready,
    market: (symbol) => listings.get(symbol)?.market,
    faults: server.faults,
    ledger: server.ledger,
    close: () => {
      closing ??= close()
      return closing
    },
  }
}
