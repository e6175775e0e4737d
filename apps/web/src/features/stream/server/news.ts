import type { BackfillProgress, ChannelStatuses, FeedStateName } from '@faultline/market/feed'
import type { VenueId } from '@faultline/market/venue'

/** Newest column of the build that is served of one instrument, told again when that build becomes complete. */
export interface ColumnsNews {
  kind: 'columns'
  instrumentKey: string
  buildId: number
  /** start of the bucket, UTC ms */
  lastBucket: number
  /** server's clock when that column was made; null: not known */
  madeAt: number | null
}

/** Nobody has reported since that moment (server's clock): the worker is gone, or the database does not answer the pages. */
export interface Silence {
  since: number
  who: 'worker' | 'database'
}

/** How the feed of one instrument is. */
export interface FeedNews {
  kind: 'feed'
  instrumentKey: string
  sourceId: number
  /** what the worker says; `stale` when it has stopped to say anything, `paused` when it is not to */
  state: FeedStateName
  /** why it is not live, in the worker's words */
  message: string | null
  /** times in here move every second and are no news of their own: as they were when something else changed */
  channels: ChannelStatuses
  backfill: BackfillProgress | null
  silent: Silence | null
  /** another text whenever the instrument's unfilled gaps change; never empty */
  gaps: string
}

/** How a data source as a whole is. */
export interface SourceNews {
  kind: 'source'
  sourceId: number
  name: string
  venue: VenueId
  enabled: boolean
  /** as in FeedNews; null: no worker has ever reported */
  state: FeedStateName | null
  message: string | null
  /** UTC ms: nothing is asked before */
  blockedUntil: number | null
  nextAttemptAt: number | null
  silent: Silence | null
}

/** How far a job is. `done` and `total` count the same thing within one phase. */
export interface ProgressNews {
  kind: 'progress'
  job: string
  instrumentKey?: string | undefined
  phase: string
  done: number
  /** null while it is not known how much there is */
  total: number | null
  etaMs: number | null
  message?: string | undefined
}

/** What the screener shows has changed. */
export interface ReadingsNews {
  kind: 'readings'
  /** rises */
  version: number
}

/**
 * What people make has changed: for its owner, or for the members of a team. A hint: whoever hears it reads what it names. `item`
 * is a layout, a view or a watchlist, `comment` a comment on the item `id`, `member` a person `id` of a team, `inbox` an alert,
 * `rule` an alert's rule.
 */
export interface PeopleNews {
  kind: 'people'
  subject: 'item' | 'comment' | 'member' | 'team' | 'inbox' | 'rule'
  id: string
  itemKind: string | null
  /** of the item, the team or the rule; null: it has none */
  version: number | null
  teamId: string | null
  /** whose change it was; null: no person's */
  by: string | null
  /** it was deleted, or the person has left */
  gone: boolean
}

export type News = ColumnsNews | FeedNews | SourceNews | ProgressNews | ReadingsNews | PeopleNews

/** The first thing that a stream says, so that ages and times to come can be told where the browser's clock is off. */
export interface ClockNews {
  kind: 'clock'
  /** server's clock */
  now: number
}

/** News of one of these replaces what was said of it before. */
export function subjectOf(news: News): string {
  switch (news.kind) {
    case 'columns':
    case 'feed':
      return `${news.kind} ${news.instrumentKey}`
    case 'source':
      return `source ${news.sourceId}`
    case 'readings':
      return 'readings'
    case 'people':
      return `people ${news.subject} ${news.teamId ?? ''} ${news.id}`
    case 'progress':
      return `progress ${news.job} ${news.instrumentKey ?? ''}`
  }
}
