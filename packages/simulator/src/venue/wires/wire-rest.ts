/** The HTTP side of a venue of some wire format: faults first, then limits, then the call; every request is noted. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Faults } from '../faults.ts'
import type { Ledger } from '../ledger.ts'
import { retryAfterSeconds } from '../limits.ts'
import type { RestAnswer, RestRequest, WireContext, WireFormat } from './wire-format.ts'
import { WireLimiter, type WireLimits } from './wire-limiter.ts'

const LONGEST_BODY = 64 * 1024

export interface WireRestOptions {
  format: WireFormat
  limits: WireLimits
  faults: Faults
  ledger: Ledger
  context: () => WireContext
  wall: () => number
}

export class WireRest {
  private readonly options: WireRestOptions
  private readonly limiter: WireLimiter
  /** good answers since each `serverError` fault began, by its id */
  private readonly good = new Map<string, number>()

  constructor(options: WireRestOptions) {
    this.options = options
    this.limiter = new WireLimiter(options.limits, options.wall)
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { faults, ledger } = this.options
    const at = Date.now()
    const method = request.method ?? 'GET'
    const { pathname: path, searchParams: query } = URL.parse(request.url ?? '/', 'http://venue') ?? new URL('http://venue/')
    const note = (status: number, weight: number): void => {
      ledger.recordRequest({ at, method, path, query: query.toString(), status, weight })
    }
    if (faults.active('cut')?.rest) {
      note(0, 0)
      request.socket.destroy()
      return
    }
    const body = method === 'POST' ? await readBody(request) : undefined
    const slow = faults.active('slow')
    if (slow) await sleep(slow.delayMs)
    const address = request.socket.remoteAddress ?? ''
    const known = method === 'GET' || method === 'POST'
    const { answer, weight } = known
      ? this.answer({ method, path, query, body }, address)
      : { answer: this.options.format.serverError(405), weight: 0 }
    note(answer.status, weight)
    response.writeHead(answer.status, { 'content-type': 'application/json;charset=UTF-8', ...answer.headers })
    response.end(JSON.stringify(answer.body))
  }

  private answer(request: RestRequest, address: string): { answer: RestAnswer; weight: number } {
    const { format, context } = this.options
    const refused = this.refusedByFault()
    if (refused) return { answer: refused, weight: 0 }
    const cost = format.costOf(request)
    if (!cost) return { answer: format.serverError(404), weight: 0 }
    const { refused: over, left, resetsAt } = this.limiter.charge(address, cost)
    const answer = over
      ? refusal(format, over.reason, over.retryAfterMs)
      : (this.brokenByFault(request.path) ?? format.answer(request, context()))
    const headers = { ...format.limitHeaders?.(cost, left, resetsAt), ...answer.headers }
    return { answer: { ...answer, headers }, weight: cost.weight }
  }

  private refusedByFault(): RestAnswer | undefined {
    const { faults, format } = this.options
    const ban = faults.active('ban')
    if (ban) return refusal(format, 'ban', ban.until - Date.now())
    const limited = faults.active('rateLimit')
    if (!limited) return undefined
    return refusal(format, 'limit', limited.retryAfter === undefined ? limited.until - Date.now() : limited.retryAfter * 1_000)
  }

  private brokenByFault(path: string): RestAnswer | undefined {
    const fault = this.options.faults.active('serverError')
    if (!fault || (fault.paths && !fault.paths.includes(path))) return undefined
    const good = this.good.get(fault.id) ?? 0
    if (good < (fault.after ?? 0)) {
      this.good.set(fault.id, good + 1)
      return undefined
    }
    return this.options.format.serverError(fault.status ?? 500)
  }
}

/** As the format words it, with the wait in the header of RFC 9110 beside whatever the format has for it. */
function refusal(format: WireFormat, reason: 'limit' | 'ban', retryAfterMs: number): RestAnswer {
  const answer = format.refusal(reason, Math.max(0, retryAfterMs))
  const wait = String(retryAfterMs > 0 ? retryAfterSeconds(retryAfterMs) : 0)
  return { ...answer, headers: { 'retry-after': wait, ...answer.headers } }
}

/** Parsed JSON; undefined where it is none, or too long to be a question. */
async function readBody(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request) if (text.length <= LONGEST_BODY) text += String(chunk)
  try {
    return text.length > LONGEST_BODY ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
