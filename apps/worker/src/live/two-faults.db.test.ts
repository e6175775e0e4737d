import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { ensureDataSource } from '@faultline/db/repositories/data-sources'
import { type FeedStateRow, readFeedStates } from '@faultline/db/repositories/feed-states'
import { findInstrument } from '@faultline/db/repositories/instruments'
import { FEED_VENUES, type FeedVenueId, VENUES } from '@faultline/market/venue'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import { startTestVenue } from '@faultline/testkit/simulated-venue'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { Worker } from './worker.ts'

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 })
const t = freshDatabase()
const folder = mkdtempSync(path.join(tmpdir(), 'faultline-two-faults-'))
const SIMULATED = FEED_VENUES.filter((venue) => VENUES[venue].simulated)
/** of the market as each venue writes it */
const SYMBOLS: Partial<Record<FeedVenueId, string>> = {
  simulated: 'SIMOAKUSDT',
  'simulated-bybit': 'SIMOAKUSDT',
  'simulated-okx': 'SIMOAK-USDT-SWAP',
  'simulated-gate': 'SIMOAK_USDT',
  'simulated-hyperliquid': 'SIMOAK',
}
let venue: Awaited<ReturnType<typeof startTestVenue>>
let worker: Worker
const said: string[] = []

beforeAll(async () => {
  venue = await startTestVenue({ speed: 20, venues: SIMULATED.map((id) => VENUES[id].wire) })
  const addresses = Object.fromEntries(SIMULATED.map((id) => [id, venue.venues[VENUES[id].wire]]))
  for (const id of SIMULATED) {
    // The one that will fall silent is not waited for as long as a real one.
    const limits = id === 'simulated-gate' ? { maxSilenceMs: { markPrice: 3_000, candle: 6_000, depth: 6_000 } } : {}
    await ensureDataSource(t.db, {
      name: VENUES[id].name,
      venue: id,
      options: { backfillDays: 0.05, openInterestPollMs: 1_000, ...limits },
    })
  }
  worker = new Worker({ db: t.db, stateDir: folder, addresses, log: (line) => void said.push(line) })
  await worker.start()
})
afterAll(async () => {
  await worker.stop()
  await venue.close()
  rmSync(folder, { recursive: true, force: true })
})

const idOf = async (id: FeedVenueId): Promise<number> => (await findInstrument(t.db, `${id}:${SYMBOLS[id]}`)).id
const stateOf = async (id: FeedVenueId): Promise<FeedStateRow | undefined> => (await readFeedStates(t.db, [await idOf(id)]))[0]
const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
  const end = Date.now() + 90_000
  while (!(await holds().catch(() => false))) {
    if (Date.now() > end) {
      const states = (await readFeedStates(t.db)).map((s) => [s.instrumentId, s.state, s.message, s.channels])
      throw new Error(`waited in vain: ${what}\n${states.map((s) => JSON.stringify(s)).join('\n')}\n${said.join('\n')}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
const allLive = async (): Promise<boolean> => (await Promise.all(SIMULATED.map(stateOf))).every((state) => state?.state === 'live')
/** `channel status`, of what was missed after `from`. */
const gapsOf = async (id: FeedVenueId, from: number): Promise<string[]> => {
  const { rows } = await t.db.pool.query<{ gap: string }>(
    `select distinct channel || ' ' || status as gap from gap where instrument_id = $1 and to_time > $2 order by 1`,
    [await idOf(id), new Date(from)],
  )
  return rows.map((row) => row.gap)
}
const holesOf = async (id: FeedVenueId): Promise<number | undefined> => {
  const { rows } = await t.db.pool.query<{ holes: number }>(
    `select count(*)::int as holes from (
       select open_time - lag(open_time) over (order by open_time) as step from candle where instrument_id = $1) s
      where step > interval '1 minute'`,
    [await idOf(id)],
  )
  return rows[0]?.holes
}

it('tells the faults of two venues apart from each other and from the rest, and recovers from both', async () => {
  await until('all are live', allLive)
  for (const id of SIMULATED) {
    const channels = Object.keys((await stateOf(id))?.channels ?? {})
    expect([id, channels.includes('liquidation')]).toEqual([id, VENUES[id].liquidations !== 'none'])
    expect([id, channels.includes('longShortRatio')]).toEqual([id, id !== 'simulated-hyperliquid'])
  }

  // One venue is gone, and another one answers pings and sends nothing.
  const from = venue.now()
  venue.venues.bybit?.faults.add({ kind: 'cut', seconds: 4, rest: true })
  venue.venues.gate?.faults.add({ kind: 'stall', seconds: 900 })
  await until('the one that is gone is seen', async () => (await gapsOf('simulated-bybit', from)).includes('liquidation unrecoverable'))
  await until('the silent one is seen', async () => (await stateOf('simulated-gate'))?.channels.markPrice?.state === 'late')
  expect((await stateOf('simulated'))?.channels.markPrice?.state).toBe('fresh')
  venue.venues.gate?.faults.clear()
  await until('all are live again', allLive)

  // What REST still has is fetched; liquidations of that time are lost, and said to be.
  for (const id of ['simulated-bybit', 'simulated-gate'] as const) {
    await until(`candles of ${id} are whole`, async () => (await holesOf(id)) === 0)
    await until(`liquidations of ${id} are accounted for`, async () => (await gapsOf(id, from)).includes('liquidation unrecoverable'))
    await until(`gaps of ${id} are filled`, async () => !(await gapsOf(id, from)).includes('candle open'))
  }
  for (const id of ['simulated', 'simulated-okx', 'simulated-hyperliquid'] as const) expect([id, await gapsOf(id, from)]).toEqual([id, []])
  const { rows } = await t.db.pool.query('select reason from quarantine')
  expect(rows).toEqual([])
})
