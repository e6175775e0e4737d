/** What a question may cost: bounded before it is asked, ended where it takes too long, and then said in words. */
import { openDatabase } from '@faultline/db/database'
import { DAY_MS } from '@faultline/market/units'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { MOST_COLUMNS } from '../../features/heatmap/server/choose-resolution.ts'
import { expectedError, httpStatus } from '../errors.ts'
import { builtMarket } from '../testing/market.ts'
import { webUnderTest } from '../testing/web-under-test.ts'

describe('a statement that takes too long', () => {
  const web = webUnderTest({
    databaseUrl: () => `${web.database.appUrl}${web.database.appUrl.includes('?') ? '&' : '?'}statement_timeout=150`,
  })

  it('is said to be so, as 503, to whoever asked', async () => {
    const other = new pg.Client({ connectionString: web.database.ownerUrl })
    await other.connect()
    try {
      await other.query('begin; lock table one_time_token in access exclusive mode')
      const input = encodeURIComponent(JSON.stringify({ json: { token: 'x'.repeat(43) } }))
      const response = await web.runtime.trpc(new Request(`${web.origin}/api/trpc/joining.lookAtLink?input=${input}`))
      expect(response.status).toBe(503)
      expect((await response.json()).error.json.message).toBe('The database took too long to answer this. Ask for less, or again later.')
    } finally {
      await other.query('rollback')
      await other.end()
    }
  })

  it('is known however the database is asked', async () => {
    const db = openDatabase({ url: `${web.database.appUrl}${web.database.appUrl.includes('?') ? '&' : '?'}statement_timeout=100` })
    const log = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    try {
      for (const ask of [
        () => db.pool.query('select pg_sleep(10)'),
        () => db.prisma.$queryRaw`select pg_sleep(10)::text`,
        () => db.prisma.$transaction((tx) => tx.$queryRaw`select pg_sleep(10)::text`),
      ]) {
        const error = await ask().then(
          () => null,
          (thrown: unknown) => expectedError(thrown),
        )
        expect(error).toMatchObject({ code: 'unavailable', message: expect.stringContaining('took too long') })
        expect(error && httpStatus(error)).toBe(503)
      }
      expect(log).not.toHaveBeenCalled()
    } finally {
      log.mockRestore()
      await db.close()
    }
  })
})

describe('a market', () => {
  const web = webUnderTest()
  let cookie: string
  let key: string
  beforeAll(async () => {
    const market = await builtMarket(web.database.db, { count: 10_000, bucketMs: 60_000, skip: (i) => i % 50 > 0 })
    key = market.instrument.key
    cookie = await web.cookieOf(await web.addPerson({ role: 'admin' }))
  })
  afterAll(() => vi.restoreAllMocks())

  it('is never given in more columns than a picture has, whatever range and resolution are asked for', async () => {
    const api = await web.callerOf(cookie)
    for (const range of ['12h', '1d', '7d', '30d', '90d', '1y'] as const)
      for (const resolution of [undefined, '1m', '5m', '30m', '4h', '1d'] as const)
        for (const window of [undefined, { from: 0, to: 8.64e15 }]) {
          const view = await api.heatmap
            .view({ instrument: key, range, ...(resolution && { resolution }), ...(window && { window }) })
            .catch((error: { code: string }) => error.code)
          if (typeof view === 'string') expect([range, resolution, view]).toEqual([range, resolution, 'BAD_REQUEST'])
          else expect((view.to - view.from) / view.resolutionMs).toBeLessThanOrEqual(MOST_COLUMNS + 1)
        }
  })

  it('gives no reading of a stretch without end', async () => {
    const api = await web.callerOf(cookie)
    const end = Date.UTC(2026, 0, 1)
    for (const ask of [
      () => api.readings.history({ instrument: key, from: end - 401 * DAY_MS, to: end }),
      () => api.observed.layer({ instrumentIds: [1], from: end - 400 * DAY_MS, to: end }),
      () => api.observed.current({ instrumentIds: Array.from({ length: 5_000 }, (_, i) => i + 1) }),
    ])
      await expect(ask()).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  })
})
