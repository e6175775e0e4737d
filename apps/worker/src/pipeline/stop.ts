import { FaultlineError } from '@faultline/market/errors'

/** Between two batches: leaves when the person asked to stop. What is committed stays; the same command goes on from it. */
export function leaveIfStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new FaultlineError('unavailable', 'Stopped. What was written stays; the same command goes on from there.')
}
