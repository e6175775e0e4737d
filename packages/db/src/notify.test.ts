import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import pg from 'pg'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { makeUser } from '../../testkit/src/factories.ts'
import { freshDatabase } from '../../testkit/src/fresh-database.ts'
import { withActor } from './actor.ts'
import { inTransaction } from './database.ts'
import { backoffMs, type Listener, type ListenState, listen, type NotifyMessage, notify } from './notify.ts'
import { changePassword } from './repositories/users.ts'

const t = freshDatabase()
const open: Listener[] = []
afterEach(async () => {
  for (const l of open.splice(0)) await l.close()
})

async function hear(url = t.appUrl) {
  const messages: NotifyMessage[] = []
  const states: ListenState[] = []
  const listener = listen({ url, onMessage: (m) => messages.push(m), onState: (s) => states.push(s) })
  open.push(listener)
  await listener.ready
  return { messages, states, listener }
}
const columns = (lastBucket: number) => ({ instrumentId: 1, instrumentKey: 'simulated:X', buildId: 2, lastBucket })

describe('notify and listen', () => {
  it('passes messages on, with the commit of the transaction around them', async () => {
    const { messages } = await hear()
    await inTransaction(t.db, async (client) => {
      await notify(client, 'columns', columns(1))
      await notify(t.db.pool, 'progress', { job: 'j', phase: 'store', done: 1, total: null, etaMs: null })
      await vi.waitFor(() => expect(messages).toHaveLength(1))
    })
    await inTransaction(t.db, async (client) => {
      await notify(client, 'columns', columns(2))
      throw new Error('undone')
    }).catch(() => {})
    await notify(t.db.pool, 'columns', columns(3))
    await vi.waitFor(() => expect(messages).toHaveLength(3))
    expect(messages).toEqual([
      { channel: 'progress', payload: { job: 'j', phase: 'store', done: 1, total: null, etaMs: null } },
      { channel: 'columns', payload: columns(1) },
      { channel: 'columns', payload: columns(3) },
    ])
  })

  it('drops what it does not understand, and refuses to send it', async () => {
    const { messages } = await hear()
    await t.db.pool.query(
      "select pg_notify('faultline_columns', 'no json'), pg_notify('faultline_user', '{}'), pg_notify('faultline_other', '{}')",
    )
    await expect(notify(t.db.pool, 'columns', { ...columns(1), buildId: 0.5 })).rejects.toMatchObject({ code: 'internal' })
    await notify(t.db.pool, 'columns', columns(4))
    await vi.waitFor(() => expect(messages).toEqual([{ channel: 'columns', payload: columns(4) }]))
  })

  it('comes back after its connection was killed, and says so', async () => {
    const { messages, states } = await hear()
    expect(states).toEqual([{ state: 'listening', resumed: false }])
    await t.db.pool.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'faultline listener' and datname = current_database()",
    )
    await vi.waitFor(() => expect(states.at(-1)).toEqual({ state: 'listening', resumed: true }), { timeout: 10_000 })
    expect(states[1]).toMatchObject({ state: 'waiting', reason: expect.stringContaining('terminating connection') })
    await notify(t.db.pool, 'columns', columns(5))
    await vi.waitFor(() => expect(messages).toEqual([{ channel: 'columns', payload: columns(5) }]))
  })

  it('keeps trying where nobody answers, and stops when it is closed', async () => {
    const states: ListenState[] = []
    const nobody = new URL(t.appUrl)
    nobody.port = '9' // discard: nothing listens there
    const listener = listen({ url: nobody.href, onMessage: () => {}, onState: (s) => states.push(s) })
    await vi.waitFor(() => expect(states.length).toBeGreaterThanOrEqual(2), { timeout: 10_000 })
    expect(states.every((s) => s.state === 'waiting')).toBe(true)
    await listener.close()
    const before = states.length
    await sleep(700)
    expect(states).toHaveLength(before)
  })

  it('tells when the session of a person ended, by whoever changed the row', async () => {
    const { messages } = await hear()
    const id = await makeUser(t.ownerUrl, { email: 'ada@example.org' })
    const ada = { kind: 'user', userId: id, role: 'member' } as const
    await withActor(t.db, ada, (tx) => tx.user.update({ where: { id }, data: { settings: { theme: 'dark' } } })) // nothing that a session depends on
    await changePassword(t.db, ada, { passwordHash: 'x' })
    await vi.waitFor(() => expect(messages).toEqual([{ channel: 'user', payload: { id } }]))
    const owner = new pg.Client({ connectionString: t.ownerUrl })
    await owner.connect()
    await owner.query('update app_user set disabled_at = now() where id = $1', [id])
    await owner.query("update app_user set role = 'admin' where id = $1", [id])
    await owner.query('delete from app_user where id = $1', [id])
    await owner.end()
    await vi.waitFor(() => expect(messages).toHaveLength(4))
  })
})

it('waits longer and longer, never beyond the cap, never all at the same moment', () => {
  fc.assert(
    fc.property(fc.nat(2_000), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
      const wait = backoffMs(attempt, random)
      const ceiling = Math.min(10_000, 250 * 2 ** Math.min(attempt, 30))
      expect(wait).toBeGreaterThanOrEqual(ceiling / 2 - 1)
      expect(wait).toBeLessThanOrEqual(ceiling)
    }),
  )
  expect(backoffMs(3, 0)).toBeLessThan(backoffMs(3, 1))
})
