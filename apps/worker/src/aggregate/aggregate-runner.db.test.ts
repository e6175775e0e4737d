import { type Listener, listen } from '@faultline/db/notify'
import { chooseVenues, listAggregates } from '@faultline/db/repositories/aggregates'
import { findInstrument } from '@faultline/db/repositories/instruments'
import { findLease } from '@faultline/db/repositories/leases'
import { MINUTE_MS } from '@faultline/market/units'
import { START } from '@faultline/testkit/factories'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import { afterEach, expect, it, vi } from 'vitest'
import { hexOf, naiveSum, servedColumns, TestMember } from '../../test/summed-market.ts'
import { rebuild } from '../pipeline/rebuild.ts'
import { AggregateRunner, type AggregateRunnerOptions } from './aggregate-runner.ts'

vi.setConfig({ testTimeout: 60_000 })
const t = freshDatabase()
const running: { runner: AggregateRunner; listener: Listener }[] = []
afterEach(async () => {
  for (const { runner, listener } of running.splice(0)) {
    await runner.stop()
    await listener.close()
  }
})

/** A runner that hears what a worker would. */
async function start(worker: string, options: Partial<AggregateRunnerOptions> = {}): Promise<AggregateRunner> {
  const runner = new AggregateRunner({
    db: t.db,
    worker,
    log: () => undefined,
    graceMs: 0,
    settleMs: 0,
    leaseMs: 30_000,
    leasesEveryMs: 200,
    ...options,
  })
  const listener = listen({
    url: t.db.url,
    onMessage: (message) => {
      if (message.channel === 'columns') runner.heard(message.payload)
      else if (message.channel === 'aggregates') runner.lookSoon(0)
    },
  })
  await listener.ready
  runner.start()
  running.push({ runner, listener })
  return runner
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 30_000
  while (!(await holds().catch(() => false))) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
const holder = async (key: string) => (await findLease(t.db, (await findInstrument(t.db, key)).id))?.holder
const sumTo = (key: string, members: readonly TestMember[], count: number) =>
  until(`${key} has ${count} columns`, async () => {
    const there = await servedColumns(t.db, key)
    const naive = Array.from({ length: count }, (_, i) =>
      hexOf(
        naiveSum(
          members.map((m) => m.column(i)),
          START + i * MINUTE_MS,
          MINUTE_MS,
        ),
      ),
    )
    return there.size === count && naive.every((hex, i) => there.get(i) === hex)
  })

it('makes the sum of all venues by itself, once two trade a coin, in one unit and in dollars', async () => {
  await start('first')
  const a = await TestMember.make(t.db, 'binance-usdm', '1000TOAD')
  const b = await TestMember.make(t.db, 'hyperliquid', 'kTOAD', MINUTE_MS, 'USDC')
  const others = [
    await TestMember.make(t.db, 'okx-swap', 'TOAD'), // another scale of prices
    await TestMember.make(t.db, 'gate-usdt', '1000TOAD', MINUTE_MS, 'BTC'), // no dollar
    await TestMember.make(t.db, 'simulated', '1000TOAD'), // not real
  ]
  for (const member of [a, b, ...others]) await member.append([0, 1, 2])
  await sumTo('market:1000TOAD', [a, b], 3)
  expect((await listAggregates(t.db)).map((s) => s.key)).toEqual(['market:1000TOAD'])
  const { currentBuildId, ...sum } = await findInstrument(t.db, 'market:1000TOAD')
  expect(sum).toMatchObject({ venue: 'market', baseAsset: '1000TOAD', simulated: false })
  expect(currentBuildId).not.toBeNull()
  const verified = await rebuild(t.db, await findInstrument(t.db, 'market:1000TOAD'), { verify: true })
  expect(verified).toMatchObject({ outcome: 'equal', compared: { fresh: { columnCount: 3 } } })
})

it('is written by one of several workers, and by another when that one is gone', async () => {
  const [a, b] = [await TestMember.make(t.db, 'binance-usdm', 'NEWT'), await TestMember.make(t.db, 'bybit-linear', 'NEWT')]
  const first = await start('first')
  await until('the first writes', async () => (await holder('market:NEWT')) === 'first')
  await start('second')
  await a.append([0, 1])
  await b.append([0, 1])
  await sumTo('market:NEWT', [a, b], 2)
  expect(await holder('market:NEWT')).toBe('first')
  await first.stop()
  await until('the second writes', async () => (await holder('market:NEWT')) === 'second')
  await a.append([2])
  await b.append([2])
  await sumTo('market:NEWT', [a, b], 3)
})

it('adds up chosen venues as soon as they are chosen, and drops the choice when nobody looks at it', async () => {
  const members = [
    await TestMember.make(t.db, 'binance-usdm', 'EFT'),
    await TestMember.make(t.db, 'okx-swap', 'EFT'),
    await TestMember.make(t.db, 'gate-usdt', 'EFT'),
  ] as const
  for (const member of members) await member.append([0, 1, 2])
  const first = await start('first', { unusedMs: 3_600_000 })
  const { id, key } = await chooseVenues(t.db, { baseAsset: 'EFT', simulated: false, venues: ['gate-usdt', 'binance-usdm'] }, 10)
  expect(key).toBe('market:EFT-binance-gate')
  await sumTo(key, [members[0], members[2]], 3)

  await t.db.pool.query(`update aggregate set last_used_at = now() - interval '2 hours' where base_asset = 'EFT'`)
  first.lookSoon(0)
  await until('the choice is gone', async () => !(await listAggregates(t.db)).some((a) => a.key === key))
  const { rows } = await t.db.pool.query('select from "column" where instrument_id = $1', [id])
  expect(rows).toHaveLength(0)
  // that of all venues stays, however long nobody looks
  await sumTo('market:EFT', members, 3)
})
