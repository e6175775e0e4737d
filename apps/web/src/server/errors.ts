import { randomBytes } from 'node:crypto'
import { type ErrorCode, FaultlineError } from '@faultline/market/errors'
import { TRPCError } from '@trpc/server'
import { getHTTPStatusCodeFromError } from '@trpc/server/http'
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc'
import { ZodError } from 'zod'

type TRPCCode = TRPCError['code']

/** The one table between the house's errors, tRPC's and HTTP's. */
const CODES: Record<ErrorCode, { trpc: TRPCCode; http: number }> = {
  bad_input: { trpc: 'BAD_REQUEST', http: 400 },
  unauthenticated: { trpc: 'UNAUTHORIZED', http: 401 },
  forbidden: { trpc: 'FORBIDDEN', http: 403 },
  not_found: { trpc: 'NOT_FOUND', http: 404 },
  conflict: { trpc: 'CONFLICT', http: 409 },
  rate_limited: { trpc: 'TOO_MANY_REQUESTS', http: 429 },
  lease_lost: { trpc: 'CONFLICT', http: 409 },
  unavailable: { trpc: 'SERVICE_UNAVAILABLE', http: 503 },
  internal: { trpc: 'INTERNAL_SERVER_ERROR', http: 500 },
}

/** What a person may be told. Anything unexpected is logged under an id, and the id is all that they see. */
export function expectedError(error: unknown): FaultlineError {
  if (error instanceof FaultlineError && error.code !== 'internal') return error
  if (databaseIsAway(error))
    return new FaultlineError('unavailable', 'The database cannot be reached at the moment. Try again in a few seconds.', { cause: error })
  const state = sqlStateOf(error)
  // query_canceled: the statement timeout
  if (state === '57014')
    return new FaultlineError('unavailable', 'The database took too long to answer this. Ask for less, or again later.', { cause: error })
  // character_not_in_repertoire: a zero character, which no text of this database can have
  if (state === '22021' || state === '22P05')
    return new FaultlineError('bad_input', 'There is a character in it that cannot be stored. Write it without.', { cause: error })
  const id = randomBytes(4).toString('hex')
  process.stderr.write(
    `error ${id} ${new Date().toISOString()} ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  )
  return new FaultlineError('internal', `Something went wrong on the server. Its log has more under the number ${id}.`)
}

export const httpStatus = (error: FaultlineError): number => CODES[error.code].http

/** Errors that tRPC and resolvers raise, as what the client may see. */
export function toTRPCError(error: TRPCError): TRPCError {
  if (told.has(error)) return error
  const { cause } = error
  if (error.code === 'BAD_REQUEST' && cause instanceof ZodError)
    return tell(new TRPCError({ code: 'BAD_REQUEST', message: firstIssue(cause), cause }))
  if (error.code !== 'INTERNAL_SERVER_ERROR') return tell(error)
  const expected = expectedError(cause ?? error)
  return tell(new TRPCError({ code: CODES[expected.code].trpc, message: expected.message }))
}

/** For tRPC's error formatter: also what a subscription throws while it runs passes through here. */
export function describeError<S extends { message: string; code: number; data: object }>(shape: S, error: TRPCError): S {
  const shown = toTRPCError(error)
  return {
    ...shape,
    message: shown.message,
    code: TRPC_ERROR_CODES_BY_KEY[shown.code],
    data: { ...shape.data, code: shown.code, httpStatus: getHTTPStatusCodeFromError(shown) },
  }
}

/** Errors that have been put into words already: they come by twice, from the middleware and from the formatter. */
const told = new WeakSet<TRPCError>()
const tell = (error: TRPCError): TRPCError => {
  told.add(error)
  return error
}

function firstIssue(error: ZodError): string {
  const issue = error.issues[0]
  if (!issue) return 'The request is not valid.'
  return issue.path.length > 0 ? `${issue.path.join('.')}: ${issue.message}` : issue.message
}

/** SQLSTATE of what the database refused, told by the driver or, wrapped, by Prisma; null: it comes from elsewhere. */
function sqlStateOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  if ('meta' in error) {
    const wrapped = (error.meta as { driverAdapterError?: { cause?: { originalCode?: unknown } } } | undefined)?.driverAdapterError
    return typeof wrapped?.cause?.originalCode === 'string' ? wrapped.cause.originalCode : null
  }
  return 'code' in error && typeof error.code === 'string' ? error.code : null
}

/** Connection refused or reset, server starting or stopping (SQLSTATE class 08, 57P0x), no free connection or transaction in time. */
function databaseIsAway(error: unknown, depth = 0): boolean {
  if (!(error instanceof Error) || depth > 3) return false
  const code = 'code' in error ? String(error.code) : ''
  if (/^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|08\w{3}|57P0[1-3]|P1001|P1002|P1017|P2024|P2028)$/.test(code)) return true
  if (/Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/.test(error.message))
    return true
  return databaseIsAway(error.cause, depth + 1)
}
