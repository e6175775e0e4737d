/**
 * Contracts of cheap coins are quoted per thousand or million coins: Binance's and Bybit's `1000PEPE`, Hyperliquid's `kPEPE`,
 * `1000000MOG` and `1MBABYDOGE`. Their prices are of another scale than those of `PEPE`, so nothing may be summed over venues
 * before it is known how many coins one unit is.
 */

export interface AssetUnits {
  /** the coin itself: PEPE */
  asset: string
  /** coins in one unit of the base asset: 1000 of `kPEPE`. A price per unit is this many times the coin's price */
  units: number
}

/** A number that is part of a coin's own name: 1INCH is no million, 1000SATS of a coin called SATS is. */
const POWER_OF_TEN = /^(1000+)([A-Z][A-Z0-9]*)$/
const MILLION = /^1M([A-Z][A-Z0-9]{2,})$/
/** Small k is Hyperliquid's alone; KAVA and KAS are coins. */
const THOUSAND = /^k([A-Z][A-Z0-9]*)$/

/** Of a base asset as an instrument has it; one unit of itself for any other. */
export function assetUnits(baseAsset: string): AssetUnits {
  const [, digits, coin] = POWER_OF_TEN.exec(baseAsset) ?? []
  if (digits !== undefined && coin !== undefined) return { asset: coin, units: Number(digits) }
  const thousand = THOUSAND.exec(baseAsset)?.[1]
  if (thousand !== undefined) return { asset: thousand, units: 1_000 }
  const million = MILLION.exec(baseAsset)?.[1]
  if (million !== undefined) return { asset: million, units: 1_000_000 }
  return { asset: baseAsset, units: 1 }
}
