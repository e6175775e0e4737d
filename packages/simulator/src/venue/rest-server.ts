/** The venue's HTTP side: faults first, then limits, then the call; every request is noted. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultOf, Faults } from './faults.ts'
import type { Ledger } from './ledger.ts'
import { Limiter, type Limits, retryAfterSeconds } from './limits.ts'
import { endpointOf, type RestContext } from './rest.ts'
import { ApiError } from './rest-params.ts'
import type { Json } from './wire.ts'

interface Answer {
  status: number
  body: Json
  weight: number
  headers?: Record<string, string>
}

const TOO_MANY = 'Please use the websocket for live updates to avoid polling the API.'

export class RestServer {
  private readonly faults: Faults
  private readonly ledger: Ledger
  private readonly limiter: Limiter
  private readonly context: () => RestContext
  /** good answers since each `serverError` fault began, by its id */
  private readonly good = new Map<string, number>()

  constructor(options: { limits: Limits; faults: Faults; ledger: Ledger; context: () => RestContext; wall: () => number }) {
    this.faults = options.faults
    this.ledger = options.ledger
    this.context = options.context
    this.limiter = new Limiter(options.limits, options.wall)
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = Date.now()
    const method = request.method ?? 'GET'
    const { pathname: path, searchParams } = URL.parse(request.url ?? '/', 'http://venue') ?? new URL('http://venue/')
    const note = (status: number, weight: number): void => {
      this.ledger.recordRequest({ at, method, path, query: searchParams.toString(), status, weight })
    }
    if (this.faults.active('cut')?.rest) {
      note(0, 0)
      request.socket.destroy()
      return
    }
    const slow = this.faults.active('slow')
    if (slow) await sleep(slow.delayMs)
    const { status, body, weight, headers } = this.answer(method, path, searchParams, request.socket.remoteAddress ?? '')
    note(status, weight)
    response.writeHead(status, { 'content-type': 'application/json;charset=UTF-8', ...headers })
    response.end(JSON.stringify(body))
  }

  private answer(method: string, path: string, query: URLSearchParams, address: string): Answer {
    const refused = this.refusedByFault(address)
    if (refused) return refused
    try {
      if (method !== 'GET') throw new ApiError(404, -5000, `Path ${path}, Method ${method} is invalid`)
      const endpoint = endpointOf(path)
      const charge = endpoint.charge(query)
      const { weight } = charge
      const verdict = this.limiter.charge(address, charge)
      const used = { 'x-mbx-used-weight-1m': String(verdict.usedWeight) }
      if (verdict.status === 429) {
        return refusal(429, `Too many requests; ${verdict.reason}. ${TOO_MANY}`, verdict.retryAfterMs, used)
      }
      if (verdict.status === 418) return banned(address, verdict.bannedUntil, verdict.retryAfterMs, used)
      const broken = this.brokenByFault(path)
      if (broken) return { ...broken, weight, headers: used }
      try {
        return { status: 200, body: endpoint.answer(query, this.context()), weight, headers: used }
      } catch (error) {
        return { ...failure(error), weight, headers: used }
      }
    } catch (error) {
      return failure(error)
    }
  }

  private refusedByFault(address: string): Answer | undefined {
    const ban = this.faults.active('ban')
    if (ban) return banned(address, ban.until, ban.until - Date.now(), {})
    const limited = this.faults.active('rateLimit')
    if (!limited) return undefined
    const wait = limited.retryAfter === undefined ? limited.until - Date.now() : limited.retryAfter * 1_000
    return refusal(429, `Too many requests. ${TOO_MANY}`, wait, {})
  }

  private brokenByFault(path: string): Answer | undefined {
    const fault: FaultOf<'serverError'> | undefined = this.faults.active('serverError')
    if (!fault || (fault.paths && !fault.paths.includes(path))) return undefined
    const good = this.good.get(fault.id) ?? 0
    if (good < (fault.after ?? 0)) {
      this.good.set(fault.id, good + 1)
      return undefined
    }
    const body = { code: -1000, msg: 'An unknown error occurred while processing the request.' }
    return { status: fault.status ?? 500, body, weight: 0 }
  }
}

function failure(error: unknown): Answer {
  if (!(error instanceof ApiError)) throw error
  return { status: error.status, body: { code: error.code, msg: error.message }, weight: 0 }
}

function refusal(status: number, msg: string, waitMs: number, headers: Record<string, string>): Answer {
  const retryAfter = String(waitMs > 0 ? retryAfterSeconds(waitMs) : 0)
  return { status, body: { code: -1003, msg }, weight: 0, headers: { ...headers, 'retry-after': retryAfter } }
}

function banned(address: string, until: number, waitMs: number, headers: Record<string, string>): Answer {
  const msg = `Way too many requests; IP(${address}) banned until ${until}. Please use the websocket for live updates to avoid bans.`
  return refusal(418, msg, waitMs, headers)
}
