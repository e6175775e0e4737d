/** How a feed is, as a page says it: pure, in words of the catalogue. */
import type { BackfillProgress, FeedStateName } from '@faultline/market/feed'
import { formatAge, formatClock } from '@faultline/ui/format'
import { messages } from '../../../messages.ts'
import type { Connection } from '../../stream/news-stream.tsx'
import type { FeedNews, Silence, SourceNews } from '../../stream/server/news.ts'

const text = messages.feeds

export type FeedTone = 'ok' | 'warn' | 'err' | 'accent' | 'idle'

export const FEED_TONES: Readonly<Record<FeedStateName, FeedTone>> = {
  live: 'ok',
  late: 'warn',
  stale: 'err',
  backfilling: 'accent',
  connecting: 'accent',
  blocked: 'warn',
  unreachable: 'warn',
  paused: 'idle',
}

export interface FeedStatus {
  state: FeedStateName
  tone: FeedTone
  /** `Live` */
  word: string
  /** `2.1 s`; null where a word says it all */
  detail: string | null
  /** what a phone has room for */
  short: string
  /** share of the backfill that is under way; null where there is none, or nobody knows how much it is */
  done: number | null
  /** of a backfill that runs beside: `History 62 %` */
  history: string | null
  /** why it is not live, as a sentence */
  why: string | null
}

/**
 * @param newestAt server's clock when the newest column was made
 * @param now the same clock
 */
export function feedStatus(
  feed: FeedNews,
  about: { source: SourceNews | null; connection: Connection; newestAt: number | null; now: number },
): FeedStatus {
  const { source, connection, newestAt, now } = about
  // Whoever does not hear from the server does not know: what was live a moment ago is no longer said to be.
  if (connection.state === 'offline') {
    const since = text.since(formatClock(connection.since, 'utc'))
    return {
      state: 'stale',
      tone: 'err',
      word: text.offline,
      detail: since,
      short: text.offline,
      done: null,
      history: null,
      why: text.offlineWhy,
    }
  }
  const { state, backfill } = feed
  const word = text.states[state]
  const age = newestAt === null ? null : formatAge(now - newestAt)
  const share = backfill && backfillShare(backfill)
  const base = {
    state,
    tone: FEED_TONES[state],
    word,
    done: share,
    history: share !== null && state !== 'backfilling' && state !== 'paused' ? text.history(percent(share)) : null,
    why: silenceOf(feed.silent) ?? (feed.message === null ? null : sentence(feed.message)),
  }
  switch (state) {
    case 'live':
      return { ...base, detail: age, short: age ?? word }
    case 'late':
    case 'stale':
      return { ...base, detail: age, short: age === null ? word : `${word} ${age}` }
    case 'backfilling': {
      const done = share === null ? null : percent(share)
      const left = done !== null && backfill?.etaMs != null ? text.left(formatAge(backfill.etaMs)) : null
      return { ...base, detail: left === null ? done : `${done} · ${left}`, short: done ?? word }
    }
    case 'blocked': {
      const until = source?.blockedUntil ?? null
      return { ...base, detail: until !== null && until > now ? text.left(formatAge(until - now)) : null, short: word }
    }
    default:
      return { ...base, detail: null, short: word }
  }
}

/** What is going on with a source, as a sentence without its name: `fetching history, 34 %`. */
export function sourceSentence(source: SourceNews, feeds: readonly FeedNews[], now: number): string {
  if (!source.enabled) return text.source.paused
  const silent = silenceOf(source.silent)
  if (silent !== null) return lowerFirst(silent)
  if (source.state === null) return text.source.noWorker
  const next = source.nextAttemptAt === null ? null : source.nextAttemptAt - now
  if (source.state === 'unreachable') return text.source.unreachable(source.message, next === null ? null : formatWait(next))
  if (source.state === 'blocked') {
    const wait = source.blockedUntil === null ? null : formatWait(source.blockedUntil - now)
    return text.source.blocked(source.message, wait)
  }
  const work = backfillOf(feeds)
  if (work) return text.source[work.phase](percent(work.share), work.etaMs === null ? null : formatAge(work.etaMs))
  if (source.state === 'connecting') return text.source.connecting(source.message)
  return source.message ?? text.source[source.state]
}

/** The backfills of several feeds as one: those that fetch come before those that estimate. Null when none is under way. */
export function backfillOf(feeds: readonly FeedNews[]): { phase: BackfillProgress['phase']; share: number; etaMs: number | null } | null {
  const running = feeds.flatMap((feed) => (feed.backfill && feed.state !== 'paused' ? [feed.backfill] : []))
  const phase = running.some((b) => b.phase === 'fetching') ? 'fetching' : 'estimating'
  const same = running.filter((b) => b.phase === phase)
  const total = same.reduce((sum, b) => sum + b.total, 0)
  if (total <= 0) return null
  const etas = same.flatMap((b) => (b.etaMs === null ? [] : [b.etaMs]))
  return {
    phase,
    share: Math.min(0.99, Math.max(0, same.reduce((sum, b) => sum + b.done, 0) / total)),
    etaMs: etas.length === same.length ? Math.max(...etas) : null,
  }
}

/** Whether a source needs to be talked of beside pictures that have nothing to do with it. */
export const isTroubled = (source: SourceNews): boolean =>
  source.enabled && (source.state === null || source.state === 'unreachable' || source.state === 'blocked' || source.state === 'stale')

/** Never complete before the worker says so: the last per cent is kept. Null while it is not known how much there is. */
function backfillShare({ done, total }: BackfillProgress): number | null {
  return total > 0 ? Math.min(0.99, Math.max(0, done / total)) : null
}

/** `62 %`, cut and not rounded. */
export const percent = (share: number): string => `${Math.floor(share * 100)}\u202f%`

/** `in 7 s`, `in 2 m`, `now`: counted down in whole seconds. */
const formatWait = (ms: number): string => (ms <= 0 ? text.now : text.in(ms < 9_500 ? `${Math.ceil(ms / 1000)}\u202fs` : formatAge(ms)))

function silenceOf(silent: Silence | null): string | null {
  return silent && text.silent[silent.who](formatClock(silent.since, 'utc'))
}

const sentence = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1)
const lowerFirst = (words: string): string => words.charAt(0).toLowerCase() + words.slice(1)
