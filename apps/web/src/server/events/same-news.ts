import type { FeedNews, News, SourceNews } from '../../features/stream/server/news.ts'

/** Whether the second tells those who know the first nothing new: times of channels move every second, and are no news. */
export function isSameToReaders(a: News, b: FeedNews | SourceNews): boolean {
  return a.kind === b.kind && JSON.stringify(essence(a as typeof b)) === JSON.stringify(essence(b))
}

function essence(news: FeedNews | SourceNews): object {
  const silent = news.silent?.who
  if (news.kind === 'source') return { ...news, silent }
  const channels = Object.entries(news.channels)
    .map(([channel, { state }]) => [channel, state])
    .sort()
  return { ...news, channels, silent }
}
