/** Rules of alerts: of one person or one team. The worker reads all that are on; people change theirs by version. */
import { type AlertCondition, alertCondition } from '@faultline/market/alert'
import { FaultlineError } from '@faultline/market/errors'
import { type Actor, type UserActor, withActor } from '../actor.ts'
import type { Database } from '../database.ts'
import type { Prisma, AlertRule as Row } from '../generated/prisma/client.ts'

export type RuleOwner = { ownerId: string; teamId: null } | { ownerId: null; teamId: string }

/** What a person gives. */
export interface RuleSettings {
  name: string
  /** null: every market */
  instrumentKey: string | null
  condition: AlertCondition
  /** of the same owner; the inbox is always told */
  channelIds: string[]
  cooldownMinutes: number
  enabled: boolean
}

export interface StoredRule extends RuleSettings {
  id: string
  ownerId: string | null
  teamId: string | null
  version: number
  /** UTC ms */
  updatedAt: number
}

/** A rule as a list shows it. */
export interface ListedRule extends StoredRule {
  firedIn24h: number
  /** UTC ms of the server's clock; null: never, as far as is kept */
  firedAt: number | null
  /** why it does not fire though it is on: the plan does not open its market, or allows fewer rules; null: it fires */
  closed: 'market' | 'limit' | null
}

/** What plans allow of alerts: the person's, or those of the team's owners, of which the largest counts. */
export interface AlertAllowance {
  /** rules; null: any number */
  most: number | null
  /** whose markets they may be about; null: all */
  baseAssets: string[] | null
}

/** @throws FaultlineError not_found for another person, or a team that the actor is not in */
export async function alertAllowance(db: Database, actor: UserActor, owner: RuleOwner): Promise<AlertAllowance> {
  const [found] = await withActor(
    db,
    actor,
    (tx) =>
      tx.$queryRaw<AlertAllowance[]>`select most, base_assets as "baseAssets" from alert_allowance(${owner.teamId ?? owner.ownerId}::uuid)`,
  )
  if (!found) throw new FaultlineError('not_found', 'There is no such team, or you are not in it.')
  return found
}

/** Newest first. */
export function listRules(db: Database, actor: UserActor, owner: RuleOwner): Promise<ListedRule[]> {
  return withActor(db, actor, async (tx) => {
    const rows = await tx.alertRule.findMany({ where: ofOwner(owner), orderBy: { id: 'desc' } })
    const ids = rows.map((row) => row.id)
    const fired = await tx.$queryRaw<{ id: string; day: number; last: Date }[]>`
      select rule_id::text as id, count(*) filter (where created_at > now() - interval '1 day')::int as day, max(created_at) as last
        from alert_event where rule_id = any(${ids}::uuid[]) and not test group by 1`
    const byRule = new Map(fired.map((f) => [f.id, f]))
    const closed = await tx.$queryRaw<{ id: string; reason: 'market' | 'limit' }[]>`
      select rule_id::text as id, reason from closed_alert_rules(${owner.teamId ?? owner.ownerId}::uuid)`
    const whyClosed = new Map(closed.map(({ id, reason }) => [id, reason]))
    return rows.map((row) => ({
      ...stored(row),
      firedIn24h: byRule.get(row.id)?.day ?? 0,
      firedAt: byRule.get(row.id)?.last.getTime() ?? null,
      closed: whyClosed.get(row.id) ?? null,
    }))
  })
}

/** @throws FaultlineError not_found */
export async function readRule(db: Database, actor: UserActor, id: string): Promise<StoredRule> {
  const row = await withActor(db, actor, (tx) => tx.alertRule.findUnique({ where: { id } }))
  if (!row) throw gone()
  return stored(row)
}

/**
 * @param most how many rules the owner may have; null: any number
 * @throws FaultlineError forbidden when there are so many already, bad_input for a channel that is not the owner's
 */
export function createRule(
  db: Database,
  actor: UserActor,
  owner: RuleOwner,
  given: RuleSettings,
  most: number | null,
): Promise<StoredRule> {
  return withActor(db, actor, async (tx) => {
    if (most !== null) {
      await tx.$queryRaw`select pg_advisory_xact_lock(hashtextextended(${owner.teamId ?? owner.ownerId}, 8))::text`
      if ((await tx.alertRule.count({ where: ofOwner(owner) })) >= most)
        throw new FaultlineError(
          'forbidden',
          `The plan allows ${most} alert rules${owner.teamId ? ' of a team' : ''}. Delete one, or ask for a larger plan.`,
        )
    }
    await checkChannels(tx, owner, given.channelIds)
    return stored(await tx.alertRule.create({ data: { ...owner, ...dataOf(given), createdBy: actor.userId } }))
  })
}

