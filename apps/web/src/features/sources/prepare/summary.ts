/** The figures over the table: of sources that are switched on, and only what was measured. */
import type { CoverageShare, SourceItem } from '../server/schema.ts'
import { sumCoverage } from './coverage.ts'
import { instrumentStatus, lagOf, type StatusKind, sourceStatus, waitingSymbols } from './status.ts'

export interface Summary {
  live: number
  total: number
  /** of the others, by state */
  others: { kind: StatusKind; count: number }[]
  openGaps: number
  /** age of the oldest open gap, ms */
  oldestGapMs: number | null
  /** the market that is furthest behind */
  lag: { ms: number; symbol: string } | null
  coverage: CoverageShare
  /** where most is missing; null when nothing is */
  worst: (CoverageShare & { symbol: string }) | null
  quarantined: { count: number; atLeast: boolean; newestMs: number | null }
}

const ORDER: readonly StatusKind[] = [
  'silent',
  'stale',
  'unreachable',
  'blocked',
  'late',
  'backfilling',
  'connecting',
  'starting',
  'waiting',
]

export function summarise(sources: readonly SourceItem[], asked: number): Summary {
  const on = sources.filter((source) => source.enabled)
  const rows = on.flatMap((source) => {
    const state = sourceStatus(source, asked)
    return source.instruments.map((instrument) => ({ instrument, status: instrumentStatus(instrument, state, asked) }))
  })
  const kinds: StatusKind[] = [...rows.map((r) => r.status.kind), ...on.flatMap((s) => waitingSymbols(s).map(() => 'waiting' as const))]
  const oldest = rows.flatMap(({ instrument }) => instrument.openGaps.oldest ?? [])
  const lags = rows.flatMap(({ instrument, status }) => {
    const ms = lagOf(instrument, status, asked)
    return ms === null ? [] : [{ ms, symbol: instrument.symbol }]
  })
  const shares = rows
    .map(({ instrument: { symbol, coverage } }) => ({ symbol, expectedMs: coverage.expectedMs, coveredMs: coverage.coveredMs }))
    .filter((s) => s.expectedMs > 0 && s.coveredMs < s.expectedMs)
    .sort((a, b) => a.coveredMs / a.expectedMs - b.coveredMs / b.expectedMs)
  const newest = Math.max(0, ...sources.map((s) => s.quarantine.newest ?? 0))
  return {
    live: kinds.filter((kind) => kind === 'live').length,
    total: kinds.length,
    others: ORDER.flatMap((kind) => {
      const count = kinds.filter((k) => k === kind).length
      return count === 0 ? [] : [{ kind, count }]
    }),
    openGaps: rows.reduce((sum, { instrument }) => sum + instrument.openGaps.count, 0),
    oldestGapMs: oldest.length === 0 ? null : Math.max(0, asked - Math.min(...oldest)),
    lag: lags.reduce<Summary['lag']>((worst, lag) => (worst === null || lag.ms > worst.ms ? lag : worst), null),
    coverage: sumCoverage(rows.map((r) => r.instrument)),
    worst: shares[0] ?? null,
    quarantined: {
      count: sources.reduce((sum, s) => sum + s.quarantine.count, 0),
      atLeast: sources.some((s) => s.quarantine.atLeast),
      newestMs: newest === 0 ? null : Math.max(0, asked - newest),
    },
  }
}
