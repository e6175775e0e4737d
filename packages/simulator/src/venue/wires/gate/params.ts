/** Parameters of a request to Gate, and the errors that it answers when they are wrong. */
import { BUCKETS_MS } from '@faultline/market/resolution'
import { SECOND_MS } from '@faultline/market/units'
import type { RestAnswer, WireContext, WireListing } from '../wire-format.ts'

/** An answer that is not 200: Gate's `{ label, message }`. */
export class GateError extends Error {
  readonly status: number
  readonly label: string

  constructor(status: number, label: string, message: string) {
    super(message)
    this.name = 'GateError'
    this.status = status
    this.label = label
  }

  get answer(): RestAnswer {
    return { status: this.status, body: { label: this.label, message: this.message } }
  }
}

export const invalid = (message: string): GateError => new GateError(400, 'INVALID_PARAM_VALUE', message)

/** The candles and statistics that Gate has, of those that divide a day. */
export const INTERVALS: Readonly<Record<string, number>> = Object.fromEntries(
  ['1m', '5m', '15m', '30m', '1h', '4h', '8h', '1d'].map((name) => [name, BUCKETS_MS[name] as number]),
)

export function mandatory(query: URLSearchParams, name: string): string {
  const value = query.get(name)
  if (value === null || value === '') throw new GateError(400, 'MISSING_REQUIRED_PARAM', `Missing required parameter: ${name}`)
  return value
}

export function listingOf(context: WireContext, contract: string): WireListing {
  const listing = context.listings.find((l) => l.symbol === contract)
  if (!listing) throw new GateError(400, 'CONTRACT_NOT_FOUND', 'CONTRACT_NOT_FOUND')
  return listing
}

/** The contracts that are asked for: one, or all where none is named. */
export function asked(query: URLSearchParams, context: WireContext): readonly WireListing[] {
  const contract = query.get('contract')
  return contract === null ? context.listings : [listingOf(context, contract)]
}

export function integer(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name)
  if (value === null) return undefined
  if (!/^\d{1,15}$/.test(value)) throw invalid(`Invalid request parameter \`${name}\` value: ${value}`)
  return Number(value)
}

export function limitOf(query: URLSearchParams, usual: number, most: number): number {
  const limit = integer(query, 'limit') ?? usual
  if (limit < 1 || limit > most) throw invalid(`Invalid request parameter \`limit\` value: ${limit}`)
  return limit
}

export function intervalOf(query: URLSearchParams, usual: string): { name: string; ms: number } {
  const name = query.get('interval') ?? usual
  const ms = Object.hasOwn(INTERVALS, name) ? INTERVALS[name] : undefined
  if (ms === undefined) throw invalid(`Invalid request parameter \`interval\` value: ${name}`)
  return { name, ms }
}

/** `from` and `to`, both inclusive and in seconds, as UTC ms: `to` is the last millisecond of its second. */
export function timeRange(query: URLSearchParams): { from: number | undefined; to: number | undefined } {
  const from = integer(query, 'from')
  const to = integer(query, 'to')
  if (from !== undefined && to !== undefined && from > to) throw invalid('from is greater than to')
  return { from: from === undefined ? undefined : from * SECOND_MS, to: to === undefined ? undefined : to * SECOND_MS + SECOND_MS - 1 }
}
