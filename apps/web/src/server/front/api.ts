import type { IncomingMessage, ServerResponse } from 'node:http'
import { type ApiScope, findApiKey } from '@faultline/db/repositories/api-keys'
import { sessionState } from '@faultline/db/repositories/users'
import { FaultlineError } from '@faultline/market/errors'
import { TRPCError } from '@trpc/server'
import { getHTTPStatusCodeFromError } from '@trpc/server/http'
import type { Session, SessionUser } from '../auth/sessions.ts'
import { type Caller, createCaller } from '../caller.ts'
import type { Services } from '../services.ts'
import { answerJson, methodIs } from './answer.ts'

interface Endpoint {
  scope: ApiScope
  path: RegExp
  answer(caller: Caller, instrument: string, query: URLSearchParams): Promise<unknown>
}

/** What programs may ask, each the procedure that the pages ask: what a person's plan allows holds here as well. docs/api.md lists it. */
const ENDPOINTS: readonly Endpoint[] = [
  { scope: 'markets', path: /^\/instruments$/, answer: (caller) => caller.instruments.list() },
  { scope: 'markets', path: /^\/screener$/, answer: (caller) => caller.screener.list() },
  {
    scope: 'readings',
    path: /^\/instruments\/([^/]+)\/readings$/,
    answer: (caller, instrument) => caller.readings.current({ instrument }),
  },
  {
    scope: 'readings',
    path: /^\/instruments\/([^/]+)\/history$/,
    answer: (caller, instrument, query) => caller.readings.history({ instrument, from: timeOf(query, 'from'), to: timeOf(query, 'to') }),
  },
]
export const API_PREFIX = '/api/v1'

/** GET under /api/v1 with `Authorization: Bearer fl_…`. No cookie counts here. */
export async function answerApi(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  { services, ip }: { services: Services; ip: string },
): Promise<void> {
  if (!methodIs(request.method, ['GET'], response)) return
  const found = await keyOf(request, services)
  if (!found) {
    await services.limits.take('tokenIp', `api ${ip}`)
    response.setHeader('WWW-Authenticate', 'Bearer realm="Faultline"')
    throw new FaultlineError('unauthenticated', 'Send a key of yours: Authorization: Bearer fl_… (Account, API keys).')
  }
  const { key, user } = found
  await limited(response, services, key.id)
  if (!user.allowance.api)
    throw new FaultlineError('forbidden', `The API is not part of the plan ${user.allowance.name}. Ask your administrator.`)
  const path = url.pathname.slice(API_PREFIX.length)
  for (const endpoint of ENDPOINTS) {
    const match = endpoint.path.exec(path)
    if (!match) continue
    if (!key.scopes.includes(endpoint.scope))
      throw new FaultlineError('forbidden', `This key is not for ${endpoint.scope}: make another one.`)
    const caller = createCaller({ services, session: sessionOf(user), ip: null })
    try {
      return answerJson(response, 200, await endpoint.answer(caller, decodeURIComponent(match[1] ?? ''), url.searchParams))
    } catch (error) {
      if (!(error instanceof TRPCError)) throw error
      return answerJson(response, getHTTPStatusCodeFromError(error), { error: { code: error.code.toLowerCase(), message: error.message } })
    }
  }
  throw new FaultlineError('not_found', 'There is no such address in the API; docs/api.md lists them.')
}

async function keyOf(request: IncomingMessage, services: Services) {
  const [, given] = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '') ?? []
  const key = given === undefined ? null : await findApiKey(services.db, given)
  const state = key && (await sessionState(services.db, key.userId))
  if (!key || !state || state.disabled) return null
  const { disabled: _disabled, ...rest } = state
  const user: SessionUser = { userId: key.userId, sessionId: key.id, ...rest }
  return { key, user }
}

/** As RFC 9331's draft names them; the answer to what is too much says when to come back. */
async function limited(response: ServerResponse, services: Services, keyId: string): Promise<void> {
  try {
    const { limit, remaining, resetMs } = await services.limits.take('apiKey', keyId)
    response.setHeader('RateLimit-Limit', limit)
    response.setHeader('RateLimit-Remaining', remaining)
    response.setHeader('RateLimit-Reset', Math.ceil(resetMs / 1_000))
  } catch (error) {
    if (error instanceof FaultlineError && error.code === 'rate_limited') {
      response.setHeader('RateLimit-Remaining', 0)
      response.setHeader('Retry-After', 60)
    }
    throw error
  }
}

/** A key is asked for at each request: nothing runs on that would have to be ended. */
const sessionOf = (user: SessionUser): Session => ({ user, whenEnded: () => new AbortController().signal })

/** UTC ms, or a time as ISO 8601 writes it. */
function timeOf(query: URLSearchParams, name: string): number {
  const text = query.get(name) ?? ''
  const time = /^\d{1,15}$/.test(text) ? Number(text) : Date.parse(text)
  if (Number.isNaN(time)) throw new FaultlineError('bad_input', `${name} has to be a time: 2026-01-31T00:00Z, or milliseconds.`)
  return time
}
