/** How Hyperliquid writes numbers: floating-point numbers in strings, `69997.0`, without further zeros; and hashes. */
import { trimmed } from '../numbers.ts'
import type { WireListing } from '../wire-format.ts'

const RATE_DECIMALS = 10
const USD_DECIMALS = 6

export function float(value: number, decimals: number): string {
  const text = trimmed(value, decimals)
  return text.includes('.') ? text : `${text}.0`
}

export const price = ({ instrument }: WireListing, value: number): string => float(value, instrument.priceDecimals)
/** Marks and the like are finer than prices. */
export const mark = ({ instrument }: WireListing, value: number): string => float(value, instrument.priceDecimals + 2)
export const size = ({ instrument }: WireListing, value: number): string => float(value, instrument.quantityDecimals)
export const rate = (value: number): string => float(value, RATE_DECIMALS)
export const usd = (value: number): string => float(value, USD_DECIMALS)

/** `0x` and so many hexadecimal digits that nothing but `seeds` decides: what stands for a hash or somebody's address. */
export function hex(digits: number, ...seeds: number[]): string {
  let text = ''
  for (let block = 0; text.length < digits; block++) {
    let z = 0x9e3779b9 ^ block
    for (const seed of seeds) z = scramble(z ^ (seed >>> 0) ^ scramble(Math.floor(seed / 2 ** 32)))
    text += scramble(z).toString(16).padStart(8, '0')
  }
  return `0x${text.slice(0, digits)}`
}

/** A scrambled 32-bit whole number. */
function scramble(value: number): number {
  let z = Math.imul(value ^ (value >>> 16), 0x21f0aaad)
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
  return (z ^ (z >>> 15)) >>> 0
}
