/** The control port: faults, the ledger, and what a venue never tells in public. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { FaultlineError } from '@faultline/market/errors'
import { binOf } from '@faultline/market/price-grid'
import { HOUR_MS } from '@faultline/market/units'
import type { FaultSpec, Faults } from './faults.ts'
import type { Ledger, LedgerQuery } from './ledger.ts'
import { isTrading, type Listing, type Listings, type Trading } from './listings.ts'
import type { OpenPosition, VenueMarket } from './venue-market.ts'

export interface VenueState {
  /** venue time, UTC ms */
  time: number
  speed: number
  seed: number
  connections: number
  subscriptions: number
  instruments: { symbol: string; wireSymbol?: string; character: string; genesis: number; simulatedTo: number; ready: boolean }[]
}

export interface TruthBin {
  /** of the price grid (@faultline/market/price-grid) */
  bin: number
  /** USD that would be liquidated: size × liquidation price */
  long: number
  short: number
}

export interface ControlOptions {
  faults: Faults
  ledger: Ledger
  listings: Listings
  /** the market that this venue has a share of; its own where it has all of it */
  whole?: (symbol: string) => VenueMarket | undefined
  /** Brings the venue up to its clock. */
  refresh: () => void
  state: () => Omit<VenueState, 'instruments'>
}

const LONGEST_BODY = 64 * 1024
/** The map reaches from half to twice the mark, as in the dump's truth.csv. */
const REACH = Math.log(2)

export class Control {
  private readonly options: ControlOptions

  constructor(options: ControlOptions) {
    this.options = options
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const reply = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json;charset=UTF-8' })
      response.end(JSON.stringify(body))
    }
    try {
      const { pathname, searchParams } = URL.parse(request.url ?? '/', 'http://control') ?? new URL('http://control/')
      const body = request.method === 'POST' ? await readBody(request) : undefined
      reply(200, this.answer(`${request.method} ${pathname}`, searchParams, body))
    } catch (error) {
      if (!(error instanceof FaultlineError)) throw error
      reply(error.code === 'not_found' ? 404 : 400, { error: error.message })
    }
  }

  state(): VenueState {
    return { ...this.options.state(), instruments: this.options.listings.all().map(stateOf) }
  }

  private answer(call: string, query: URLSearchParams, body: unknown): unknown {
    const { faults, ledger, refresh } = this.options
    const one = /^DELETE \/faults\/(.+)$/.exec(call)?.[1]
    if (one !== undefined) {
      if (!faults.remove(one)) throw new FaultlineError('not_found', `no fault ${one} is on; GET /faults lists those that are`)
      return {}
    }
    switch (call) {
      case 'POST /faults':
        return faults.add(body as FaultSpec)
      case 'GET /faults':
        return { faults: faults.list() }
      case 'DELETE /faults':
        faults.clear()
        return {}
      case 'GET /ledger':
        return ledger.entries(ledgerQuery(query))
      case 'GET /requests':
        return ledger.requests(definedOnly({ after: whole(query, 'after'), limit: whole(query, 'limit') }))
      case 'GET /state':
        refresh()
        return this.state()
      case 'GET /truth':
        return truth(this.market(query))
      case 'GET /positions':
        return positions(this.market(query))
      case 'GET /liquidations':
        return liquidations(this.market(query), this.range(query))
      case 'GET /total': {
        const { instrument, market } = this.market(query)
        const range = this.range(query)
        return { ...total(this.options.whole?.(instrument.symbol) ?? market, range), own: total(market, range) }
      }
      default:
        throw new FaultlineError('not_found', `there is no ${call}; see docs/simulated-venue.md for what this port answers`)
    }
  }

  /** The hour before now unless told. */
  private range(query: URLSearchParams): { from: number; to: number } {
    const { time } = this.options.state()
    const to = whole(query, 'to') ?? time
    return { from: whole(query, 'from') ?? to - HOUR_MS, to }
  }

  private market(query: URLSearchParams): Trading {
    const { listings, refresh } = this.options
    refresh()
    const symbol = query.get('symbol') ?? ''
    const listing = listings.get(symbol)
    const known = listings.all().map((l) => l.instrument.symbol)
    if (!listing) throw new FaultlineError('bad_input', `symbol: give one of ${known.join(', ')}`)
    if (!isTrading(listing))
      throw new FaultlineError('bad_input', `${symbol} is still catching up; ask again when GET /state says that it is ready`)
    return listing
  }
}

