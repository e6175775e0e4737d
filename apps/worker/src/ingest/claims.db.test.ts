import { setTimeout as sleep } from 'node:timers/promises'
import { MINUTE_MS } from '@faultline/market/units'
import { startChaosProxy } from '@faultline/testkit/chaos-proxy'
import { START } from '@faultline/testkit/factories'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import {
  atEnd,
  attach,
  blocking,
  holdInstrument,
  interest,
  openAt,
  openIngest,
  print,
  storedKnown,
  waitingForLock,
} from '../../test/ingest-setup.ts'

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 })
const t = freshDatabase()

/**
 * Prices of what the bucket that ends at `end` (ms after START) may see, and whether it is told that nobody listened: the rules that
 * estimating reads by.
 */
async function visible(id: number, end: number): Promise<string[]> {
  const { rows } = await t.db.pool.query<{ name: string }>(
    `select 'interest ' || open_interest as name from open_interest
      where instrument_id = $1 and time <= $2 and (known_after is null or known_after < $2)
     union all
     select 'print ' || price from liquidation
      where instrument_id = $1 and time < $2 and (known_after is null or known_after < $2)
     union all
     select 'silence' where exists (
       select from silence where instrument_id = $1 and from_time < $2 and to_time > $2 - interval '1 minute') order by 1`,
    [id, new Date(START + end)],
  )
  return rows.map((r) => r.name)
}

const step = fc.oneof(
  {
    weight: 5,
    // which minute, and where in it: its very beginning and end as well
    arbitrary: fc.record({
      kind: fc.constant('accept' as const),
      minute: fc.nat(5),
      place: fc.constantFrom(0, 1, 30_000),
      late: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('silence' as const), from: fc.nat(300_000), length: fc.integer({ min: 1, max: 200_000 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('claim' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pause' as const), ms: fc.nat(6) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const) }) },
)

it('property: a bucket sees what was committed before its claim, and nothing that came after it, however these meet', async () => {
  const proxy = await startChaosProxy(t.appUrl)
  atEnd(() => proxy.close())
  const { ingest } = await openIngest({ db: openAt(proxy.through(t.appUrl)), flushMs: 2 })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const held = await holdInstrument(t.db)
      attach(ingest, held)
      let made = 0
      let claimed = 0
      const silences: { from: number; to: number; order: number }[] = []
      const accepted: { name: string; time: number; isPrint: boolean; order: number; isLive: boolean }[] = []
      let order = 0
      const buckets: { end: number; calledAt: number; grantedAt: number; seen: string[] }[] = []
      let line: Promise<unknown> = Promise.resolve()
      const storing: Promise<unknown>[] = []
      for (const action of steps) {
        if (action.kind === 'pause') await sleep(action.ms)
        else if (action.kind === 'cut') proxy.cut()
        else if (action.kind === 'silence') {
          // Some begin where an earlier one did, and lengthen it.
          const from = action.from - (action.from % 50_000)
          const gap = { channel: 'liquidation', status: 'unrecoverable', reason: 'nobody listened' } as const
          ingest.enterGap({ instrumentId: held.id, from: START + from, to: START + from + action.length, ...gap })
          silences.push({ from, to: from + action.length, order: order++ })
        } else if (action.kind === 'accept') {
          const value = ++made
          // one figure per moment: times differ by less than the places do
          const time = action.minute * MINUTE_MS + action.place + (action.place === 30_000 ? value : 0)
          const isPrint = action.place !== 30_000 || value % 2 === 0
          const event = isPrint ? print(time, value) : interest(time, value)
          accepted.push({ name: `${isPrint ? 'print' : 'interest'} ${value}`, time, isPrint, order: order++, isLive: !action.late })
          if (action.late) storing.push(ingest.store(held.id, [event], { late: true }).catch(() => ingest.accept(held.id, [event])))
          else ingest.accept(held.id, [event])
        } else {
          // As a line does it: one bucket after the other, beside whatever comes in.
          const end = ++claimed * MINUTE_MS
          line = line.then(async () => {
            const bucket = { end, calledAt: order, grantedAt: 0, seen: [] as string[] }
            await ingest.claim(held.id, START + end)
            bucket.grantedAt = order
            bucket.seen = await visible(held.id, end)
            buckets.push(bucket)
          })
        }
      }
      await line
      await Promise.all(storing)
      await ingest.flush()
      await ingest.caughtUp()
      await ingest.flush()
      for (const { end, calledAt, grantedAt, seen } of buckets) {
        expect(await visible(held.id, end)).toEqual(seen)
        const before = accepted.filter((a) => a.isLive && a.order < calledAt && (a.isPrint ? a.time < end : a.time <= end))
        expect(seen).toEqual(expect.arrayContaining(before.map((a) => a.name)))
        const isSilent = (s: (typeof silences)[number]) => s.from < end && s.to > end - MINUTE_MS
        if (silences.some((s) => s.order < calledAt && isSilent(s))) expect(seen).toContain('silence')
        if (!silences.some((s) => s.order < grantedAt && isSilent(s))) expect(seen).not.toContain('silence')
        const after = accepted.filter((a) => a.order >= grantedAt).map((a) => a.name)
        expect(seen.filter((name) => after.includes(name))).toEqual([])
      }
      // nothing is hidden for ever
      expect((await visible(held.id, 1_000 * MINUTE_MS)).length).toBe(accepted.length)
      await ingest.detach(held.id)
    }),
    { numRuns: 40 },
  )
})

it('lets a bucket see everything that was accepted before its claim', async () => {
  const { ingest } = await openIngest({ db: t.db })
  const held = await holdInstrument(t.db)
  attach(ingest, held)
  ingest.accept(held.id, [interest(1), print(2), interest(MINUTE_MS), print(MINUTE_MS, 7)])
  await ingest.claim(held.id, START + MINUTE_MS)
  expect(await storedKnown(t.db, 'open_interest', held.id)).toEqual([null, null])
  ingest.accept(held.id, [interest(3), print(4), print(MINUTE_MS, 8), interest(MINUTE_MS + 1)])
  await ingest.flush()
  expect(await storedKnown(t.db, 'open_interest', held.id)).toEqual([null, MINUTE_MS, null, null])
  expect(await storedKnown(t.db, 'liquidation', held.id)).toEqual([null, MINUTE_MS, null, null])
  // a claim of an older bucket takes nothing back
  await ingest.claim(held.id, START + 1)
  ingest.accept(held.id, [interest(5)])
  await ingest.flush()
  expect((await storedKnown(t.db, 'open_interest', held.id))[2]).toBe(MINUTE_MS)
})

it('waits for the write that is under way, of whatever kind', async () => {
  const { ingest } = await openIngest({ db: t.db })
  const held = await holdInstrument(t.db)
  attach(ingest, held)
  for (const write of [() => ingest.accept(held.id, [interest(1)]), () => void ingest.store(held.id, [interest(1)], { late: true })]) {
    const blocker = await blocking(t.db, 'select from lease where instrument_id = $1 for update', [held.id])
    write()
    void ingest.flush()
    await expect.poll(() => waitingForLock(t.db), { timeout: 60_000 }).toBe(1)
    let granted = false
    const claim = ingest.claim(held.id, START + MINUTE_MS).then(() => {
      granted = true
    })
    await sleep(50)
    expect(granted).toBe(false)
    await blocker.letGo()
    await claim
  }
  // the second one was the same row: what came first stays
  expect(await storedKnown(t.db, 'open_interest', held.id)).toEqual([null])
})
