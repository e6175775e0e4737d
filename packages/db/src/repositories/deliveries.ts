/** Messages to channels: what is to be sent, what became of each, and the log that people read. */
import { randomUUID } from 'node:crypto'
import { type AlertFacts, alertFacts, type ChannelKind } from '@faultline/market/alert'
import { FaultlineError } from '@faultline/market/errors'
import { type Actor, asActor, type UserActor, withActor } from '../actor.ts'
import type { Database } from '../database.ts'
import type { Jobs } from '../jobs.ts'
import { msOf } from '../sql/binary.ts'
import type { RuleOwner } from './alert-rules.ts'

export type DeliveryState = 'queued' | 'retrying' | 'sent' | 'failed'

/** All that a sender has to know. */
export interface DeliveryToSend {
  id: string
  state: DeliveryState
  attempts: number
  channel: { id: string; kind: ChannelKind; teamId: string | null; sealed: Buffer; disabledReason: string | null }
  /** null: a test of the channel */
  event: { id: string; title: string; facts: AlertFacts | null; test: boolean; at: number; rule: { id: string; name: string } } | null
}

const WORKER: Actor = { kind: 'worker' }

/** Null where it is gone: with its rule, its channel or its owner. */
export function readDelivery(db: Database, id: string): Promise<DeliveryToSend | null> {
  return withActor(db, WORKER, async (tx) => {
    const row = await tx.delivery.findUnique({
      where: { id },
      include: { channel: true, event: { include: { rule: { select: { id: true, name: true } } } } },
    })
    if (!row) return null
    const { channel, event } = row
    const facts = alertFacts.safeParse(event?.facts)
    return {
      id,
      state: row.state as DeliveryState,
      attempts: row.attempts,
      channel: {
        id: channel.id,
        kind: channel.kind as ChannelKind,
        teamId: channel.teamId,
        sealed: Buffer.from(channel.sealed),
        disabledReason: channel.disabledReason,
      },
      event: event && {
        id: event.id,
        title: event.title,
        facts: facts.success ? facts.data : null,
        test: event.test,
        at: event.createdAt.getTime(),
        rule: event.rule,
      },
    }
  })
}

export interface Attempt {
  state: Exclude<DeliveryState, 'queued'>
  /** what it came to, in words; no word of what a receiver answered */
  message: string
  durationMs: number
}

/** Writes down one attempt. With `mail`, the message is handed to the queue of e-mail in the same transaction. */
export function recordAttempt(
  db: Database,
  id: string,
  attempt: Attempt,
  mail?: { jobs: Pick<Jobs, 'send'>; to: string; subject: string; text: string },
): Promise<void> {
  return asActor(db, WORKER, async (tx) => {
    const { rowCount } = await tx.query(
      `update delivery set state = $2, attempts = attempts + 1, message = $3, attempted_at = now(), duration_ms = $4 where id = $1 and state <> 'sent'`,
      [id, attempt.state, attempt.message.slice(0, 500), Math.round(attempt.durationMs)],
    )
    if (mail && rowCount === 1) await mail.jobs.send('mail', { to: mail.to, subject: mail.subject, text: mail.text }, { tx })
  })
}

/** Where e-mail of a person goes: null where the account is closed, gone, or no longer in the team. */
export function mailAddressOf(db: Database, userId: string, teamId: string | null): Promise<string | null> {
  return withActor(db, WORKER, async (tx) => {
    const user = await tx.user.findUnique({ where: { id: userId }, select: { email: true, disabledAt: true } })
    if (!user || user.disabledAt !== null) return null
    if (teamId !== null && !(await tx.membership.findUnique({ where: { teamId_userId: { teamId, userId } } }))) return null
    return user.email
  })
}

/**
 * Sends a test to one channel, with nothing but that it is one. A channel that was switched off is tried again.
 * @throws FaultlineError not_found
 */
export function testChannel(db: Database, actor: UserActor, jobs: Pick<Jobs, 'send'>, channelId: string): Promise<string> {
  return asActor(db, actor, async (tx) => {
    const id = randomUUID()
    const { rowCount } = await tx.query('update alert_channel set disabled_reason = null where id = $1', [channelId])
    if (rowCount !== 1) throw new FaultlineError('not_found', 'This channel does not exist any more, or is not yours to change.')
    await tx.query('insert into delivery (id, channel_id) values ($1, $2)', [id, channelId])
    await jobs.send('delivery', { deliveryId: id }, { tx })
    return id
  })
}

/** One line of the log. */
export interface LoggedDelivery {
  id: string
  state: DeliveryState
  attempts: number
  message: string | null
  durationMs: number | null
  /** UTC ms */
  at: number
  channel: { kind: ChannelKind; name: string }
  /** null: a test of the channel */
  title: string | null
  rule: string | null
  test: boolean
}

export interface DeliveryLog {
  /** newest first */
  rows: LoggedDelivery[]
  /** pass it as `before` for what is older; null: that is all */
  next: { at: number; id: string } | null
  /** of the last 24 h */
  sent: number
  problems: number
}

/** @param options.problems only what failed or is being tried again */
export function readLog(
  db: Database,
  actor: UserActor,
  owner: RuleOwner,
  options: { problems: boolean; before: { at: number; id: string } | null; most: number },
): Promise<DeliveryLog> {
  const { problems, before, most } = options
  return asActor(db, actor, async (client) => {
    const of = 'c.owner_id is not distinct from $1::uuid and c.team_id is not distinct from $2::uuid'
    const whose = [owner.ownerId, owner.teamId]
    const { rows } = await client.query<LoggedDelivery & { kind: ChannelKind; name: string }>(
      // of each channel the newest by its index, then the newest of those: whoever may see a row is asked of few
      `with shown as (
         select d.*, c.kind, c.name from alert_channel c cross join lateral (
           select d.* from delivery d
            where d.channel_id = c.id and (not $3 or d.state in ('failed', 'retrying'))
              and ($4::float8 is null or (d.created_at, d.id) < (to_timestamp($4::float8 / 1000), $5::uuid))
            order by d.created_at desc, d.id desc limit $6
         ) d where ${of} order by d.created_at desc, d.id desc limit $6
       )
       select d.id, d.state, d.attempts, d.message, d.duration_ms as "durationMs", ${msOf('d.created_at')} as at, d.kind, d.name, e.title,
              r.name as rule, coalesce(e.test, true) as test
         from shown d left join alert_event e on e.id = d.event_id left join alert_rule r on r.id = e.rule_id
        order by d.created_at desc, d.id desc`,
      [...whose, problems, before?.at ?? null, before?.id ?? null, most + 1],
    )
    const { rows: counts } = await client.query<{ sent: number; problems: number }>(
      `select count(*) filter (where d.state = 'sent')::int as sent, count(*) filter (where d.state in ('failed', 'retrying'))::int as problems
         from delivery d join alert_channel c on c.id = d.channel_id where ${of} and d.created_at > now() - interval '1 day'`,
      whose,
    )
    const shown = rows.slice(0, most).map(({ kind, name, ...row }) => ({ ...row, channel: { kind, name } }))
    const last = rows.length > most ? shown.at(-1) : undefined
    return { rows: shown, next: last ? { at: last.at, id: last.id } : null, sent: counts[0]?.sent ?? 0, problems: counts[0]?.problems ?? 0 }
  })
}
