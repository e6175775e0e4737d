import type { AlertCondition } from '@faultline/market/alert'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeUser } from '../../../testkit/src/factories.ts'
import { freshDatabase } from '../../../testkit/src/fresh-database.ts'
import { makeTeam, type TeamOfPeople } from '../../../testkit/src/people.ts'
import { asActor, type UserActor } from '../actor.ts'
import { SecretBox } from '../secret-box.ts'
import { createChannel, deleteChannel, disableChannel, listChannels, openAddress } from './alert-channels.ts'
import { createRule, deleteRule, listRules, type RuleSettings, readRule, rulesToEvaluate, updateRule } from './alert-rules.ts'
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
