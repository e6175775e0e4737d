import { inTransaction } from '@faultline/db/database'
import { ensureDataSource } from '@faultline/db/repositories/data-sources'
import { writeFeedStates } from '@faultline/db/repositories/feed-states'
import { acquireLease } from '@faultline/db/repositories/leases'
import { storeLook } from '@faultline/db/repositories/observed'
import { addObservedAddresses, storeAnswers } from '@faultline/db/repositories/observed-accounts'
import { MOST_OBSERVED_ADDRESSES } from '@faultline/market/observed-addresses'
import { binOf } from '@faultline/market/price-grid'
import { HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { makeInstrument, sampleColumn } from '@faultline/testkit/factories'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '../../../server/caller.ts'
import { webUnderTest } from '../../../server/testing/web-under-test.ts'

const web = webUnderTest()
const addressOf = (n: number) => `0x${n.toString(16).padStart(40, '0')}`
const [A, B] = [addressOf(0xabcdef), addressOf(2)] as [string, string]
const NOW = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS
let member: Caller
let admin: Caller
let made = 0

beforeAll(async () => {
  member = await web.callerOf(await web.cookieOf(await web.addPerson()))
  admin = await web.callerOf(await web.cookieOf(await web.addPerson({ role: 'admin' })))
})

/** A source that observes one account with a position each way, written down a minute ago. */
async function observedMarket() {
  const { db } = web.services
  const source = await ensureDataSource(db, { name: `Observed ${++made}`, venue: 'hyperliquid', options: { observed: { enabled: true } } })
  const instrument = await makeInstrument(db, { venue: 'hyperliquid', symbol: `OBS${made}`, baseAsset: 'OBS', quoteAsset: 'USDC' })
  const { id } = instrument
  await writeFeedStates(db.pool, [
    { instrumentId: id, dataSourceId: source.id, state: 'live', message: null, channels: {}, backfill: null, worker: 'test' },
  ])
  await addObservedAddresses(db, source.id, [A, B])
  const held = {
    instrumentId: id,
    side: 'long',
    size: 10,
    usd: 1000,
    entryPrice: 105,
    leverage: 10,
    isolated: false,
    liquidationPrice: 95,
  } as const
  await storeAnswers(db, source.id, [
    { address: A, time: NOW, seenAt: NOW - 1000, dueAt: NOW + HOUR_MS, positions: [held] },
    {
      address: B,
      time: NOW,
      seenAt: NOW - 9000,
      dueAt: NOW + HOUR_MS,
      positions: [{ ...held, usd: 5000, size: 50, liquidationPrice: 10 }],
    },
  ])
  const lease = await acquireLease(db, id, 'test', 60_000)
  const column = sampleColumn({ bucketStart: NOW - MINUTE_MS, bucketMs: MINUTE_MS, bins: 2 })
  const look = {
    instrumentId: id,
    time: NOW - MINUTE_MS,
    column,
    accounts: 2,
    longUsd: 6000,
    shortUsd: 0,
    longShare: 0.2,
    shortShare: 0,
    oldestAt: NOW - 9000,
  }
  await inTransaction(db, (client) => storeLook(client, lease, look, null, null))
  return { source, instrument }
}

describe.each([
  ['observed.status', (caller: Caller, id: number) => caller.observed.status({ id })],
  ['observed.switch', (caller: Caller, id: number) => caller.observed.switch({ id, version: 1, enabled: false })],
  ['observed.add', (caller: Caller, id: number) => caller.observed.add({ id, addresses: [A] })],
  ['observed.clear', (caller: Caller, id: number) => caller.observed.clear({ id })],
  ['observed.export', (caller: Caller, id: number) => caller.observed.export({ id })],
])('%s', (_, call) => {
  it('is for administrators', async () => {
    const { source } = await observedMarket()
    await expect(call(await web.callerOf(null), source.id)).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
    await expect(call(member, source.id)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(await admin.observed.status({ id: source.id })).toMatchObject({ addresses: 2, enabled: true })
    await call(admin, source.id)
  })

  it('is for sources of a venue that shows positions', async () => {
    const { id } = await ensureDataSource(web.services.db, { name: 'Elsewhere', venue: 'binance-usdm' })
    await expect(call(admin, id)).rejects.toMatchObject({ code: 'BAD_REQUEST' })
    await expect(call(admin, 1_000_000)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe.each([
  ['observed.current', (caller: Caller) => caller.observed.current({ instrumentIds: [1] })],
  ['observed.layer', (caller: Caller) => caller.observed.layer({ instrumentIds: [1], from: 0, to: 1 })],
])('%s', (_, call) => {
  it('is for people who are signed in', async () => {
    await expect(call(await web.callerOf(null))).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
  })
})

describe('what everybody sees', () => {
  it('has shortened addresses only, and what lies near the price', async () => {
    const { instrument } = await observedMarket()
    const now = await member.observed.current({ instrumentIds: [instrument.id] })
    expect(now.instruments).toEqual([
      {
        instrumentId: instrument.id,
        time: NOW - MINUTE_MS,
        accounts: 2,
        longUsd: 6000,
        shortUsd: 0,
        share: 0.1,
        oldestAt: NOW - 9000,
        newestAt: NOW - 1000,
      },
    ])
    // The larger one would be liquidated at a tenth of the price.
    expect(now.positions).toMatchObject([{ account: '0x0000…cdef', usd: 1000, liquidationPrice: 95, leverage: 10, seenAt: NOW - 1000 }])
    const layer = await member.observed.layer({ instrumentIds: [instrument.id], from: NOW - HOUR_MS, to: NOW })
    await expect(member.observed.layer({ instrumentIds: [instrument.id], from: 1e16, to: 1e16 + HOUR_MS })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    })
    expect(layer.map((r) => r.bin)).toContain(binOf(100) - 21)
    for (const answer of [now, layer, await admin.observed.current({ instrumentIds: [instrument.id] })])
      expect(JSON.stringify(answer)).not.toMatch(/0x[0-9a-f]{10}/)
  })

  it('is nothing once the layer is off, and the same again when it is on', async () => {
    const { source, instrument } = await observedMarket()
    const ask = { instrumentIds: [instrument.id] }
    const range = { ...ask, from: NOW - HOUR_MS, to: NOW }
    const off = await admin.observed.switch({ id: source.id, version: 1, enabled: false })
    expect(await member.observed.current(ask)).toMatchObject({ instruments: [], positions: [] })
    expect(await member.observed.layer(range)).toEqual([])
    await admin.observed.switch({ id: source.id, version: off.version, enabled: true })
    expect((await member.observed.layer(range)).length).toBeGreaterThan(0)
  })
})

describe('an administrator', () => {
  it('adds, exports and clears; other settings of the source stay', async () => {
    const source = await ensureDataSource(web.services.db, { name: 'Manage', venue: 'simulated-hyperliquid', options: { backfillDays: 3 } })
    const { id } = source
    expect(await admin.observed.add({ id, addresses: [A, A, B] })).toEqual({ added: 2, known: 0, total: 2 })
    expect((await admin.observed.export({ id })).sort()).toEqual([B, A].sort())
    expect(await admin.observed.switch({ id, version: 1, enabled: true })).toMatchObject({ version: 2, backfillDays: 3 })
    expect(await admin.observed.status({ id })).toMatchObject({ enabled: true, addresses: 2, seen: 0, poller: null })
    expect(await admin.observed.clear({ id })).toEqual({ removed: 2 })
    await expect(admin.observed.switch({ id, version: 1, enabled: false })).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it('cannot send more than may be observed, nor what is no address', async () => {
    const { id } = await ensureDataSource(web.services.db, { name: 'Limits', venue: 'hyperliquid' })
    const many = Array.from({ length: MOST_OBSERVED_ADDRESSES + 1 }, (_, i) => addressOf(i))
    await expect(admin.observed.add({ id, addresses: many })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
    await expect(admin.observed.add({ id, addresses: ['<script>'] })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
    expect(await admin.observed.export({ id })).toEqual([])
  })
})
