/** What Binance's HTTP answers mean as errors. */
import { FeedError } from '../../feed/venue-feed.ts'
import { isFields } from './values.ts'

export interface Answer {
  status: number
  url: string
  headers: Readonly<Record<string, string>>
  body: string
  /** undefined: the body is no JSON */
  parsed: unknown
}

/** Characters of a body that is no JSON, in a message. */
const QUOTED = 120

export function header({ headers }: Answer, name: string): string | undefined {
  const wanted = name.toLowerCase()
  return Object.entries(headers).find(([key]) => key.toLowerCase() === wanted)?.[1]
}

/** @throws FeedError refused or failed for anything but a good answer */
export function checkAnswer(answer: Answer): void {
  const { status, url, parsed } = answer
  const says = complaint(answer)
  const where = URL.canParse(url) ? `${new URL(url).host}${new URL(url).pathname}` : url
  if (status >= 500) throw new FeedError('failed', `${where} answered ${status}${says ? `, ${says}` : ''}`)
  if (status >= 400) throw new FeedError('refused', `${where} answered ${status}${says ? `, ${says}` : ''}`)
  if (parsed === undefined) throw new FeedError('failed', `${where} answered what is no JSON${says ? `: ${says}` : ''}`)
  // Some endpoints say no under 200.
  if (isFields(parsed) && typeof parsed.code === 'number' && parsed.code < 0) throw new FeedError('refused', `${where} answered ${says}`)
}

function complaint({ body, parsed }: Answer): string {
  if (isFields(parsed) && parsed.code !== undefined) return `code ${String(parsed.code)}: ${String(parsed.msg ?? '')}`
  const text = body.replace(/\s+/g, ' ').trim()
  return text.length > QUOTED ? `“${text.slice(0, QUOTED)}…”` : text === '' ? '' : `“${text}”`
}

/** What a request that got no whole answer threw. ccxt puts its own name and the address before the reason. */
export function transportError(error: unknown): FeedError {
  if (error instanceof FeedError) return error
  const message = error instanceof Error ? error.message : String(error)
  const [, url, reason] = /\bGET (\S+) (?:fetch failed:? ?)?(.*)$/s.exec(message) ?? []
  if (url === undefined || !URL.canParse(url)) return new FeedError('unreachable', message, { cause: error })
  const { host, hostname } = new URL(url)
  const text = reason || 'no connection'
  return new FeedError('unreachable', text.includes(hostname) ? text : `${host}: ${text}`, { cause: error })
}
