import { inTransaction } from '@faultline/db/database'
import { ensureDataSource } from '@faultline/db/repositories/data-sources'
import { storeTable } from '@faultline/db/repositories/events'
import { writeFeedStates } from '@faultline/db/repositories/feed-states'
import { enterGaps } from '@faultline/db/repositories/gaps'
import { storeLive } from '@faultline/db/repositories/live-events'
import type { FeedChannel } from '@faultline/market/feed'
import { HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { makeCandles, makeInstrument, START } from '@faultline/testkit/factories'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import { expect, it, vi } from 'vitest'
import { runCli } from '../../test/run-cli.ts'
import { reportCoverage } from './coverage.ts'

vi.setConfig({ testTimeout: 60_000 })
const t = freshDatabase()
const TO = START + 10 * HOUR_MS

const status = (coveredTo: number) => ({ state: 'fresh' as const, lastTime: coveredTo, receivedAt: coveredTo, coveredTo, limitMs: null })

async function fed(venue: 'bybit-linear' | 'hyperliquid', symbol: string, covered: Partial<Record<FeedChannel, number>>): Promise<number> {
  const { id } = await makeInstrument(t.db, { venue, symbol, baseAsset: 'BTC' })
  const source = await ensureDataSource(t.db, { name: venue, venue })
  await inTransaction(t.db, async (client) => {
    await storeTable(client, id, makeCandles({ count: 600, intervalMs: MINUTE_MS }), { intervalMs: MINUTE_MS })
    await storeLive(client, [{ instrumentId: id, event: { type: 'markPrice', time: START, markPrice: 100 }, knownAfter: null }])
  })
  const channels = Object.fromEntries(Object.entries(covered).map(([name, to]) => [name, status(to)]))
  await writeFeedStates(t.db.pool, [
    { instrumentId: id, dataSourceId: source.id, state: 'live', message: null, channels, backfill: null, worker: 'test' },
  ])
  return id
}

it('says per venue and channel what was heard, what was missed, and what nobody publishes', async () => {
  const bybit = await fed('bybit-linear', 'BTCUSDT', { candle: TO, liquidation: TO })
  await fed('hyperliquid', 'BTC', { candle: TO })
  const gap = { instrumentId: bybit, channel: 'liquidation' as const, from: START + HOUR_MS, to: START + 2 * HOUR_MS }
  await enterGaps(t.db.pool, [{ ...gap, status: 'unrecoverable', reason: 'the socket was cut' }])

  const report = await reportCoverage(t.db, { from: START, to: TO })
  expect(report.map((v) => v.venue)).toEqual(['bybit-linear', 'hyperliquid'])
  const channel = (venue: string, name: FeedChannel) => report.find((v) => v.venue === venue)?.channels.find((c) => c.channel === name)
  expect(channel('bybit-linear', 'candle')).toMatchObject({ published: true, coverage: 1, gaps: [] })
  expect(channel('bybit-linear', 'liquidation')).toMatchObject({
    expectedMs: 10 * HOUR_MS,
    coveredMs: 9 * HOUR_MS,
    coverage: 0.9,
    gaps: [{ instrument: 'bybit-linear:BTCUSDT', from: gap.from, to: gap.to, status: 'unrecoverable', reason: 'the socket was cut' }],
  })
  // Hyperliquid tells nobody of liquidations: that is no gap, and no zero either.
  expect(channel('hyperliquid', 'liquidation')).toMatchObject({ published: false, coverage: null, instruments: 0, gaps: [] })
  // A channel that is published and of which nothing has come yet.
  expect(channel('bybit-linear', 'openInterest')).toMatchObject({ published: true, coverage: null, instruments: 1 })

  const args = ['coverage', '--from', String(START), '--to', String(TO)]
  const { code, stdout } = await runCli([...args, '--json', '--venue', 'bybit-linear'], { appUrl: t.appUrl })
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    from: '2024-01-01T00:00:00.000Z',
    venues: [{ venue: 'bybit-linear', instruments: ['bybit-linear:BTCUSDT'], channels: expect.arrayContaining([]) }],
  })
  const table = await runCli(args, { appUrl: t.appUrl })
  expect(table.stdout).toMatch(/liquidation +90\.00 %, 1 gap/)
  expect(table.stdout).toMatch(/liquidation +not published/)
  expect(await runCli([...args, '--venue', 'nowhere'], { appUrl: t.appUrl })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('choose'),
  })
  expect(await runCli(['coverage', '--from', String(TO), '--to', String(START)], { appUrl: t.appUrl })).toMatchObject({ code: 1 })
})
