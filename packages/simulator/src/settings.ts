import { FaultlineError } from '@faultline/market/errors'
import { symbolSchema } from '@faultline/market/instrument'
import { BUCKETS_MS, resolutionName } from '@faultline/market/resolution'
import { DAY_MS, floorTo, isoTime } from '@faultline/market/units'
import { type Character, LARGE_COIN } from './character.ts'
import { type CrowdName, crowdNamed } from './crowds.ts'
import { type Degradation, degradation } from './degrade.ts'
import type { Mechanics } from './market-run.ts'

export interface SimulationOptions {
  /** length of the market in days; days × 24 h must be a multiple of the candle */
  days: number
  /** whole number from 0 to 2^53 − 1 */
  seed: number
  /** candle length, one of BUCKETS_MS; 1 minute by default */
  intervalMs?: number
  /** UTC ms of the first candle, rounded down to the candle's length; 2026-01-01T00:00:00Z by default */
  start?: number
  /** SIMUSDT by default */
  symbol?: string
  /** what kind of market; a large coin by default. Price and open interest below go before the character's own. */
  character?: Character
  /** who trades; the populations that the venue's instruments have when left out */
  crowd?: CrowdName
  /** how the exchange works: full where a crowd is named, plain otherwise */
  mechanics?: Mechanics
  /** what the public feed loses; nothing by default */
  degrade?: Partial<Degradation>
  /** where the first candle opens, to within a per cent; 3000 by default */
  price?: number
  /** the open interest that the market hovers around; 3 billion USD by default */
  openInterestUsd?: number
  /** days that the market runs before the first candle, so that its positions have entries that were real prices; 3 by default */
  warmUpDays?: number
}

export interface Settings {
  /** with the price and the open interest that were asked for */
  readonly character: Character
  /** null: the populations of the venue's instruments */
  readonly crowd: CrowdName | null
  readonly mechanics: Mechanics
  readonly degrade: Degradation
  readonly days: number
  readonly seed: number
  readonly intervalMs: number
  readonly start: number
  /** end of the last candle */
  readonly end: number
  readonly symbol: string
  readonly price: number
  readonly openInterestUsd: number
  readonly warmUpDays: number
  /** decimals of prices: six significant digits or more */
  readonly priceDecimals: number
  /** base coin per lot, a power of ten worth about three dollars, and its decimals (0 or more) */
  readonly lotSize: number
  readonly lotDecimals: number
}

/** A fixed date, not today: the same command gives the same bytes for ever. */
export const DEFAULT_START = Date.UTC(2026, 0, 1)
const MAX_DAYS = 366

const refuse = (field: string, message: string): never => {
  throw new FaultlineError('bad_input', message, { place: { field } })
}

/** Fills in what is left out. @throws FaultlineError bad_input naming the option that cannot be. */
export function settle(options: SimulationOptions): Settings {
  const { days, seed } = options
  const asked = options.character ?? LARGE_COIN
  const intervalMs = options.intervalMs ?? 60_000
  const symbol = options.symbol ?? 'SIMUSDT'
  const price = options.price ?? asked.price
  const openInterestUsd = options.openInterestUsd ?? asked.openInterestUsd
  const warmUpDays = options.warmUpDays ?? 3
  if (!Number.isSafeInteger(seed) || seed < 0) refuse('seed', `a whole number from 0 to 2^53 − 1 is needed, not ${seed}`)
  if (!Object.values(BUCKETS_MS).includes(intervalMs)) refuse('interval', `one of ${Object.keys(BUCKETS_MS).join(', ')} is needed`)
  if (!(days > 0 && days <= MAX_DAYS)) refuse('days', `a number above 0 and up to ${MAX_DAYS} is needed, not ${days}`)
  const span = Math.round(days * DAY_MS)
  if (span === 0 || span % intervalMs !== 0) refuse('days', `${days} days are not a whole number of ${resolutionName(intervalMs)} candles`)
  if (!(price >= 1e-7 && price <= 1e7)) refuse('price', `a price from 0.0000001 to 10000000 is needed, not ${price}`)
  if (!(openInterestUsd >= 1e6 && openInterestUsd <= 1e11)) refuse('openInterestUsd', 'from one million to 100 billion USD is needed')
  if (!(warmUpDays >= 0 && warmUpDays <= 30)) refuse('warmUpDays', 'from 0 to 30 days are needed')
  const named = symbolSchema.safeParse(symbol)
  if (!named.success) refuse('symbol', named.error.issues[0]?.message ?? 'not a symbol')
  const begin = options.start ?? DEFAULT_START
  if (!Number.isSafeInteger(begin)) refuse('start', 'a time in UTC milliseconds is needed')
  const start = floorTo(begin, intervalMs)
  // Bounds of the events' times (market/event), with room for the time before the first candle.
  if (start < Date.UTC(2009, 0, 1) || start + span > Date.UTC(2099, 11, 31)) {
    refuse('start', `the market must lie between 2009 and 2099, not begin at ${isoTime(start)}`)
  }
  return {
    character: { ...asked, price, openInterestUsd },
    crowd: options.crowd === undefined ? null : crowdNamed(options.crowd),
    mechanics: options.mechanics ?? (options.crowd === undefined ? 'plain' : 'full'),
    degrade: degradation(options.degrade ?? {}),
    days,
    seed,
    intervalMs,
    start,
    end: start + span,
    symbol,
    price,
    openInterestUsd,
    warmUpDays,
    ...units(price),
  }
}

/** In which steps prices and sizes go, for a coin that costs about `price`. */
export function units(price: number): Pick<Settings, 'priceDecimals' | 'lotSize' | 'lotDecimals'> {
  const lotDecimals = Math.round(Math.log10(price / 3))
  return {
    priceDecimals: Math.max(1, 5 - Math.floor(Math.log10(price))),
    lotSize: Number(`1e${-lotDecimals}`),
    lotDecimals: Math.max(0, lotDecimals),
  }
}
