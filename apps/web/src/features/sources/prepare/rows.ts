/** A source and its instruments as rows, computed once for the table and the cards. */
import type { CoverageShare, SourceInstrument, SourceItem, SourceList } from '../server/schema.ts'
import { joinStrips, type Strip, sumCoverage } from './coverage.ts'
import { instrumentStatus, lagOf, type Progress, progressOf, type Status, sourceStatus, waiting, waitingSymbols } from './status.ts'

export interface InstrumentRow {
  symbol: string
  /** null: no worker has begun with it */
  instrument: SourceInstrument | null
  status: Status
  lagMs: number | null
  progress: Progress | null
  /** the venue is heard, and still nobody has begun with it */
  missing: boolean
}

export interface SourceRow {
  source: SourceItem
  status: Status
  live: number
  total: number
  /** of the market that is furthest behind */
  lagMs: number | null
  progress: Progress | null
  coverage: CoverageShare
  strip: Strip | null
  lastGap: SourceInstrument['lastGap']
  instruments: InstrumentRow[]
}

export function rowOf(source: SourceItem, asked: SourceList['asked']): SourceRow {
  const status = sourceStatus(source, asked)
  const begun: InstrumentRow[] = source.instruments.map((instrument) => {
    const own = instrumentStatus(instrument, status, asked)
    return {
      symbol: instrument.symbol,
      instrument,
      status: own,
      lagMs: lagOf(instrument, own, asked),
      // who is silent or paused fetches nothing, whatever was said last
      progress: ['silent', 'paused', 'pausing'].includes(own.kind) ? null : progressOf([instrument]),
      missing: false,
    }
  })
  const rest: InstrumentRow[] = waitingSymbols(source).map((symbol) => ({
    symbol,
    instrument: null,
    status: source.enabled ? waiting : { ...waiting, kind: 'paused' },
    lagMs: null,
    progress: null,
    missing: ['live', 'late', 'stale', 'backfilling'].includes(status.kind),
  }))
  const instruments = [...begun, ...rest].sort((a, b) => (a.symbol < b.symbol ? -1 : a.symbol > b.symbol ? 1 : 0))
  const lags = instruments.flatMap((row) => row.lagMs ?? [])
  return {
    source,
    status,
    live: instruments.filter((row) => row.status.kind === 'live').length,
    total: instruments.length,
    lagMs: lags.length === 0 ? null : Math.max(...lags),
    progress: progressOf(begun.flatMap((row) => (row.progress && row.instrument ? [row.instrument] : []))),
    coverage: sumCoverage(source.instruments),
    strip: joinStrips(source.instruments.map((i) => i.coverage)),
    lastGap: source.instruments.reduce<SourceInstrument['lastGap']>(
      (last, { lastGap }) => (lastGap && (!last || lastGap.from > last.from) ? lastGap : last),
      null,
    ),
    instruments,
  }
}
