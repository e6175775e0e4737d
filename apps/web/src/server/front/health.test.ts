import { describe, expect, it } from 'vitest'
import { webUnderTest } from '../testing/web-under-test.ts'

describe('with a database', () => {
  const web = webUnderTest()

  it('is ready', async () => {
    expect((await web.get('/healthz')).status).toBe(200)
    const ready = await web.get('/readyz')
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready' }])
  })

  it('asks no question for ever', async () => {
    const { rows } = await web.services.db.pool.query('SHOW statement_timeout')
    expect(rows).toEqual([{ statement_timeout: '30s' }])
  })

  it('is not ready without the migrations, and says so', async () => {
    await web.sql('ALTER TABLE tile RENAME TO elsewhere')
    const ready = await web.get('/readyz')
    expect(ready.status).toBe(503)
    expect((await ready.json()).reason).toMatch(/lacks tile.*migrations/)
    await web.sql('ALTER TABLE elsewhere RENAME TO tile')
    expect((await web.get('/readyz')).status).toBe(200)
  })
})

describe('without a database', () => {
  // port 1 refuses at once
  const web = webUnderTest({ databaseUrl: () => 'postgresql://nobody@127.0.0.1:1/nothing' })

  it('lives, but is not ready', async () => {
    expect((await web.get('/healthz')).status).toBe(200)
    const ready = await web.get('/readyz')
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'unavailable', reason: 'The database does not answer.' }])
  })

  it('lets nobody in and says that it is the database', async () => {
    const cookie = await web.cookieOf({ id: '00000000-0000-4000-8000-000000000000', email: '', password: '', role: 'admin' })
    for (const path of ['/tiles/1/5m/1', '/api/stream/stream.follow', '/']) {
      const answer = await web.get(path, { cookie })
      expect([path, answer.status]).toEqual([path, 503])
      expect((await answer.json()).error.message).toMatch(/database cannot be reached/)
    }
    const answer = await web.runtime.trpc(new Request(`${web.origin}/api/trpc/account.me`, { headers: { cookie } }))
    expect(answer.status).toBe(503)
  })
})
