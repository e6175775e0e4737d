/** Who waits for the writer: buckets to be claimed, history to be stored, and those who wait for the spool to be empty. */
import type { LiveEvent } from '@faultline/db/repositories/live-events'
import { FaultlineError } from '@faultline/market/errors'
import type { AttachedInstrument } from './attached-instrument.ts'
import type { Batch } from './batch.ts'

interface Claim {
  entry: AttachedInstrument
  bucketEnd: number
  /** accepted before it, and written before it is granted */
  before: readonly Batch[]
  resolve: () => void
  reject: (error: Error) => void
}

export interface StoreJob {
  entry: AttachedInstrument
  events: readonly LiveEvent[]
  kind: 'late' | 'history'
  resolve: () => void
  reject: (error: Error) => void
}

export class Waiting {
  private readonly claims = new Set<Claim>()
  private readonly jobs = new Set<StoreJob>()
  private readonly catchingUp = new Set<() => void>()

  addClaim(entry: AttachedInstrument, bucketEnd: number, before: readonly Batch[], signal: AbortSignal | undefined): Promise<void> {
    return untilAborted(signal, (resolve, reject) => added(this.claims, { entry, bucketEnd, before, resolve, reject }))
  }

  addJob(entry: AttachedInstrument, events: readonly LiveEvent[], kind: StoreJob['kind']): Promise<void> {
    return new Promise((resolve, reject) => {
      this.jobs.add({ entry, events, kind, resolve, reject })
    })
  }

  addCatchingUp(signal: AbortSignal | undefined): Promise<void> {
    return untilAborted(signal, (resolve) => added(this.catchingUp, resolve))
  }

  /** Call while nothing is being written: what is written from here on knows the buckets that are granted. */
  grantClaims(): void {
    for (const claim of this.claims) {
      if (!claim.before.every((batch) => batch.done)) continue
      this.claims.delete(claim)
      claim.entry.steppedTo = Math.max(claim.bucketEnd, claim.entry.steppedTo ?? claim.bucketEnd)
      claim.resolve()
    }
  }

  nextJob(): StoreJob | null {
    const [job] = this.jobs
    if (!job) return null
    this.jobs.delete(job)
    return job
  }

  resolveCatchingUp(): void {
    for (const resolve of this.catchingUp) resolve()
    this.catchingUp.clear()
  }

  refuse(whose: (entry: AttachedInstrument) => boolean, error: FaultlineError): void {
    for (const claim of this.claims) {
      if (!whose(claim.entry)) continue
      this.claims.delete(claim)
      claim.reject(error)
    }
    this.refuseJobs(error, whose)
  }

  refuseJobs(error: FaultlineError, whose: (entry: AttachedInstrument) => boolean = () => true): void {
    for (const job of this.jobs) {
      if (!whose(job.entry)) continue
      this.jobs.delete(job)
      job.reject(error)
    }
  }
}

function added<T>(set: Set<T>, item: T): () => void {
  set.add(item)
  return () => set.delete(item)
}

/** `begin` registers who waits, and returns what takes that back. */
async function untilAborted(
  signal: AbortSignal | undefined,
  begin: (resolve: () => void, reject: (error: Error) => void) => () => void,
): Promise<void> {
  const givenUp = (): FaultlineError => unavailable('The waiting was given up.')
  if (signal?.aborted) throw givenUp()
  let onAbort = (): void => undefined
  try {
    await new Promise<void>((resolve, reject) => {
      const takeBack = begin(resolve, reject)
      onAbort = () => {
        takeBack()
        reject(givenUp())
      }
      signal?.addEventListener('abort', onAbort)
    })
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
}

export const unavailable = (message: string, cause?: unknown): FaultlineError =>
  new FaultlineError('unavailable', message, cause === undefined ? {} : { cause })
export const notWritten = (instrumentId: number): FaultlineError =>
  new FaultlineError('not_found', `Instrument ${instrumentId} is not written by this worker.`)
export const leaseLost = (entry: AttachedInstrument): FaultlineError =>
  new FaultlineError(
    'lease_lost',
    `${entry.given.lease.holder} no longer holds the lease on instrument ${entry.id}: another has taken over.`,
  )
