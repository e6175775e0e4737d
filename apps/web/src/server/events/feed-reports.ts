import type { Database } from '@faultline/db/database'
import { type DataSourceRow, listDataSources } from '@faultline/db/repositories/data-sources'
import { type FeedStateRow, readFeedStates, readSourceStates, type SourceStateRow } from '@faultline/db/repositories/feed-states'

/** A feed as its worker last described it. */
export interface FeedReport extends FeedStateRow {
  instrumentKey: string
  symbol: string
  /** another text whenever the instrument's unfilled gaps change */
  gaps: string
}

export interface Reports {
  feeds: FeedReport[]
  sources: { source: DataSourceRow; report: SourceStateRow | null }[]
  /** the database's clock, which `updatedAt` belongs to */
  now: number
}

/** All sources, and the feeds of these instruments or of all. */
export async function readReports(db: Database, instrumentIds: readonly number[] | 'all'): Promise<Reports> {
  const ids = instrumentIds === 'all' ? undefined : instrumentIds
  const [clock, about, states, sources, reports] = await Promise.all([
    db.pool.query<{ now: number }>('SELECT (extract(epoch FROM now()) * 1000)::float8 AS now'),
    db.pool.query<{ id: number; key: string; symbol: string; gaps: string }>(
      `SELECT i.id, i.key, i.symbol,
              coalesce(count(*)::text || '.' || bit_xor(hashtextextended(
                concat_ws(' ', g.channel, g.status, extract(epoch FROM g.from_time), extract(epoch FROM g.to_time)), 0))
                  FILTER (WHERE g.channel IS NOT NULL)::text, 'none') AS gaps
         FROM feed_state f JOIN instrument i ON i.id = f.instrument_id
         LEFT JOIN gap g ON g.instrument_id = i.id AND g.status <> 'filled'
        WHERE $1::int[] IS NULL OR i.id = ANY($1) GROUP BY i.id`,
      [ids ?? null],
    ),
    readFeedStates(db, ids),
    listDataSources(db),
    readSourceStates(db),
  ])
  const stateOf = new Map(states.map((state) => [state.instrumentId, state]))
  const reportOf = new Map(reports.map((report) => [report.dataSourceId, report]))
  return {
    feeds: about.rows.flatMap(({ id, key, symbol, gaps }) => {
      const state = stateOf.get(id)
      return state ? [{ ...state, instrumentKey: key, symbol, gaps }] : []
    }),
    sources: sources.map((source) => ({ source, report: reportOf.get(source.id) ?? null })),
    now: clock.rows[0]?.now as number,
  }
}
