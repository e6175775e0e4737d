/** Messages that no mapper could read. They are kept as they came, the newest ones of each source. */
import type { Database, Queryable } from '../database.ts'
import { msOf } from '../sql/binary.ts'
import { storableText } from '../sql/text.ts'

/** Kept per source; a venue that changes its format sends thousands of the same. */
export const QUARANTINE_KEPT = 1_000
/** Characters of a message that are kept. */
export const QUARANTINE_PAYLOAD = 8_000

export interface QuarantinedMessage {
  dataSourceId: number
  /** UTC ms, our clock */
  receivedAt: number
  reason: string
  payload: string
}

/** Of each source named, only the newest QUARANTINE_KEPT stay. */
export async function addToQuarantine(q: Queryable, messages: readonly QuarantinedMessage[]): Promise<void> {
  if (messages.length === 0) return
  await q.query(
    `insert into quarantine (data_source_id, received_at, reason, payload)
     select m.source, to_timestamp(m.at / 1000), m.reason, m.payload from unnest($1::int[], $2::float8[], $3::text[], $4::text[]) as m(source, at, reason, payload)`,
    [
      messages.map((m) => m.dataSourceId),
      messages.map((m) => m.receivedAt),
      messages.map((m) => storableText(m.reason, 500)),
      messages.map((m) => storableText(m.payload, QUARANTINE_PAYLOAD)),
    ],
  )
  await q.query(
    `delete from quarantine m using (
       select s.id as source, (select k.id from quarantine k where k.data_source_id = s.id order by k.id desc offset $2 limit 1) as last
         from unnest($1::int[]) as s(id)) old
      where m.data_source_id = old.source and m.id <= old.last`,
    [[...new Set(messages.map((m) => m.dataSourceId))], QUARANTINE_KEPT],
  )
}

/** The newest first. */
export async function listQuarantine(
  q: Queryable | Database,
  dataSourceId: number,
  limit = 50,
): Promise<(QuarantinedMessage & { id: string })[]> {
  const { rows } = await ('pool' in q ? q.pool : q).query<QuarantinedMessage & { id: string }>(
    // by the number, not by the text of the same name
    `select q.id::text, q.data_source_id as "dataSourceId", ${msOf('q.received_at')} as "receivedAt", q.reason, q.payload
       from quarantine q where q.data_source_id = $1 order by q.id desc limit $2`,
    [dataSourceId, limit],
  )
  return rows
}

export interface QuarantineCount {
  dataSourceId: number
  /** since the asked time; no more than QUARANTINE_KEPT are known */
  count: number
  /** UTC ms */
  newest: number
}

/** How many messages of each source came to quarantine since then; sources without any are absent. */
export async function countQuarantine(q: Queryable | Database, since: number): Promise<QuarantineCount[]> {
  const { rows } = await ('pool' in q ? q.pool : q).query<QuarantineCount>(
    `select data_source_id as "dataSourceId", count(*)::int as count, ${msOf('max(received_at)')} as newest
       from quarantine where received_at >= $1 group by data_source_id order by data_source_id`,
    [new Date(since)],
  )
  return rows
}
