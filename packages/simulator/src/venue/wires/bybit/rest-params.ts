/** Parameters of a request, and Bybit's words where they are wrong. Errors come with status 200. */
import type { RestAnswer, WireContext, WireListing } from '../wire-format.ts'

/** An answer whose `retCode` is not 0. */
export class BybitError extends Error {
  readonly retCode: number

  constructor(retCode: number, retMsg: string) {
    super(retMsg)
    this.name = 'BybitError'
    this.retCode = retCode
  }
}

const PARAMS = 10_001
const wrong = (what: string): BybitError => new BybitError(PARAMS, what)

/** A refusal that does not ask the market, and so does not tell its time. */
export const refused = (status: number, retCode: number, retMsg: string): RestAnswer => ({
  status,
  body: { retCode, retMsg, result: {}, retExtInfo: {} },
})

export function envelope(retCode: number, retMsg: string, result: object, time: number, status = 200): RestAnswer {
  return { status, body: { retCode, retMsg, result, retExtInfo: {}, time } }
}

/** The instrument of a call about one of them. @throws BybitError */
export function listed(query: URLSearchParams, { listings }: WireContext): WireListing {
  linear(query)
  const symbol = query.get('symbol')
  if (!symbol) throw wrong('params error: symbol is required')
  const listing = listings.find((l) => l.symbol === symbol)
  if (!listing) throw wrong('Not supported symbols')
  return listing
}

/** Those of a call about one or all. @throws BybitError */
export const asked = (query: URLSearchParams, context: WireContext): readonly WireListing[] => {
  linear(query)
  return query.get('symbol') ? [listed(query, context)] : context.listings
}

function linear(query: URLSearchParams): void {
  if (query.get('category') !== 'linear') throw wrong('Illegal category')
}

/** One of `intervals` by its name. @throws BybitError */
export function intervalOf<T>(query: URLSearchParams, name: string, intervals: Readonly<Record<string, T>>): T {
  const value = query.get(name) ?? ''
  const found = Object.hasOwn(intervals, value) ? intervals[value] : undefined
  if (found === undefined) throw wrong(name === 'interval' ? 'Invalid period!' : `params error: ${name} invalid`)
  return found
}

/** A whole number that may be absent. @throws BybitError */
export function integer(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name)
  if (value === null || value === '') return undefined
  if (!/^\d{1,17}$/.test(value)) throw wrong(`params error: ${name} invalid`)
  return Number(value)
}

/** Above `most` it is `most`. @throws BybitError */
export function limitOf(query: URLSearchParams, usual: number, most: number): number {
  const limit = integer(query, 'limit') ?? usual
  if (limit < 1) throw wrong('params error: limit invalid')
  return Math.min(limit, most)
}

/** Both ends inclusive. @throws BybitError */
export function range(query: URLSearchParams, from: string, to: string): { start: number | undefined; end: number | undefined } {
  const start = integer(query, from)
  const end = integer(query, to)
  if (start !== undefined && end !== undefined && start > end) throw wrong(`params error: ${from} is greater than ${to}`)
  return { start, end }
}
