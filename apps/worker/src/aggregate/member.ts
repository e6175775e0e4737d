/** What a sum knows of its members. Buckets of a sum take the member's column that ends when they end. */
import type { MemberRow } from '@faultline/db/repositories/aggregates'
import { FaultlineError } from '@faultline/market/errors'
import { MINUTE_MS } from '@faultline/market/units'
import { z } from 'zod'

/** A member of which there are columns. */
export interface Member {
  id: number
  key: string
  buildId: number
  bucketMs: number
  /** starts of its own first and last bucket, UTC ms */
  firstBucket: number
  lastBucket: number
  /** columns that start before are thinned to one every five minutes, or every thirty, UTC ms */
  thinned5mTo: number | null
  thinned30mTo: number | null
  /** the venue's time of the newest message of its feed */
  heardAt: number | null
}

export const withColumns = (rows: readonly MemberRow[]): Member[] =>
  rows.flatMap(({ id, key, buildId, bucketMs, firstBucket, lastBucket, thinned5mTo, thinned30mTo, heardAt }) =>
    buildId === null || bucketMs === null || firstBucket === null || lastBucket === null
      ? []
      : [{ id, key, buildId, bucketMs, firstBucket, lastBucket, thinned5mTo, thinned30mTo, heardAt }],
  )

/** End of the newest column. */
export const endOf = (member: Pick<Member, 'lastBucket' | 'bucketMs'>): number => member.lastBucket + member.bucketMs

/** The first bucket of a sum to which a member has a column. */
export const firstIn = (member: Pick<Member, 'firstBucket' | 'bucketMs'>, bucketMs: number): number =>
  Math.ceil((member.firstBucket + member.bucketMs) / bucketMs) * bucketMs - bucketMs

/** Of columns that are thinned for the first time one is left in each step of so long. */
export const THINNED_STEP_MS = 5 * MINUTE_MS

/**
 * Whether retention has taken the member's column that ends at `end`: of each step the one that ends with it stays. That is no gap of the
 * venue, and what the others say of that moment alone would be no sum of them all.
 */
export function isThinned(member: Pick<Member, 'firstBucket' | 'bucketMs' | 'thinned5mTo' | 'thinned30mTo'>, end: number): boolean {
  const start = end - member.bucketMs
  if (start < member.firstBucket) return false
  const gone = (to: number | null, stepMs: number) => to !== null && start < to && member.bucketMs < stepMs && end % stepMs !== 0
  return gone(member.thinned5mTo, THINNED_STEP_MS) || gone(member.thinned30mTo, 30 * MINUTE_MS)
}

/** What the venue's clocks say, as far as their data tell: of all members, the latest. */
export const clockOf = (members: readonly Member[]): number => Math.max(...members.map((m) => Math.max(endOf(m), m.heardAt ?? 0)))

/**
 * Whether the column of a member that ends at `end` is worth waiting for: it comes next, or the member is only a little behind. One
 * that has been away for longer is not waited for; its columns are added by the next generation.
 */
export function mayStillCome(member: Member, at: { end: number; clock: number; bucketMs: number; graceMs: number }): boolean {
  const newest = endOf(member)
  return newest < at.end && at.clock < at.end + at.graceMs && newest >= at.end - at.bucketMs - at.graceMs
}

const checkpoint = z.object({
  version: z.literal(1),
  from: z.number(),
  members: z.array(z.object({ id: z.int(), buildId: z.int().nullable(), bucketMs: z.int().nullable() })),
})

/** What a generation of a sum is made of; it stands where an estimator has its state. */
export interface SumCheckpoint {
  /** start of the first bucket that was looked at */
  from: number
  /** in the order in which they are added up; without a build: nothing was estimated of it when the generation began */
  members: { id: number; buildId: number | null; bucketMs: number | null }[]
}

export const encodeCheckpoint = ({ from, members }: SumCheckpoint): Uint8Array =>
  Buffer.from(JSON.stringify({ version: 1, from, members: members.map(({ id, buildId, bucketMs }) => ({ id, buildId, bucketMs })) }))

/** @throws FaultlineError bad_input for what is no checkpoint of a sum */
export function decodeCheckpoint(state: Uint8Array): SumCheckpoint {
  try {
    return checkpoint.parse(JSON.parse(Buffer.from(state).toString()))
  } catch (cause) {
    throw new FaultlineError('bad_input', 'This is no checkpoint of a sum over venues.', { cause })
  }
}
