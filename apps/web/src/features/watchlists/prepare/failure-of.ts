/** Whether a change that did not get through is to be tried again: pure. */

export type Failure = { ok: false; why: 'conflict' | 'unreachable' } | { ok: false; why: 'refused'; message: string }

/** Nothing is wrong with the change itself. Who has been signed out brings it when they are back. */
const PASSING: readonly string[] = [
  'UNAUTHORIZED',
  'TIMEOUT',
  'TOO_MANY_REQUESTS',
  'INTERNAL_SERVER_ERROR',
  'SERVICE_UNAVAILABLE',
  'BAD_GATEWAY',
  'GATEWAY_TIMEOUT',
]

/** What a rejected call says; without a code the server has not answered. */
export function failureOf(error: unknown): Failure {
  const code = codeOf(error)
  if (code === 'CONFLICT') return { ok: false, why: 'conflict' }
  if (code === null || PASSING.includes(code)) return { ok: false, why: 'unreachable' }
  return { ok: false, why: 'refused', message: error instanceof Error ? error.message : code }
}

function codeOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('data' in error)) return null
  const { data } = error
  return typeof data === 'object' && data !== null && 'code' in data && typeof data.code === 'string' ? data.code : null
}
