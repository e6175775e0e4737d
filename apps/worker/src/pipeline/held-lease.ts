import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '@faultline/db/database'
import { acquireLease, findLease, type Lease, releaseLease, renewLease } from '@faultline/db/repositories/leases'
import { FaultlineError } from '@faultline/market/errors'
import { leaveIfStopped } from './stop.ts'

/**
 * How long a lease outlives a holder that was killed. Renewed every quarter of it; short, because whoever comes after a
 * kill -9 waits for it.
 */
export const LEASE_MS = 12_000

/** Who we are, for the message that another process prints. */
export const leaseHolder = (command: string): string => `${command} (process ${process.pid} on ${hostname()})`

/** A lease that renews itself until it is released. */
export interface HeldLease {
  readonly lease: Lease
  /** @throws FaultlineError lease_lost when a renewal was refused: somebody else writes now */
  assertHeld(): void
  /** Never throws: a lease that cannot be given back runs out by itself. */
  release(): Promise<void>
}

/**
 * Takes the lease of an instrument. Where another holds it, waits to see whether that one is alive, which its next renewal
 * shows, or was killed, which shows when the lease runs out.
 *
 * @throws FaultlineError conflict, naming the holder, when that one is alive
 */
export async function takeLease(
  db: Database,
  instrumentId: number,
  options: { holder: string; ttlMs?: number | undefined; signal?: AbortSignal | undefined; onWait?: (reason: string) => void },
): Promise<HeldLease> {
  const ttlMs = options.ttlMs ?? LEASE_MS
  const seenFirst = await findLease(db, instrumentId)
  for (let told = false; ; told = true) {
    try {
      return keepLease(db, await acquireLease(db, instrumentId, options.holder, ttlMs), ttlMs)
    } catch (error) {
      if (!(error instanceof FaultlineError && error.code === 'conflict')) throw error
      const seen = await findLease(db, instrumentId)
      if (seen && seen.expiresAt > (seenFirst?.expiresAt ?? 0)) throw error
      if (!told) options.onWait?.(`${error.message} Waiting, in case it was killed …`)
      leaveIfStopped(options.signal)
      await sleep(200)
    }
  }
}

/** Renews a lease that was acquired. */
export function keepLease(db: Database, lease: Lease, ttlMs: number = LEASE_MS): HeldLease {
  let lost: FaultlineError | null = null
  let renewing: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    renewing = renewing
      .then(() => renewLease(db, lease, ttlMs))
      .then(
        () => undefined,
        (error: unknown) => {
          // A database that is away for a moment is not a lost lease; if it stays away, the next write says so.
          if (error instanceof FaultlineError && error.code === 'lease_lost') lost = error
        },
      )
  }, ttlMs / 4)
  return {
    lease,
    assertHeld() {
      if (lost) throw lost
    },
    async release() {
      clearInterval(timer)
      await renewing
      await releaseLease(db, lease).catch(() => undefined)
    },
  }
}
