/** Parameters of a request, and the errors that Binance answers when they are wrong. */
import { isTrading, type Listing, type Listings } from './listings.ts'

/** An answer that is not 200: Binance's `{ code, msg }`. */
export class ApiError extends Error {
  readonly status: number
  readonly code: number

  constructor(status: number, code: number, message: string) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.code = code
  }
}

const bad = (code: number, message: string): ApiError => new ApiError(400, code, message)
const invalid = (name: string): ApiError => bad(-1130, `Data sent for parameter '${name}' is not valid.`)

/** The value of a parameter that must be there. */
export function mandatory(query: URLSearchParams, name: string): string {
  const value = query.get(name)
  if (value === null || value === '') throw bad(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`)
  return value
}

export function listed(listings: Listings, symbol: string): Listing {
  const listing = listings.get(symbol)
  if (!listing) throw bad(-1121, 'Invalid symbol.')
  return listing
}

/** For calls that have no empty answer. */
export function notTrading(): ApiError {
  return bad(-4108, 'Symbol is on delivering or delivered or settling or closed or pre-trading.')
}

export function trading(listing: Listing): NonNullable<Listing['market']> {
  if (!isTrading(listing)) throw notTrading()
  return listing.market
}

/** One of `intervals` by its name. */
export function intervalOf(query: URLSearchParams, name: string, intervals: Readonly<Record<string, number>>): number {
  const value = mandatory(query, name)
  const ms = Object.hasOwn(intervals, value) ? intervals[value] : undefined
  if (ms === undefined) throw name === 'interval' ? bad(-1120, 'Invalid interval.') : invalid(name)
  return ms
}

/** A whole number that may be absent. */
export function integer(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name)
  if (value === null) return undefined
  if (value === '') throw bad(-1105, `Parameter '${name}' was empty.`)
  if (!/^\d{1,20}$/.test(value)) {
    throw bad(-1100, `Illegal characters found in parameter '${name}'; legal range is '^[0-9]{1,20}$'.`)
  }
  return Number(value)
}

export function limitOf(query: URLSearchParams, usual: number, most: number): number {
  const limit = integer(query, 'limit') ?? usual
  if (limit < 1 || limit > most) throw invalid('limit')
  return limit
}

/** `startTime` and `endTime`, both inclusive. */
export function timeRange(query: URLSearchParams): { startTime: number | undefined; endTime: number | undefined } {
  const startTime = integer(query, 'startTime')
  const endTime = integer(query, 'endTime')
  if (startTime !== undefined && endTime !== undefined && startTime > endTime) {
    throw bad(-1023, 'Start time is greater than end time.')
  }
  return { startTime, endTime }
}

/** Statistics are kept for 30 days. */
export function refuseOlder(startTime: number | undefined, oldest: number): void {
  if (startTime !== undefined && startTime < oldest) throw bad(-1130, "parameter 'startTime' is invalid.")
}

export function depthLimit(query: URLSearchParams, limits: readonly number[]): number {
  const limit = integer(query, 'limit') ?? 500
  if (!limits.includes(limit)) throw bad(-4021, `${limit} is not valid depth limit.`)
  return limit
}

/**
 * Of rows in order of time: the first `limit` from a start that was asked for, else the last ones.
 * As Binance: without startTime the newest are meant.
 */
export const page = <T>(rows: readonly T[], limit: number, startTime: number | undefined): T[] =>
  startTime === undefined ? rows.slice(-limit) : rows.slice(0, limit)
