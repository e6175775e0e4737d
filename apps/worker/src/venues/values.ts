/**
 * Numbers as venues write them: decimals as strings, times as integers. Readers return NaN (or undefined) for what is none, and callers
 * refuse the message: an exception per garbage frame would cost more than all good ones.
 */

const DECIMAL = /^-?\d+(?:\.\d+)?$/
const LONGEST_DECIMAL = 40
const SYMBOL = /^[A-Z0-9][A-Z0-9._-]{0,39}$/

export type Fields = Readonly<Record<string, unknown>>

export const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

/** A decimal as string or number; NaN for anything else (`''`, `'0x1'`, `'1e400'`, null, objects). */
export function decimal(value: unknown): number {
  if (typeof value === 'string') return value.length <= LONGEST_DECIMAL && DECIMAL.test(value) ? Number(value) : Number.NaN
  return typeof value === 'number' && Number.isFinite(value) ? value : Number.NaN
}

// What no venue can mean: the bounds of an import (docs/import-formats.md). NaN is in none of them.
export const isPrice = (value: number): boolean => value >= 1e-12 && value <= 1e12
export const isSize = (value: number): boolean => value >= 0 && value <= 1e24
export const isFundingRate = (value: number): boolean => value >= -1 && value <= 1
export const isTradeCount = (value: number): boolean => Number.isInteger(value) && value >= 0 && value < 2 ** 31
/** UTC milliseconds, not seconds or microseconds: 2008 to 2099. */
export const isTime = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1_200_000_000_000 && value <= 4_102_444_800_000
export const isSymbol = (value: unknown): value is string => typeof value === 'string' && SYMBOL.test(value)

/** A time as the statistics endpoints give it, a number or a string of digits; undefined where it is none. */
export function timeOf(value: unknown): number | undefined {
  const time = typeof value === 'string' ? decimal(value) : value
  return isTime(time) ? time : undefined
}
