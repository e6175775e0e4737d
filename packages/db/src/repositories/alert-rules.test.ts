import type { AlertCondition } from '@faultline/market/alert'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { makeInstrument, makeUser } from '../../../testkit/src/factories.ts'
import { freshDatabase } from '../../../testkit/src/fresh-database.ts'
import { makeTeam, type TeamOfPeople } from '../../../testkit/src/people.ts'
import { onConnection } from '../../../testkit/src/template-database.ts'
import { asActor, type UserActor } from '../actor.ts'
import { SecretBox } from '../secret-box.ts'
import { createChannel, deleteChannel, disableChannel, listChannels, openAddress } from './alert-channels.ts'
import {
  alertAllowance,
  createRule,
  deleteRule,
  listRules,
  type RuleOwner,
  type RuleSettings,
  readRule,
  rulesToEvaluate,
  updateRule,
} from './alert-rules.ts'
import { readDelivery, readLog, recordAttempt, testChannel } from './deliveries.ts'

const t = freshDatabase()
const box = new SecretBox(`t:${Buffer.alloc(32, 1).toString('base64')}`)
const condition: AlertCondition = { kind: 'risk', direction: 'above', level: 70 }
const settings = (change: Partial<RuleSettings> = {}): RuleSettings => ({
  name: 'x',
  instrumentKey: null,
  condition,
  channelIds: [],
  cooldownMinutes: 0,
  enabled: true,
  ...change,
})
const as = (userId: string): UserActor => ({ kind: 'user', userId, role: 'member' })
let people = 0
async function person() {
  const actor = as(await makeUser(t.ownerUrl, { email: `a${++people}@example.org` }))
  return { actor, owner: { ownerId: actor.userId, teamId: null } }
}
const discord = { name: 'desk', hint: 'h', address: { kind: 'discord' as const, url: 'https://discord.com/api/webhooks/1/secret' } }
const jobs = { send: async () => null }

describe('rules', () => {
  let team: TeamOfPeople
  beforeAll(async () => {
    team = await makeTeam(t.ownerUrl)
  })

  it('of two changes on the same version take one', async () => {
    const { actor, owner } = await person()
    const { id } = await createRule(t.db, actor, owner, settings(), null)
    const both = await Promise.allSettled(['a', 'b', 'c'].map((name) => updateRule(t.db, actor, id, 1, { name })))
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(both.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []))).toEqual(['conflict', 'conflict'])
    expect(await readRule(t.db, actor, id)).toMatchObject({ version: 2 })
  })

  it('are as many as allowed, though they are made at the same time', async () => {
    const { actor, owner } = await person()
    const made = await Promise.allSettled(Array.from({ length: 6 }, () => createRule(t.db, actor, owner, settings(), 2)))
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(2)
    expect(await listRules(t.db, actor, owner)).toHaveLength(2)
  })

  it('of a team are seen by viewers and changed by editors; to strangers they are not there', async () => {
    const owner = { ownerId: null, teamId: team.id }
    const { id } = await createRule(t.db, as(team.editor), owner, settings({ name: 'of the team' }), null)
    expect((await listRules(t.db, as(team.viewer), owner)).map(({ name }) => name)).toContain('of the team')
    await expect(updateRule(t.db, as(team.viewer), id, 1, { name: 'mine' })).rejects.toMatchObject({ code: 'forbidden' })
    await expect(createRule(t.db, as(team.viewer), owner, settings(), null)).rejects.toThrow()
    const stranger = (await person()).actor
    expect(await listRules(t.db, stranger, owner)).toEqual([])
    await expect(readRule(t.db, stranger, id)).rejects.toMatchObject({ code: 'not_found' })
    await expect(updateRule(t.db, stranger, id, 1, { name: 'mine' })).rejects.toMatchObject({ code: 'not_found' })
    await expect(deleteRule(t.db, stranger, id)).rejects.toMatchObject({ code: 'not_found' })
    await updateRule(t.db, as(team.owner), id, 1, { name: 'of the owner' })
  })

  it('are evaluated where they are on', async () => {
    const { actor, owner } = await person()
    const [on, off] = [
      await createRule(t.db, actor, owner, settings(), null),
      await createRule(t.db, actor, owner, settings({ enabled: false }), null),
    ]
    expect(await rulesToEvaluate(t.db, [on.id, off.id])).toEqual([
      { id: on.id, version: 1, name: 'x', instrumentKey: null, condition, cooldownMinutes: 0 },
    ])
    expect((await rulesToEvaluate(t.db)).map(({ id }) => id)).toContain(on.id)
  })
})

