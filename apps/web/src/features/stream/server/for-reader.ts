import type { SessionUser } from '../../../server/auth/sessions.ts'
import type { FeedNews, SourceNews } from './news.ts'

/**
 * What a person may know of a feed or a source: why a host does not answer names the host, which may be one of the house's own
 * network. That is the administrators' business.
 */
export function forReader<T extends { kind: string } | FeedNews | SourceNews>(user: Pick<SessionUser, 'role'>, news: T): T {
  if (user.role === 'admin' || (news.kind !== 'feed' && news.kind !== 'source')) return news
  const { state } = news as FeedNews | SourceNews
  return state === 'unreachable' || state === 'connecting' ? { ...news, message: null } : news
}
