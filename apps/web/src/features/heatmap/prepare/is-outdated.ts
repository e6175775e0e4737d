import type { ColumnsNews, FeedNews } from '../../stream/server/news.ts'
import type { HeatmapView } from '../server/schema.ts'

/** Whether the news tell of a picture other than the one that is shown: a newer column, another build, other gaps. */
export function isOutdated(
  { build, gapsKnown }: Pick<HeatmapView, 'gapsKnown'> & { build: Pick<HeatmapView['build'], 'id' | 'lastBucket'> },
  newest: ColumnsNews | null,
  feed: FeedNews | null,
): boolean {
  if (newest && (newest.buildId !== build.id || newest.lastBucket > build.lastBucket)) return true
  return feed !== null && feed.gaps !== gapsKnown
}
