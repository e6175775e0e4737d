/** Parameters of a request, and OKX's words where they are wrong. */

import { BUCKETS_MS } from '@faultline/market/resolution'
import { floorTo, HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import type { RestAnswer, WireContext, WireListing } from '../wire-format.ts'

/** An answer whose `code` is not '0'. */
export class OkxError extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, msg: string) {
    super(msg)
    this.name = 'OkxError'
    this.status = status
    this.code = code
  }
}

export const refused = (status: number, code: string, msg: string): RestAnswer => ({ status, body: { code, data: [], msg } })

const wrong = (name: string): OkxError => new OkxError(400, '51000', `Parameter ${name} error`)

/** @throws OkxError */
export function mandatory(query: URLSearchParams, name: string): string {
  const value = query.get(name)
  if (!value) throw new OkxError(400, '50014', `Parameter ${name} can not be empty`)
  return value
}

/** @throws OkxError */
export function listed(query: URLSearchParams, { listings }: WireContext): WireListing {
  const instId = mandatory(query, 'instId')
  const listing = listings.find((l) => l.symbol === instId)
  if (!listing) throw new OkxError(200, '51001', "Instrument ID, Instrument ID code, or Spread ID doesn't exist.")
  return listing
}

/** Those that an `instType` means, and where told an `instId` or a family: swaps are all that there is. @throws OkxError */
export function ofType(query: URLSearchParams, context: WireContext): readonly WireListing[] {
  const type = mandatory(query, 'instType')
  if (!['SPOT', 'MARGIN', 'SWAP', 'FUTURES', 'OPTION', 'EVENTS'].includes(type)) throw wrong('instType')
  if (type !== 'SWAP') return []
  const families = (query.get('instFamily') || query.get('uly') || '').split(',').filter((family) => family !== '')
  const instId = query.get('instId')
  const ofFamily = context.listings.filter((l) => families.length === 0 || families.includes(l.symbol.replace(/-SWAP$/, '')))
  return instId ? ofFamily.filter((l) => l === listed(query, context)) : ofFamily
}

/** OKX's name of an interval that begins at full multiples of UTC, and the market's name for it. */
export const BARS: Readonly<Record<string, string>> = {
  '1m': '1m',
  '3m': '3m',
  '5m': '5m',
  '15m': '15m',
  '30m': '30m',
  '1H': '1h',
  '2H': '2h',
  '4H': '4h',
  '6Hutc': '6h',
  '12Hutc': '12h',
  '1Dutc': '1d',
}
const HONG_KONG_MS = 8 * HOUR_MS
const SHORTEST_PERIOD_MS = 5 * MINUTE_MS

/** Periods of statistics: they begin where `time + offset` is a full multiple of `ms`. */
export interface Period {
  ms: number
  offset: number
}

const periods: Record<string, Period> = {}
for (const [name, bar] of Object.entries(BARS)) {
  const ms = BUCKETS_MS[bar] as number
  if (ms >= SHORTEST_PERIOD_MS) periods[name] = { ms, offset: 0 }
  // Without `utc` long periods begin with the day of Hong Kong.
  if (name.endsWith('utc')) periods[name.slice(0, -'utc'.length)] = { ms, offset: HONG_KONG_MS }
}
export const PERIODS: Readonly<Record<string, Period>> = periods

export const beginningOf = (time: number, { ms, offset }: Period): number => floorTo(time + offset, ms) - offset
export const begins = (time: number, period: Period): boolean => beginningOf(time, period) === time

/** One of `choices` by its name. @throws OkxError */
export function choice<T>(query: URLSearchParams, name: string, choices: Readonly<Record<string, T>>, usual: string): T {
  const value = query.get(name) || usual
  const found = Object.hasOwn(choices, value) ? choices[value] : undefined
  if (found === undefined) throw wrong(name)
  return found
}

/** A whole number that may be absent. @throws OkxError */
export function integer(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name)
  if (!value) return undefined
  if (!/^\d{1,17}$/.test(value)) throw wrong(name)
  return Number(value)
}

/** Above `most` it is `most`. @throws OkxError */
export function limitOf(query: URLSearchParams, name: string, usual: number, most: number): number {
  const limit = integer(query, name) ?? usual
  if (limit < 1) throw wrong(name)
  return Math.min(limit, most)
}

/** Times in (before, after): OKX's `after` asks for what is older, `before` for what is newer. @throws OkxError */
export function between(query: URLSearchParams): { after: number; before: number | undefined } {
  return { after: integer(query, 'after') ?? Number.POSITIVE_INFINITY, before: integer(query, 'before') }
}
