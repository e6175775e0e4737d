import type { Database } from '@faultline/db/database'
import { readCoverage } from '@faultline/db/repositories/coverage'
import { readFeedStates } from '@faultline/db/repositories/feed-states'

/** How far behind the present coverage may be told: what is lost here stands in the gap ledger soon, which is asked again by whoever reads. */
const ON_ITS_WAY_BUCKETS = 2

/**
 * By the start of each bucket of [from, to): the share of it in which liquidations were received, 0 to 1, by the gap ledger. 0 before
 * the feed began, and for what was never fed.
 */
export async function listenedShares(
  db: Database,
  { instrumentId, from, to, bucketMs }: { instrumentId: number; from: number; to: number; bucketMs: number },
): Promise<(bucketStart: number) => number> {
  const [state] = await readFeedStates(db, [instrumentId])
  const status = state?.channels.liquidation
  const coveredTo = status?.coveredTo ?? null
  const known = coveredTo !== null && to - coveredTo <= ON_ITS_WAY_BUCKETS * bucketMs ? Math.max(to, coveredTo) : coveredTo
  const window = { instrumentId, channel: 'liquidation' as const, from, to, coveredTo: known, limitMs: status?.limitMs ?? null }
  const cells = (await readCoverage(db, [window], bucketMs))[0]?.cells ?? []
  return (bucketStart) => cells[(bucketStart - from) / bucketMs] ?? 0
}
