/** Rows of REST answers, each by itself: one that cannot be read is left out and counted, and does not hold up the others. */
import { FeedError } from '../feed/venue-feed.ts'
import type { Rows } from './binance/rest-mapper.ts'

export const failed = (endpoint: string, what: string): FeedError => new FeedError('failed', `${endpoint} answered ${what}`)

/** A reader's text says what is wrong with a row. @throws FeedError failed when not one row of several can be read */
export function readRows<T>(endpoint: string, rows: unknown, read: (row: unknown) => T | string): Rows<T> {
  if (!Array.isArray(rows)) throw failed(endpoint, 'something that has no list')
  const good: T[] = []
  const reasons: string[] = []
  for (const row of rows as unknown[]) {
    const result = read(row)
    if (typeof result === 'string') reasons.push(result)
    else good.push(result)
  }
  const [first] = reasons
  if (first === undefined) return { rows: good, unread: null }
  if (good.length === 0) throw failed(endpoint, `no row that can be read: ${first}`)
  return { rows: good, unread: { count: reasons.length, reason: `${endpoint}: ${first}` } }
}
