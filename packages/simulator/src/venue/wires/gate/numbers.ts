/** How Gate writes numbers: prices as strings without trailing zeros, sizes in contracts, times in seconds. */
import { SECOND_MS } from '@faultline/market/units'
import type { VenueInstrument } from '../../venue-market.ts'
import { trimmed } from '../numbers.ts'
import type { WireListing } from '../wire-format.ts'

/** Rates have at most so many decimals, marks and indices two more than prices. */
const RATE_DECIMALS = 8
const MARK_DECIMALS = 2

export const price = ({ instrument }: WireListing, value: number): string => trimmed(value, instrument.priceDecimals)
export const markDecimals = (i: VenueInstrument): number => i.priceDecimals + MARK_DECIMALS
export const mark = ({ instrument }: WireListing, value: number): string => trimmed(value, markDecimals(instrument))
export const rate = (value: number): string => trimmed(value, RATE_DECIMALS)

/**
 * Base coin per contract. As at Gate a contract is worth some USD whatever the coin costs: 0.0001 of one that is worth 64,000,
 * a hundred of one that is worth less than a cent. How fine lots and ticks are tells what the coin costs.
 */
export function contractSizeOf({ quantityDecimals, priceDecimals }: VenueInstrument): number {
  if (quantityDecimals >= 4) return Number(`1e-${quantityDecimals}`)
  if (quantityDecimals === 3) return 0.01
  if (quantityDecimals > 0 || priceDecimals < 5) return 1
  return priceDecimals < 7 ? 10 : 100
}

/** Decimals that a size in contracts can have: none where a lot is worth whole contracts. */
const sizeDecimals = ({ instrument, contractSize }: WireListing): number =>
  Math.max(0, instrument.quantityDecimals + Math.round(Math.log10(contractSize)))

/** Base coin as contracts, in a string. */
export const contractsText = (listing: WireListing, coins: number): string => trimmed(coins / listing.contractSize, sizeDecimals(listing))

/** Base coin as contracts: a number where it is whole, and since 2026 a string where it is not. */
export function contracts(listing: WireListing, coins: number): number | string {
  const text = contractsText(listing, coins)
  return text.includes('.') ? text : Number(text)
}

/** Base coin as contracts where Gate writes numbers whatever they are. */
export const contractsNumber = (listing: WireListing, coins: number): number => Number(contractsText(listing, coins))

export const seconds = (ms: number): number => Math.floor(ms / SECOND_MS)
/** Seconds with the milliseconds behind the point. */
export const fineSeconds = (ms: number): number => Math.round(ms) / SECOND_MS
