import type { ServerResponse } from 'node:http'
import { type ErrorCode, FaultlineError } from '@faultline/market/errors'
import { expectedError, httpStatus } from '../errors.ts'

export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  response.statusCode = status
  response.setHeader('Content-Type', 'application/json; charset=utf-8')
  response.setHeader('Cache-Control', 'no-store')
  response.end(JSON.stringify(body))
}

/** `{error: {code, message}}` with the status that belongs to the code; ends the connection when the answer has begun. */
export function answerError(response: ServerResponse, error: unknown): void {
  const shown = expectedError(error)
  if (response.headersSent) {
    response.destroy()
    return
  }
  for (const name of ['ETag', 'Content-Encoding', 'Content-Length']) response.removeHeader(name)
  answerJson(response, httpStatus(shown), { error: { code: shown.code, message: shown.message } })
}

export const refuse = (response: ServerResponse, code: ErrorCode, message: string): void =>
  answerError(response, new FaultlineError(code, message))

/** False, and answered with 405, when the method is not one of `allowed`. */
export function methodIs(method: string | undefined, allowed: readonly string[], response: ServerResponse): boolean {
  if (method !== undefined && allowed.includes(method)) return true
  response.setHeader('Allow', allowed.join(', '))
  answerJson(response, 405, { error: { code: 'bad_input', message: `Only ${allowed.join(' and ')} may be used here.` } })
  return false
}