/**
 * Changes a rule if nobody else did since `version`. It begins anew: what its condition finds at once is not told.
 * @throws FaultlineError conflict, not_found, forbidden, bad_input
 */
export function updateRule(
  db: Database,
  actor: UserActor,
  id: string,
  version: number,
  change: Partial<RuleSettings>,
): Promise<StoredRule> {
  return withActor(db, actor, async (tx) => {
    const before = await tx.alertRule.findUnique({ where: { id } })
    if (!before) throw gone()
    if (before.version !== version) throw conflict(before)
    if (change.channelIds) await checkChannels(tx, before, change.channelIds)
    const [after] = await tx.alertRule.updateManyAndReturn({
      where: { id, version },
      data: { ...dataOf(change), version: { increment: 1 }, updatedAt: new Date() },
    })
    if (after) return stored(after)
    const now = await tx.alertRule.findUnique({ where: { id } })
    if (!now) throw gone()
    throw now.version === version ? new FaultlineError('forbidden', 'Only editors and owners of this team may change it.') : conflict(now)
  })
}

/** @throws FaultlineError not_found */
export async function deleteRule(db: Database, actor: UserActor, id: string): Promise<void> {
  const { count } = await withActor(db, actor, (tx) => tx.alertRule.deleteMany({ where: { id } }))
  if (count !== 1) throw gone()
}

/** A rule as the worker evaluates it. */
export interface RuleToEvaluate {
  id: string
  version: number
  name: string
  instrumentKey: string | null
  condition: AlertCondition
  cooldownMinutes: number
}

const WORKER: Actor = { kind: 'worker' }

/**
 * All that are on, or those of `ids`; what belongs to an account that is closed, what a plan does not allow any more, and what this
 * version does not understand, is left out.
 */
export async function rulesToEvaluate(db: Database, ids?: readonly string[]): Promise<RuleToEvaluate[]> {
  const rows = await withActor(
    db,
    WORKER,
    (tx) => tx.$queryRaw<(Omit<RuleToEvaluate, 'condition'> & { condition: unknown })[]>`
      select r.id::text, r.version, r.name, r.instrument_key as "instrumentKey", r.condition, r.cooldown_minutes as "cooldownMinutes"
        from alert_rule r left join app_user u on u.id = r.owner_id
       where r.enabled and u.disabled_at is null and (${ids === undefined} or r.id = any(${(ids ?? []) as string[]}::uuid[]))
         and r.id not in (
           select c.rule_id
             from (select null::uuid as of_id where ${ids === undefined} union all
                   select distinct coalesce(owner_id, team_id) from alert_rule where id = any(${(ids ?? []) as string[]}::uuid[])) o
            cross join lateral closed_alert_rules(o.of_id) c)`,
  )
  return rows.flatMap((row) => {
    const condition = alertCondition.safeParse(row.condition)
    return condition.success ? [{ ...row, condition: condition.data }] : []
  })
}

async function checkChannels(
  tx: Prisma.TransactionClient,
  owner: { ownerId: string | null; teamId: string | null },
  ids: readonly string[],
) {
  const wanted = [...new Set(ids)]
  if (wanted.length === 0) return
  const found = await tx.alertChannel.count({ where: { id: { in: wanted }, ownerId: owner.ownerId, teamId: owner.teamId } })
  if (found !== wanted.length)
    throw new FaultlineError('bad_input', 'One of the channels does not exist any more, or is not of the same owner. Choose again.')
}

const ofOwner = (owner: RuleOwner) => (owner.teamId === null ? { ownerId: owner.ownerId } : { teamId: owner.teamId })

function dataOf<S extends Partial<RuleSettings>>(
  given: S,
): Omit<S, 'condition' | 'channelIds'> & { condition: Prisma.InputJsonObject; channelIds: string[] }
function dataOf({ name, instrumentKey, condition, channelIds, cooldownMinutes, enabled }: Partial<RuleSettings>) {
  const given = { name, instrumentKey, condition, channelIds: channelIds && [...new Set(channelIds)], cooldownMinutes, enabled }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

const stored = (row: Row): StoredRule => ({
  id: row.id,
  ownerId: row.ownerId,
  teamId: row.teamId,
  name: row.name,
  instrumentKey: row.instrumentKey,
  condition: alertCondition.parse(row.condition),
  channelIds: row.channelIds,
  cooldownMinutes: row.cooldownMinutes,
  enabled: row.enabled,
  version: row.version,
  updatedAt: row.updatedAt.getTime(),
})

const gone = () => new FaultlineError('not_found', 'This rule does not exist any more, or is not yours to see.')
const conflict = (now: Row) =>
  new FaultlineError(
    'conflict',
    `"${now.name}" was changed by somebody else meanwhile (it is at version ${now.version}). Look at their change, then save yours again.`,
  )
