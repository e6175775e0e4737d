import { FaultlineError } from '@faultline/market/errors'

/**
 * - `refused`: the values are wrong, and will be so next time
 * - `busy`: the same may succeed at once (a deadlock, a lock or a statement that took too long)
 * - `away`: the database cannot be used now (no connection, no room, starting or stopping, a schema that is not ours)
 */
export type DatabaseFailure = 'refused' | 'busy' | 'away'

/** Errors of our own making (a value that cannot be encoded) carry no SQLSTATE. */
const ENCODING = [RangeError, TypeError, FaultlineError]

export function databaseFailure(error: unknown): DatabaseFailure {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (/^(22|23)...$/.test(code)) return 'refused'
  if (/^(40...|55P03|57014)$/.test(code)) return 'busy'
  if (ENCODING.some((type) => error instanceof type)) return 'refused'
  return 'away'
}

/** For a log line. */
export function failureText(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(failureText).join('; ')
  return error instanceof Error ? error.message || error.name : String(error)
}
