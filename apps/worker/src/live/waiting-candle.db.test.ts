import { buildsOf } from '@faultline/db/repositories/builds'
import { ensureDataSource } from '@faultline/db/repositories/data-sources'
import { acquireLease } from '@faultline/db/repositories/leases'
import { floorTo, MINUTE_MS } from '@faultline/market/units'
import { makeInstrument } from '@faultline/testkit/factories'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import { expect, it, vi } from 'vitest'
import { FakeRest, LIMITS } from '../../test/fake-rest.ts'
import { atEnd, openIngest } from '../../test/ingest-setup.ts'
import { WindowLimiter } from '../history/window-limiter.ts'
import type { Ingest } from '../ingest/ingest.ts'
import { UNMEASURED } from '../metrics/source-metrics.ts'
import { keepLease } from '../pipeline/held-lease.ts'
import { InstrumentLine } from './instrument-line.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 30_000 })
const t = freshDatabase()

it('asks nobody for a candle that has come and waits to be estimated, and says of no gap', async () => {
  const { ingest, said } = await openIngest({ db: t.db, flushMs: 20 })
  let stuck = false
  let claims = 0
  const slow: Ingest = Object.create(ingest, {
    claim: {
      value: async (id: number, end: number, signal?: AbortSignal) => {
        claims++
        while (stuck) await new Promise((resolve) => setTimeout(resolve, 10))
        await ingest.claim(id, end, signal)
      },
    },
  })
  const venueStart = floorTo(Date.now(), MINUTE_MS)
  const rest = new FakeRest({ now: () => venueStart })
  const instrument = await makeInstrument(t.db)
  let venueNow = venueStart
  const source = await ensureDataSource(t.db, { name: 'slow', venue: 'binance-usdm', options: { backfillDays: 0.05, graceMs: 0 } })
  const line = new InstrumentLine(
    {
      db: t.db,
      ingest: slow,
      feed: {
        sockets: [],
        maxSilenceMs: {},
        pollMs: { openInterest: 3_600_000, funding: 3_600_000, longShortRatio: 3_600_000 },
        history: LIMITS,
        socketLifeMs: null,
        rest,
        openSocket: () => Promise.reject(new Error('there is none')),
        close: () => Promise.resolve(),
      },
      source,
      limiter: new WindowLimiter(1),
      metrics: UNMEASURED,
      worker: 'test',
      venueNow: () => venueNow,
      statuses: () => ({}),
      sourceStatus: () => ({ state: 'live', message: null }),
      log: (text) => void said.push(text),
    },
    instrument,
    keepLease(t.db, await acquireLease(t.db, instrument.id, 'test', 60_000), 60_000),
    () => undefined,
  )
  await line.open()
  atEnd(() => line.stop())
  const columns = async (): Promise<number> => (await buildsOf(t.db, instrument.id)).find((b) => b.status === 'complete')?.columnCount ?? 0
  await vi.waitFor(async () => expect(await columns()).toBe(72), { timeout: 30_000 })

  stuck = true
  const before = { claims, calls: rest.calls.length }
  const next = { from: venueStart, to: venueStart + MINUTE_MS }
  ingest.accept(instrument.id, rest.truth(instrument.symbol, next))
  await ingest.flush()
  await vi.waitFor(() => expect(claims).toBeGreaterThan(before.claims), { timeout: 30_000 })
  venueNow = next.to + 20_000
  const now = performance.now()
  for (const later of [0, 3_000, 6_000, 20_000]) line.tick(now + later)
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(rest.calls.length).toBe(before.calls)
  expect((await t.db.pool.query('select from gap')).rowCount).toBe(0)

  stuck = false
  await vi.waitFor(async () => expect(await columns()).toBe(73), { timeout: 30_000 })
})