function stateOf(listing: Listing): VenueState['instruments'][number] {
  const { instrument, wireSymbol, genesis, simulatedTo, market } = listing
  return {
    symbol: instrument.symbol,
    ...(wireSymbol === undefined ? {} : { wireSymbol }),
    character: instrument.character,
    genesis: market?.genesis ?? genesis,
    simulatedTo: market?.simulatedTo ?? simulatedTo,
    ready: market !== undefined,
  }
}

export function positions({ instrument, market }: Trading): { symbol: string; time: number; positions: readonly OpenPosition[] } {
  return { symbol: instrument.symbol, time: market.simulatedTo, positions: market.positions() }
}

interface Range {
  /** UTC ms, inclusive */
  from: number
  /** exclusive */
  to: number
}

/** Every one of them, unthrottled. */
export function liquidations({ instrument, market }: Trading, { from, to }: Range) {
  return { symbol: instrument.symbol, from, to, liquidations: market.forcedOrders(from, to) }
}

/** What the venues of a market add up to: of its closed minutes in [from, to), and now. Sizes in base coin. */
export function total(market: VenueMarket, { from, to }: Range) {
  const time = market.simulatedTo
  const { columns } = market.candles(from, to)
  const forced = market.forcedOrders(from, to)
  const sum = (values: Iterable<number>): number => Array.from(values).reduce((a, b) => a + b, 0)
  return {
    symbol: market.instrument.symbol,
    time,
    mark: market.markAt(time).markPrice,
    openInterest: market.openInterestAt(time),
    positions: market.positions().length,
    from,
    to,
    volume: sum(columns.volume),
    takerBuyVolume: sum(columns.takerBuyVolume),
    tradeCount: sum(columns.tradeCount),
    liquidations: forced.length,
    liquidated: sum(forced.map(({ quantity }) => quantity)),
  }
}

/** What would really be liquidated, by price: the map that an estimate is measured against. */
export function truth({ instrument, market }: Trading): { symbol: string; time: number; mark: number; bins: TruthBin[] } {
  const time = market.simulatedTo
  const mark = market.markAt(time).markPrice
  const first = binOf(mark * Math.exp(-REACH))
  const last = binOf(mark * Math.exp(REACH))
  const bins = new Map<number, TruthBin>()
  for (const { direction, quantity, liquidationPrice } of market.positions()) {
    const bin = liquidationPrice > 0 ? binOf(liquidationPrice) : Number.NaN
    if (!(bin >= first && bin <= last)) continue
    const row = bins.get(bin) ?? { bin, long: 0, short: 0 }
    bins.set(bin, row)
    row[direction > 0 ? 'long' : 'short'] += quantity * liquidationPrice
  }
  const rows = [...bins.values()].filter((b) => b.long + b.short >= 1).sort((a, b) => a.bin - b.bin)
  return { symbol: instrument.symbol, time, mark, bins: rows }
}

function ledgerQuery(query: URLSearchParams): LedgerQuery {
  return definedOnly({
    channel: query.get('channel') ?? undefined,
    symbol: query.get('symbol') ?? undefined,
    after: whole(query, 'after'),
    limit: whole(query, 'limit'),
    closed: query.get('closed') === '1' || undefined,
  })
}

/** Without the keys that have no value. */
function definedOnly<T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}

function whole(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  if (!/^\d{1,15}$/.test(text)) throw new FaultlineError('bad_input', `${name}: a whole number from 0 is needed, not “${text}”`)
  return Number(text)
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request) {
    text += String(chunk)
    if (text.length > LONGEST_BODY) throw new FaultlineError('bad_input', 'the body is too long for a fault')
  }
  try {
    const body: unknown = JSON.parse(text)
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body
  } catch {
    // told below
  }
  throw new FaultlineError('bad_input', 'send a JSON object such as {"kind":"stall","seconds":30}')
}
