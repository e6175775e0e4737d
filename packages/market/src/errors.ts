/** What went wrong, in the few kinds that callers treat differently. Mapped once to HTTP, tRPC and exit codes. */
export type ErrorCode =
  | 'bad_input'
  | 'not_found'
  | 'conflict'
  | 'unauthenticated'
  | 'forbidden'
  | 'rate_limited'
  | 'lease_lost'
  | 'unavailable'
  | 'internal'

/** Where bad input stands. `line` counts from 1 and includes a header line. */
export interface InputPlace {
  file?: string
  line?: number
  field?: string
}

/** The one error of the house. Its message says what is wrong and what to do next, in words for the person who reads it. */
export class FaultlineError extends Error {
  readonly code: ErrorCode
  readonly place: InputPlace | undefined

  constructor(code: ErrorCode, message: string, options: { place?: InputPlace; cause?: unknown } = {}) {
    const { file, line, field } = options.place ?? {}
    const where = [file && (line ? `${file}:${line}` : file), field && `field ${field}`].filter(Boolean).join(', ')
    super(where ? `${where}: ${message}` : message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'FaultlineError'
    this.code = code
    this.place = options.place
  }
}