describe('rules and a plan that has become smaller', () => {
  const owner = (text: string, values: unknown[] = []) => onConnection(t.ownerUrl, (client) => client.query(text, values))
  const plan = (set: string) => owner(`update plan set ${set} where key = 'free'`)
  afterEach(() => plan("alert_rules = 5, all_assets = true, base_assets = '{}'"))
  const closed = async (actor: UserActor, of: RuleOwner) => (await listRules(t.db, actor, of)).map((rule) => [rule.name, rule.closed])
  const evaluated = async (ids: string[]) => (await rulesToEvaluate(t.db, ids)).map(({ name }) => name).sort()
  async function three(actor: UserActor, of: RuleOwner) {
    const made = []
    for (const name of ['first', 'second', 'third']) made.push(await createRule(t.db, actor, of, settings({ name }), null))
    return made
  }

  it('do not fire beyond its number, those that were made last; one that is off leaves its place', async () => {
    const { actor, owner: of } = await person()
    const made = await three(actor, of)
    const ids = made.map(({ id }) => id)
    expect(await evaluated(ids)).toEqual(['first', 'second', 'third'])
    await plan('alert_rules = 1')
    expect(await closed(actor, of)).toEqual([
      ['third', 'limit'],
      ['second', 'limit'],
      ['first', null],
    ])
    expect(await evaluated(ids)).toEqual(['first'])
    await updateRule(t.db, actor, ids[0] as string, 1, { enabled: false })
    expect(await closed(actor, of)).toEqual([
      ['third', 'limit'],
      ['second', null],
      ['first', null],
    ])
    expect(await evaluated(ids)).toEqual(['second'])
    // another plan that has run out counts as the free one; one that has not, counts
    await owner("update app_user set plan_key = 'pro', plan_until = now() - interval '1 s' where id = $1", [actor.userId])
    expect(await evaluated(ids)).toEqual(['second'])
    await owner("update app_user set plan_until = now() + interval '1 day' where id = $1", [actor.userId])
    expect(await evaluated(ids)).toEqual(['second', 'third'])
  })

  it('do not fire for markets that it does not open, and take no place then', async () => {
    const { actor, owner: of } = await person()
    const [open, shut] = [await makeInstrument(t.db), await makeInstrument(t.db)]
    const ids: string[] = []
    for (const [name, instrumentKey] of [
      ['every', null],
      ['shut', shut.key],
      ['open', open.key],
    ] as const)
      ids.push((await createRule(t.db, actor, of, settings({ name, instrumentKey }), null)).id)
    await plan(`alert_rules = 1, all_assets = false, base_assets = array['${open.baseAsset}']`)
    expect(await closed(actor, of)).toEqual([
      ['open', null],
      ['shut', 'market'],
      ['every', 'market'],
    ])
    expect(await evaluated(ids)).toEqual(['open'])
    expect(await alertAllowance(t.db, actor, of)).toEqual({ most: 1, baseAssets: [open.baseAsset] })
    await owner("update app_user set role = 'admin' where id = $1", [actor.userId])
    expect(await evaluated(ids)).toEqual(['every', 'open', 'shut'])
  })

  it('of a team go by the plans of its owners, the largest counting', async () => {
    const team = await makeTeam(t.ownerUrl)
    const of = { ownerId: null, teamId: team.id }
    await owner('delete from alert_rule where team_id = $1', [team.id])
    const ids = (await three(as(team.editor), of)).map(({ id }) => id)
    await plan('alert_rules = 1')
    // not by the plan of whoever made them
    await owner("update app_user set plan_key = 'pro' where id = $1", [team.editor])
    expect(await evaluated(ids)).toEqual(['first'])
    expect(await closed(as(team.viewer), of)).toEqual([
      ['third', 'limit'],
      ['second', 'limit'],
      ['first', null],
    ])
    expect(await alertAllowance(t.db, as(team.viewer), of)).toEqual({ most: 1, baseAssets: null })
    await owner("update membership set role = 'owner' where user_id = $1", [team.editor])
    expect(await evaluated(ids)).toEqual(['first', 'second', 'third'])
    expect(await alertAllowance(t.db, as(team.viewer), of)).toEqual({ most: 500, baseAssets: null })
    const stranger = (await person()).actor
    await expect(alertAllowance(t.db, stranger, of)).rejects.toMatchObject({ code: 'not_found' })
    await expect(alertAllowance(t.db, stranger, { ownerId: team.owner, teamId: null })).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('channels', () => {
  it('keep their address sealed, and leave the rules that name them', async () => {
    const { actor, owner } = await person()
    const { id } = await createChannel(t.db, actor, owner, discord, box)
    const rule = await createRule(t.db, actor, owner, settings({ channelIds: [id, id] }), null)
    expect(rule.channelIds).toEqual([id])
    const { rows } = await asActor(t.db, actor, (client) => client.query('select sealed from alert_channel where id = $1', [id]))
    expect(rows[0].sealed.includes('secret')).toBe(false)
    expect(openAddress(box, rows[0].sealed)).toEqual(discord.address)
    await deleteChannel(t.db, actor, id)
    expect(await readRule(t.db, actor, rule.id)).toMatchObject({ channelIds: [], version: 1 })
    await expect(createRule(t.db, actor, owner, settings({ channelIds: [id] }), null)).rejects.toMatchObject({ code: 'bad_input' })
  })

  it('are not somebody else’s to test, delete or read', async () => {
    const [{ actor, owner }, other] = [await person(), await person()]
    const { id } = await createChannel(t.db, actor, owner, discord, box)
    await expect(testChannel(t.db, other.actor, jobs, id)).rejects.toMatchObject({ code: 'not_found' })
    await expect(deleteChannel(t.db, other.actor, id)).rejects.toMatchObject({ code: 'not_found' })
    expect(await listChannels(t.db, other.actor, owner)).toEqual([])
    await testChannel(t.db, actor, jobs, id)
    expect((await readLog(t.db, other.actor, owner, { problems: false, before: null, most: 5 })).rows).toEqual([])
  })

  it('are switched on again by a test', async () => {
    const { actor, owner } = await person()
    const { id } = await createChannel(t.db, actor, owner, discord, box)
    await disableChannel(t.db, id, 'gone')
    expect(await listChannels(t.db, actor, owner)).toMatchObject([{ disabledReason: 'gone' }])
    await testChannel(t.db, actor, jobs, id)
    expect(await listChannels(t.db, actor, owner)).toMatchObject([{ disabledReason: null }])
  })

  it('count attempts, and do not take back that something was sent', async () => {
    const { actor, owner } = await person()
    const { id } = await createChannel(t.db, actor, owner, discord, box)
    const delivery = await testChannel(t.db, actor, jobs, id)
    await recordAttempt(t.db, delivery, { state: 'retrying', message: 'x'.repeat(900), durationMs: 3.4 })
    await recordAttempt(t.db, delivery, { state: 'sent', message: 'ok', durationMs: 5 })
    await recordAttempt(t.db, delivery, { state: 'failed', message: 'late', durationMs: 9 })
    expect(await readDelivery(t.db, delivery)).toMatchObject({ state: 'sent', attempts: 2, event: null })
  })
})
