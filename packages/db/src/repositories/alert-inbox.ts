/** What has alerted a person, and the test of a rule. */
import { randomUUID } from 'node:crypto'
import { type AlertFacts, alertFacts } from '@faultline/market/alert'
import { FaultlineError } from '@faultline/market/errors'
import { asActor, type UserActor, withActor } from '../actor.ts'
import type { Database } from '../database.ts'
import type { Jobs } from '../jobs.ts'
import { msOf } from '../sql/binary.ts'
import { queueDeliveries } from './alert-events.ts'

export interface InboxEntry {
  /** of the alert */
  id: string
  title: string
  facts: AlertFacts
  rule: { id: string; name: string; teamId: string | null }
  /** UTC ms of the server's clock */
  at: number
  read: boolean
}

export interface Inbox {
  /** newest first */
  entries: InboxEntry[]
  unread: number
}

/**
 * What belonged to a team that the person has left is there no more, and counts no more.
 * @param before entries older than this time only, UTC ms; null: the newest
 */
export function readInbox(db: Database, actor: UserActor, most: number, before: number | null = null): Promise<Inbox> {
  return asActor(db, actor, async (tx) => {
    const { rows } = await tx.query<
      Omit<InboxEntry, 'facts' | 'rule'> & { facts: unknown; ruleId: string; name: string; teamId: string | null }
    >(
      `select e.id, e.title, e.facts, r.id as "ruleId", r.name, r.team_id as "teamId", ${msOf('n.created_at')} as at, n.read_at is not null as read
         from inbox_entry n join alert_event e on e.id = n.event_id join alert_rule r on r.id = e.rule_id
        where n.user_id = $1 and ($2::float8 is null or n.created_at < to_timestamp($2::float8 / 1000))
        order by n.created_at desc, n.event_id desc limit $3`,
      [actor.userId, before, most],
    )
    const { rows: counts } = await tx.query<{ unread: number }>(
      'select count(*)::int as unread from inbox_entry n join alert_event e on e.id = n.event_id where n.user_id = $1 and n.read_at is null',
      [actor.userId],
    )
    return {
      unread: counts[0]?.unread ?? 0,
      entries: rows.flatMap(({ id, title, facts, ruleId, name, teamId, at, read }) => {
        const parsed = alertFacts.safeParse(facts)
        return parsed.success ? [{ id, title, facts: parsed.data, rule: { id: ruleId, name, teamId }, at, read }] : []
      }),
    }
  })
}

/** @param ids null: all. What is not there or not theirs is passed over. */
export async function markRead(db: Database, actor: UserActor, ids: readonly string[] | null): Promise<void> {
  await withActor(db, actor, (tx) =>
    tx.inboxEntry.updateMany({
      where: { userId: actor.userId, readAt: null, ...(ids === null ? {} : { eventId: { in: [...ids] } }) },
      data: { readAt: new Date() },
    }),
  )
}

/**
 * Sends a test through all channels of a rule: marked as such, and never in anybody's inbox. Returns how many deliveries were queued.
 * @throws FaultlineError not_found
 */
export function sendTest(
  db: Database,
  actor: UserActor,
  jobs: Pick<Jobs, 'send'>,
  test: { ruleId: string; instrumentId: number; title: string; facts: AlertFacts },
): Promise<number> {
  return asActor(db, actor, async (tx) => {
    const id = randomUUID()
    // The moment instead of a bucket: each test is one of its own.
    const { rowCount } = await tx.query(
      `insert into alert_event (id, rule_id, instrument_id, bucket, title, facts, test)
       select $1, r.id, $3, clock_timestamp(), $4, $5, true from alert_rule r where r.id = $2`,
      [id, test.ruleId, test.instrumentId, test.title.slice(0, 500), JSON.stringify(test.facts)],
    )
    if (rowCount !== 1) throw new FaultlineError('not_found', 'This rule does not exist any more, or is not yours to see.')
    return (await queueDeliveries(tx, jobs, [id])).length
  })
}
