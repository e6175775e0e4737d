/** What HTTP answers of a venue mean as errors. Each venue has its own way to say no, often under 200. */
import { SECOND_MS } from '@faultline/market/units'
import { FeedError } from '../../feed/venue-feed.ts'
import { isFields } from '../values.ts'

export interface Answer {
  status: number
  url: string
  headers: Readonly<Record<string, string>>
  body: string
  /** undefined: the body is no JSON object or list */
  parsed: unknown
}

/**
 * What an answer says that is none. `says` continues “HOST answered …”. `blocked`: the venue wants to be left alone for
 * `waitMs` (null: it did not say for how long); `ban`: the harder kind, which grows while it is repeated.
 */
export type Refusal = { code: 'blocked'; says: string; waitMs: number | null; ban: boolean } | { code: 'refused' | 'failed'; says: string }

/** How a venue says no; null: the answer is good. */
export type ReadRefusal = (answer: Answer) => Refusal | null

/** Characters of a body that is no JSON, in a message. */
const QUOTED = 120

export function header({ headers }: Pick<Answer, 'headers'>, name: string): string | undefined {
  const wanted = name.toLowerCase()
  return Object.entries(headers).find(([key]) => key.toLowerCase() === wanted)?.[1]
}

/**
 * What the status says, for venues that use it: 429 and 418 to wait (Retry-After says how long), 4xx no, 5xx and bodies that
 * are no JSON a failure. `complaint` quotes the body in the venue's own terms.
 */
export function httpRefusal(answer: Answer, complaint: (answer: Answer) => string = quoted): Refusal | null {
  const { status, parsed } = answer
  const text = complaint(answer)
  const says = `${status}${text ? `, ${text}` : ''}`
  if (status === 429 || status === 418)
    return { code: 'blocked', says: String(status), waitMs: retryAfterMs(header(answer, 'retry-after'), Date.now()), ban: status === 418 }
  if (status >= 500) return { code: 'failed', says }
  if (status >= 400) return { code: 'refused', says }
  if (parsed === undefined) return { code: 'failed', says: `what is no JSON${text ? `: ${text}` : ''}` }
  return null
}

/** `code -1121: Invalid symbol.` from fields of the body, where they are there; else the beginning of the body. */
export function complaintOf({ body, parsed }: Answer, codeField: string, textField: string): string {
  if (isFields(parsed) && parsed[codeField] !== undefined) return `code ${String(parsed[codeField])}: ${String(parsed[textField] ?? '')}`
  return quoted({ body })
}

export function quoted({ body }: Pick<Answer, 'body'>): string {
  const text = body.replace(/\s+/g, ' ').trim()
  return text.length > QUOTED ? `“${text.slice(0, QUOTED)}…”` : text === '' ? '' : `“${text}”`
}

/** Host and path, without the query. */
export const placeOf = ({ url }: Pick<Answer, 'url'>): string => (URL.canParse(url) ? `${new URL(url).host}${new URL(url).pathname}` : url)

/** What a request that got no whole answer threw. ccxt puts its own name and the address before the reason. */
export function transportError(error: unknown): FeedError {
  if (error instanceof FeedError) return error
  const message = error instanceof Error ? error.message : String(error)
  const [, url, reason] = /\b(?:GET|POST) (\S+) (?:fetch failed:? ?)?(.*)$/s.exec(message) ?? []
  if (url === undefined || !URL.canParse(url)) return new FeedError('unreachable', message, { cause: error })
  const { host, hostname } = new URL(url)
  const text = reason || 'no connection'
  return new FeedError('unreachable', text.includes(hostname) ? text : `${host}: ${text}`, { cause: error })
}

/** Of a header in seconds, or with a date; null for what is neither. */
export function retryAfterMs(value: string | undefined, now: number): number | null {
  if (value === undefined) return null
  if (/^\s*\d+\s*$/.test(value)) return Number(value) * SECOND_MS
  const date = Date.parse(value)
  return Number.isNaN(date) ? null : Math.max(0, date - now)
}
