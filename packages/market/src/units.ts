/**
 * Units in the type where mixing them up would be silent. Branded numbers cost nothing at run time.
 * Inside the house: UTC milliseconds, USD, base coin, price in quote per base coin. ISO strings only at the edges.
 */
declare const unit: unique symbol
type Branded<T, U extends string> = T & { readonly [unit]: U }

/** UTC milliseconds since 1970. */
export type Ms = Branded<number, 'ms'>
export const ms = (value: number): Ms => value as Ms

export const SECOND_MS = 1_000
export const MINUTE_MS = 60_000
export const HOUR_MS = 3_600_000
export const DAY_MS = 86_400_000

export type Side = 'long' | 'short'
export const SIDES = ['long', 'short'] as const satisfies readonly Side[]

/** Start of the bucket that contains `time`. */
export const floorTo = (time: number, bucketMs: number): number => Math.floor(time / bucketMs) * bucketMs

export const isoTime = (time: number): string => new Date(time).toISOString()
