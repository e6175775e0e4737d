import { afterEach, expect, it, vi } from 'vitest'
import { freshDatabase } from '../../testkit/src/fresh-database.ts'
import { inTransaction } from './database.ts'
import { JobRefused, type Jobs, openJobs } from './jobs.ts'

const database = freshDatabase()
const open: Jobs[] = []
const jobs = async (work: boolean) => {
  const made = await openJobs({ url: database.appUrl, work })
  open.push(made)
  return made
}
afterEach(async () => {
  for (const made of open.splice(0)) await made.close()
})

it('does a job of another process, as the application role', async () => {
  const [web, worker] = [await jobs(false), await jobs(true)]
  const done: unknown[] = []
  await worker.work('mail', async ({ data, retried }) => void done.push({ ...data, retried }), { pollSeconds: 0.5 })
  await web.send('mail', { to: 'a@example.org', subject: 's', text: 't' })
  await vi.waitFor(() => expect(done).toEqual([{ to: 'a@example.org', subject: 's', text: 't', retried: 0 }]), 20_000)
})

it('knows nothing of a job whose transaction was rolled back', async () => {
  const web = await jobs(false)
  const count = async () =>
    Number((await database.db.pool.query("select count(*)::int as n from pgboss.job where name = 'delivery'")).rows[0].n)
  await expect(
    inTransaction(database.db, async (tx) => {
      await web.send('delivery', { deliveryId: 'x' }, { tx })
      throw new Error('no')
    }),
  ).rejects.toThrow('no')
  expect(await count()).toBe(0)
  await inTransaction(database.db, (tx) => web.send('delivery', { deliveryId: 'x' }, { tx }))
  expect(await count()).toBe(1)
})

it('tries again what failed, and not what was refused', async () => {
  const worker = await jobs(true)
  const tries: Record<string, number> = {}
  await worker.work(
    'mail',
    async ({ data: { to } }) => {
      tries[to] = (tries[to] ?? 0) + 1
      if (to === 'never@example.org') throw new JobRefused('It will never work.')
      if (tries[to] === 1) throw new Error('not yet')
    },
    { pollSeconds: 0.5 },
  )
  for (const to of ['never@example.org', 'later@example.org'])
    await worker.send('mail', { to, subject: 'twice', text: 't' }, { retryDelay: 0, retryBackoff: false })
  const states = async () =>
    (
      await database.db.pool.query(
        "select data->>'to' as to, state, output->>'message' as message from pgboss.job where data->>'subject' = 'twice' order by 1",
      )
    ).rows
  await vi.waitFor(
    async () =>
      expect(await states()).toEqual([
        { to: 'later@example.org', state: 'completed', message: null },
        { to: 'never@example.org', state: 'failed', message: 'It will never work.' },
      ]),
    20_000,
  )
  expect(tries).toEqual({ 'never@example.org': 1, 'later@example.org': 2 })
})
