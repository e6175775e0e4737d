/** What a source or an instrument's feed is called on the page, and how loudly. Everything is as of the moment it was asked. */
import type { FeedStateName } from '@faultline/market/feed'
import type { SourceInstrument, SourceItem } from '../server/schema.ts'

/** Workers report every few seconds, also when nothing changes: who says nothing for so long is gone. The stream counts the same. */
export const SILENT_AFTER_MS = 30_000

/**
 * Beside the feed's own states:
 * - `pausing`, `starting`: switched, and the worker has not said so yet
 * - `unattended`: no worker has taken the source up
 * - `silent`: its worker reports no more
 * - `waiting`: a symbol that no worker has begun with
 */
export type StatusKind = FeedStateName | 'pausing' | 'starting' | 'unattended' | 'silent' | 'waiting'
export type Tone = 'ok' | 'accent' | 'warn' | 'err' | 'neutral'

export interface Status {
  kind: StatusKind
  tone: Tone
  /** in the worker's words */
  message: string | null
  /** UTC ms, our clock: the ban's end or the next attempt */
  until: number | null
  /** UTC ms: the last word of who is silent */
  since: number | null
}

const TONES: Record<StatusKind, Tone> = {
  connecting: 'neutral',
  backfilling: 'accent',
  live: 'ok',
  late: 'warn',
  stale: 'err',
  blocked: 'warn',
  unreachable: 'err',
  paused: 'neutral',
  pausing: 'neutral',
  starting: 'neutral',
  unattended: 'err',
  silent: 'err',
  waiting: 'neutral',
}

const status = (kind: StatusKind, more: Partial<Status> = {}): Status => ({
  kind,
  tone: TONES[kind],
  message: null,
  until: null,
  since: null,
  ...more,
})

/** The last word of the worker about a source or any of its instruments; null: there was none. */
const lastWord = (source: SourceItem): number | null =>
  source.report === null && source.instruments.length === 0
    ? null
    : Math.max(source.report?.at ?? 0, ...source.instruments.map((i) => i.reportedAt))

export function sourceStatus(source: SourceItem, asked: number): Status {
  const { report, enabled } = source
  const word = lastWord(source)
  const gone = word === null || asked - word > SILENT_AFTER_MS
  if (!enabled) return status(report === null || report.state === 'paused' || gone ? 'paused' : 'pausing')
  if (report === null || report.state === 'paused')
    return asked - Math.max(source.updatedAt, word ?? 0) > SILENT_AFTER_MS ? status('unattended') : status('starting')
  // just switched on again: its worker has a moment to say so
  if (gone) return asked - source.updatedAt > SILENT_AFTER_MS ? status('silent', { since: word }) : status('starting')
  const { state, message } = report
  if (state === 'blocked') return status('blocked', { message, until: report.blockedUntil })
  if (state === 'unreachable') return status('unreachable', { message, until: report.nextAttemptAt })
  if (state !== 'live') return status(state, { message })
  // The venue is heard; how its markets are is what matters then, the worst of them first.
  const worst = (['stale', 'late', 'backfilling'] as const).find((kind) => source.instruments.some((i) => i.state === kind))
  return worst ? status(worst, { message }) : status('live', { message })
}

export function instrumentStatus(instrument: SourceInstrument, source: Status, asked: number): Status {
  if (source.kind === 'paused' || source.kind === 'pausing' || source.kind === 'starting') return status(source.kind)
  // Left by its worker while the source goes on, as a market that was delisted: nothing more is to be said of it.
  if (instrument.state === 'paused' && instrument.message !== null) return status('paused', { message: instrument.message })
  if (source.kind === 'unattended' || source.kind === 'silent' || asked - instrument.reportedAt > SILENT_AFTER_MS)
    return status('silent', { since: instrument.reportedAt })
  return status(instrument.state, { message: instrument.message })
}

/** Symbols that were asked for and that no worker has begun with. */
export const waitingSymbols = (source: SourceItem): string[] =>
  source.symbols.filter((symbol) => !source.instruments.some((i) => i.symbol === symbol))

export const waiting: Status = status('waiting')

/** Age of the newest message of any channel when the worker last reported, ms; null: nothing has come, or nobody listens. */
export function lagOf(instrument: SourceInstrument, state: Status, asked: number): number | null {
  if (state.kind === 'paused' || state.kind === 'pausing') return null
  const newest = Math.max(0, ...instrument.channels.map((c) => c.receivedAt ?? 0))
  if (newest === 0) return null
  return Math.max(0, (state.kind === 'silent' ? asked : instrument.reportedAt) - newest)
}

export interface Progress {
  /** 0 to 1; null before it is known how much there is */
  share: number | null
  /** of the slowest; null: not known */
  etaMs: number | null
  /** instruments whose history is being fetched or estimated */
  count: number
}

/** How far the histories of these instruments are, together; null when none is under way. */
export function progressOf(instruments: readonly Pick<SourceInstrument, 'backfill'>[]): Progress | null {
  const running = instruments.flatMap(({ backfill }) => (backfill ? [backfill] : []))
  if (running.length === 0) return null
  const known = running.filter((b) => b.total > 0)
  const etas = running.map((b) => b.etaMs)
  return {
    share: known.length === 0 ? null : known.reduce((sum, b) => sum + Math.min(1, b.done / b.total), 0) / running.length,
    etaMs: etas.some((eta) => eta === null) ? null : Math.max(...(etas as number[])),
    count: running.length,
  }
}
