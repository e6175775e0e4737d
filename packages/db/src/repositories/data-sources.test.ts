import { describe, expect, it } from 'vitest'
import { freshDatabase } from '../../../testkit/src/fresh-database.ts'
import { listen, type NotifyMessage } from '../notify.ts'
import { ensureDataSource, findDataSource, listDataSources, updateDataSource } from './data-sources.ts'
import { addToQuarantine, countQuarantine, listQuarantine, QUARANTINE_KEPT } from './quarantine.ts'

const t = freshDatabase()
let made = 0
const makeSource = () => ensureDataSource(t.db, { name: `Source ${++made}`, venue: 'simulated', symbols: ['AUSDT'] })

it('makes a source once and leaves it as it is', async () => {
  const first = await ensureDataSource(t.db, {
    name: 'Binance',
    venue: 'binance-usdm',
    restUrl: 'https://proxy.example/binance/',
    options: { backfillDays: 3 },
  })
  expect(first).toMatchObject({
    name: 'Binance',
    restUrl: 'https://proxy.example/binance',
    wsUrl: null,
    enabled: true,
    symbols: [],
    version: 1,
    options: { backfillDays: 3 },
  })
  expect(await ensureDataSource(t.db, { name: 'Binance', venue: 'binance-usdm', enabled: false })).toEqual(first)
  expect(await listDataSources(t.db)).toEqual([first])
  await expect(findDataSource(t.db, 999)).rejects.toMatchObject({ code: 'not_found' })
})

it('makes one source of a name, however many ask at the same moment', async () => {
  const made = await Promise.all(
    Array.from({ length: 4 }, (_, i) => ensureDataSource(t.db, { name: 'Shared', venue: 'simulated', symbols: [`S${i}USDT`] })),
  )
  for (const other of made) expect(other).toEqual(made[0])
})

it('changes what is named, takes a symbol once, and counts versions', async () => {
  const source = await makeSource()
  const after = await updateDataSource(t.db, source.id, 1, { enabled: false, symbols: ['BUSDT', 'AUSDT', 'BUSDT'] })
  expect(after).toMatchObject({ enabled: false, symbols: ['BUSDT', 'AUSDT'], restUrl: null, version: 2 })
  expect(await updateDataSource(t.db, source.id, 2, { restUrl: ' http://127.0.0.1:1234/ ' })).toMatchObject({
    enabled: false,
    restUrl: 'http://127.0.0.1:1234',
    version: 3,
  })
  expect(await updateDataSource(t.db, source.id, 3, { restUrl: null })).toMatchObject({ restUrl: null, version: 4 })
})

it('refuses a change of what somebody else has changed', async () => {
  const source = await makeSource()
  await updateDataSource(t.db, source.id, 1, { enabled: false })
  await expect(updateDataSource(t.db, source.id, 1, { enabled: true })).rejects.toMatchObject({ code: 'conflict' })
  expect(await findDataSource(t.db, source.id)).toMatchObject({ enabled: false, version: 2 })
})

it('lets one of two changes through that were made on the same version', async () => {
  const source = await makeSource()
  const both = await Promise.allSettled([
    updateDataSource(t.db, source.id, 1, { symbols: ['BUSDT'] }),
    updateDataSource(t.db, source.id, 1, { symbols: ['CUSDT'] }),
  ])
  expect(both.map((r) => (r.status === 'rejected' ? r.reason.code : 'done')).sort()).toEqual(['conflict', 'done'])
  expect((await findDataSource(t.db, source.id)).version).toBe(2)
})

describe('addresses', () => {
  const refused = async (change: Parameters<typeof updateDataSource>[3], message: RegExp) => {
    const source = await makeSource()
    const error = await updateDataSource(t.db, source.id, 1, change).then(() => null, String)
    expect(error).toMatch(message)
    // what was refused may be a secret: the message does not repeat it
    expect(error).not.toContain('hunter2')
    expect(await findDataSource(t.db, source.id)).toEqual(source)
  }
  it.each([
    ['ftp://files.example', /restUrl: must begin with http:\/\/ or https:\/\//],
    ['javascript:alert(1)', /must begin with/],
    ['wss://stream.example', /must begin with/],
    ['api.example', /must begin with/],
    ['', /must begin with/],
    ['http:api.example', /must begin with/],
    ['http://', /is not an address/],
    ['http://api.example/a\nb', /is not an address/],
    ['https://ann:hunter2@api.example', /must not contain a user name or password/],
    ['https://hunter2@api.example', /must not contain a user name or password/],
    ['https://api.example/?key=hunter2', /must not contain a query/],
    ['https://api.example/#hunter2', /must not contain a query/],
    [`https://api.example/${'x'.repeat(300)}`, /must not be longer than 300/],
  ])('refuses %s', (restUrl, message) => refused({ restUrl }, message))
  it('wants ws for sockets, and symbols that are some', async () => {
    await refused({ wsUrl: 'https://stream.example' }, /wsUrl: must begin with ws:\/\/ or wss:\/\//)
    await refused({ symbols: ['AUSDT', '<img src=x onerror=alert(1)>'] }, /symbols\.1: a symbol is/)
    await refused({ options: { backfillDays: 400 } }, /options\.backfillDays/)
  })
})

it('tells the workers, with the commit', async () => {
  const source = await makeSource()
  const told: NotifyMessage[] = []
  const listener = listen({ url: t.appUrl, onMessage: (message) => told.push(message) })
  try {
    await listener.ready
    await updateDataSource(t.db, source.id, 7, { enabled: false }).catch(() => {})
    await updateDataSource(t.db, source.id, 1, { enabled: false })
    const other = await makeSource()
    await expect.poll(() => told.length).toBe(2)
    expect(told).toEqual([
      { channel: 'sources', payload: { id: source.id } },
      { channel: 'sources', payload: { id: other.id } },
    ])
  } finally {
    await listener.close()
  }
})

it('keeps the newest messages of each source in quarantine, and counts them', async () => {
  const [noisy, quiet] = [await makeSource(), await makeSource()]
  const at = Date.UTC(2026, 2, 4)
  const message = (dataSourceId: number, i: number) => ({
    dataSourceId,
    receivedAt: at + i,
    reason: 'unknown shape',
    payload: `{"n":${i}}\0`,
  })
  await addToQuarantine(
    t.db.pool,
    [...Array(QUARANTINE_KEPT + 5).keys()].map((i) => message(noisy.id, i)),
  )
  await addToQuarantine(t.db.pool, [message(quiet.id, 0)])
  expect(await countQuarantine(t.db, at)).toEqual([
    { dataSourceId: noisy.id, count: QUARANTINE_KEPT, newest: at + QUARANTINE_KEPT + 4 },
    { dataSourceId: quiet.id, count: 1, newest: at },
  ])
  expect(await countQuarantine(t.db, at + QUARANTINE_KEPT)).toEqual([
    { dataSourceId: noisy.id, count: 5, newest: at + QUARANTINE_KEPT + 4 },
  ])
  expect((await listQuarantine(t.db, noisy.id, 2)).map((m) => m.payload)).toEqual(['{"n":1004}␀', '{"n":1003}␀'])
})
