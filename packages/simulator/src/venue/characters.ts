/**
 * The instruments of the simulated venue, from large and calm to small and wild. They share one model and differ in their
 * character; docs/simulator.md has a table of what comes of it.
 */
import { FaultlineError } from '@faultline/market/errors'
import type { Character } from '../character.ts'
import { BRACKETS, type Bracket } from '../margin.ts'
import { units } from '../settings.ts'
import type { VenueInstrument } from './venue-market.ts'

export interface ListedCharacter extends Character {
  readonly symbol: string
  readonly baseAsset: string
  /** decimals of prices: venues give wild coins coarser ticks */
  readonly priceDecimals: number
}

/** The margin tiers of a smaller coin: notionals times `scale`, and nothing above `maxLeverage`. */
function tiers(scale: number, maxLeverage: number): Bracket[] {
  return BRACKETS.filter((b) => b.initialLeverage <= maxLeverage).map((b, i) => ({
    bracket: i + 1,
    notionalFloor: i === 0 ? 0 : b.notionalFloor * scale,
    notionalCap: b.notionalCap * scale,
    maintMarginRatio: b.maintMarginRatio,
    initialLeverage: b.initialLeverage,
  }))
}

/** In the order in which the venue lists them and makes them ready. */
export const CHARACTERS: readonly ListedCharacter[] = [
  {
    symbol: 'SIMOAKUSDT',
    baseAsset: 'SIMOAK',
    description: 'large and calm',
    price: 64_000,
    priceDecimals: 1,
    openInterestUsd: 6e9,
    newsVolatility: 0.0125,
    dayVolatility: 0.015,
    jumpsPerDay: 3,
    jump: { min: 0.001, max: 0.02, alpha: 2.5 },
    leverageAppetite: 1.5,
    depthPerPercent: 0.06,
    activity: 1.1,
    fundingIntervalHours: 8,
    usdPerPrint: 6_000,
    brackets: BRACKETS,
  },
  {
    symbol: 'SIMTIDEUSDT',
    baseAsset: 'SIMTIDE',
    description: 'large and busy',
    price: 2_600,
    priceDecimals: 2,
    openInterestUsd: 3e9,
    newsVolatility: 0.02,
    dayVolatility: 0.024,
    jumpsPerDay: 4,
    jump: { min: 0.0015, max: 0.03, alpha: 2.5 },
    leverageAppetite: 1.2,
    depthPerPercent: 0.04,
    activity: 1.15,
    fundingIntervalHours: 8,
    usdPerPrint: 4_000,
    brackets: BRACKETS,
  },
  {
    symbol: 'SIMRIDGEUSDT',
    baseAsset: 'SIMRIDGE',
    description: 'middling, in fits and starts',
    price: 140,
    priceDecimals: 2,
    openInterestUsd: 9e8,
    newsVolatility: 0.026,
    dayVolatility: 0.031,
    jumpsPerDay: 5,
    jump: { min: 0.002, max: 0.04, alpha: 2.4 },
    leverageAppetite: 0.95,
    depthPerPercent: 0.03,
    activity: 1,
    fundingIntervalHours: 8,
    usdPerPrint: 2_000,
    brackets: tiers(0.5, 100),
  },
  {
    symbol: 'SIMEMBERUSDT',
    baseAsset: 'SIMEMBER',
    description: 'smaller, glowing',
    price: 2.4,
    priceDecimals: 4,
    openInterestUsd: 3e8,
    newsVolatility: 0.031,
    dayVolatility: 0.039,
    jumpsPerDay: 5,
    jump: { min: 0.003, max: 0.05, alpha: 2.4 },
    leverageAppetite: 0.78,
    depthPerPercent: 0.026,
    activity: 1,
    fundingIntervalHours: 8,
    usdPerPrint: 1_000,
    brackets: tiers(0.2, 75),
  },
  {
    symbol: 'SIMGALEUSDT',
    baseAsset: 'SIMGALE',
    description: 'small and gusty',
    price: 0.18,
    priceDecimals: 5,
    openInterestUsd: 1.2e8,
    newsVolatility: 0.04,
    dayVolatility: 0.05,
    jumpsPerDay: 6,
    jump: { min: 0.004, max: 0.065, alpha: 2.4 },
    leverageAppetite: 0.64,
    depthPerPercent: 0.021,
    activity: 1.1,
    fundingIntervalHours: 4,
    usdPerPrint: 600,
    brackets: tiers(0.1, 75),
  },
  {
    symbol: 'SIMSPARKUSDT',
    baseAsset: 'SIMSPARK',
    description: 'small and wild',
    price: 0.0042,
    priceDecimals: 7,
    openInterestUsd: 4e7,
    newsVolatility: 0.051,
    dayVolatility: 0.064,
    jumpsPerDay: 7,
    jump: { min: 0.005, max: 0.09, alpha: 2.4 },
    leverageAppetite: 0.5,
    depthPerPercent: 0.017,
    activity: 1.2,
    fundingIntervalHours: 4,
    usdPerPrint: 300,
    brackets: tiers(0.05, 50),
  },
]

export const VENUE_SYMBOLS: readonly string[] = CHARACTERS.map((c) => c.symbol)

/** @throws FaultlineError bad_input for a symbol that the venue does not list */
export function characterOf(symbol: string): ListedCharacter {
  const found = CHARACTERS.find((c) => c.symbol === symbol)
  if (found) return found
  throw new FaultlineError('bad_input', `the simulated venue has no instrument ${symbol}; it has ${VENUE_SYMBOLS.join(', ')}`)
}

/** What the venue publishes of an instrument. @throws FaultlineError bad_input for a symbol that it does not list */
export function venueInstrument(symbol: string): VenueInstrument {
  const c = characterOf(symbol)
  return {
    symbol: c.symbol,
    baseAsset: c.baseAsset,
    quoteAsset: 'USDT',
    priceDecimals: c.priceDecimals,
    quantityDecimals: units(c.price).lotDecimals,
    fundingIntervalHours: c.fundingIntervalHours,
    brackets: c.brackets,
    character: c.description,
  }
}
