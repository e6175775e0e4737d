import { FaultlineError } from '@faultline/market/errors'

/**
 * The one place where a command's failure becomes words and an exit code. What the person can mend is told in one message;
 * a stack is printed only for what is our own mistake.
 */
export function reportError(error: unknown, write: (text: string) => void = (text) => process.stderr.write(text)): number {
  if (error instanceof FaultlineError && error.code !== 'internal') write(`faultline: ${error.message}\n`)
  else if (isSystemError(error)) write(`faultline: ${error.message}\n`)
  else write(`faultline: unexpected error\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  return 1
}

/** A refusal of the operating system (no space, no permission, no such directory) says all there is to say. */
const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error && typeof (error as NodeJS.ErrnoException).code === 'string'
