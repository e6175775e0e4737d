import type { FeedStateName } from '@faultline/market/feed'
import { percent } from '../../feeds/prepare/feed-status.ts'

/** What a running job has told, for a bar: share 0 to 1 where the total is known. */
interface JobProgress {
  done: number
  total: number | null
  etaMs: number | null
}

export interface ProgressFigures {
  /** null: running, but how far is not known */
  share: number | null
  percent: string | null
  etaMs: number | null
}

/** Never complete before the job says so itself: the last per cent is kept. */
export function progressFigures({ done, total, etaMs }: JobProgress): ProgressFigures {
  const share = total !== null && total > 0 ? Math.min(0.99, Math.max(0, done / total)) : null
  return {
    share,
    percent: share === null ? null : percent(share),
    etaMs: etaMs !== null && Number.isFinite(etaMs) && etaMs >= 0 ? etaMs : null,
  }
}

/** A market is worth opening once its build is complete, has grown enough to be seen growing, or grows live. */
export const worthOpening = (
  row: { lastBucket: number | null; status: string | null; columnCount: number },
  feed: FeedStateName | null,
): boolean => row.lastBucket !== null && (row.status === 'complete' || row.columnCount >= 300 || feed === 'live' || feed === 'late')
