/** From the simulated venue's leaderboard to the observed layer: what is kept is what its market truly holds. */
import { inTransaction } from '@faultline/db/database'
import { ensureDataSource } from '@faultline/db/repositories/data-sources'
import { acquireLease } from '@faultline/db/repositories/leases'
import { storeLive } from '@faultline/db/repositories/live-events'
import { latestLooks, observedPositions, readLooks } from '@faultline/db/repositories/observed'
import { addObservedAddresses } from '@faultline/db/repositories/observed-accounts'
import { readAddresses, shortAddress } from '@faultline/market/observed-addresses'
import { binOf } from '@faultline/market/price-grid'
import { MINUTE_MS, SIDES } from '@faultline/market/units'
import { makeInstrument } from '@faultline/testkit/factories'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import { startTestVenue } from '@faultline/testkit/simulated-venue'
import { expect, it, vi } from 'vitest'
import { atEnd } from '../../test/ingest-setup.ts'
import { feedAt } from '../../test/listening.ts'
import { keepLease } from '../pipeline/held-lease.ts'
import { createHyperliquidFeed } from '../venues/hyperliquid/feed.ts'
import { ObservedLooks } from './looks.ts'
import { ObservedPoller } from './poller.ts'

vi.setConfig({ testTimeout: 90_000 })
const t = freshDatabase()
const ACCOUNTS = 120

it('positions and shares of open interest are the market’s own', async () => {
  // Its clock hardly moves, so what is compared is of one moment.
  const venue = await startTestVenue({ venues: ['hyperliquid', 'bybit'], speed: 0.001 })
  atEnd(() => venue.close())
  const face = venue.venues.hyperliquid
  const market = face?.market('SIMOAKUSDT')
  if (!face || !market) throw new Error('no Hyperliquid')
  const feed = feedAt(createHyperliquidFeed, face)
  const source = await ensureDataSource(t.db, {
    name: 'observed',
    venue: 'simulated-hyperliquid',
    options: { observed: { enabled: true, lookMs: 1_000 } },
  })
  const instrument = await makeInstrument(t.db, { venue: 'simulated-hyperliquid', symbol: 'SIMOAK', baseAsset: 'SIMOAK', simulated: true })
  const interest = await feed.rest.openInterest('SIMOAK')
  await inTransaction(t.db, (client) => storeLive(client, [{ instrumentId: instrument.id, event: interest, knownAfter: null }]))

  const board = readAddresses(await (await fetch(`${face.rest}/leaderboard`)).text())
  expect(board.refused.count).toBe(0)
  const addresses = board.addresses.slice(0, ACCOUNTS)
  await addObservedAddresses(t.db, source.id, addresses)
  const poller = new ObservedPoller({
    db: t.db,
    source,
    observed: feed.observed,
    worker: 'test',
    instrumentOf: (symbol) => (symbol === 'SIMOAK' ? instrument.id : undefined),
    log: (line) => expect(line).toBe(''),
    // Accounts are due by the database's clock, which is another one's than ours.
    now: () => Date.now() + MINUTE_MS,
  })
  while ((await poller.turn()) === 0);

  const known = new Set(addresses)
  const truth = (market.accounts?.() ?? [])
    .filter((a) => known.has(a.address))
    .flatMap((a) => a.positions.map((p) => ({ ...p, account: shortAddress(a.address) })))
  expect(truth.length).toBeGreaterThan(ACCOUNTS / 2)
  const rows = await observedPositions(t.db, [instrument.id])
  const line = (account: string, side: string, size: number, isolated: boolean) =>
    `${account} ${side} ${size.toPrecision(6)} ${isolated ? 'isolated' : 'cross'}`
  expect(rows.map((r) => line(r.account, r.side, r.size, r.isolated)).sort()).toEqual(
    truth.map((p) => line(p.account, p.direction > 0 ? 'long' : 'short', p.quantity, !p.cross)).sort(),
  )
  // Prices on the wire have five digits.
  for (const row of rows) {
    const own = truth.find((p) => p.account === row.account && p.quantity.toPrecision(6) === row.size.toPrecision(6))
    expect(row.entryPrice / (own?.entryPrice ?? 0)).toBeCloseTo(1, 3)
    if (row.liquidationPrice === null) expect(own?.liquidationPrice).toBeLessThanOrEqual(0)
    else expect(row.liquidationPrice / (own?.liquidationPrice ?? 0)).toBeCloseTo(1, 3)
  }

  const lease = keepLease(t.db, await acquireLease(t.db, instrument.id, 'test', 60_000), 60_000)
  atEnd(() => lease.release())
  const looks = new ObservedLooks({
    db: t.db,
    source,
    lines: () => [{ instrument, lease, between: (write) => write(null) }],
    venueNow: () => interest.time + MINUTE_MS,
    log: (said) => expect(said).toBe(''),
  })
  looks.start()
  atEnd(() => looks.stop())
  await vi.waitFor(async () => expect(await latestLooks(t.db, [instrument.id])).toHaveLength(1), { timeout: 40_000 })
  const [look] = await readLooks(t.db, instrument.id, { from: 0, to: interest.time + 2 * MINUTE_MS, stepMs: 1 })
  for (const side of SIDES) {
    const own = truth.filter((p) => (p.direction > 0 ? 'long' : 'short') === side)
    const held = own.reduce((sum, p) => sum + p.quantity, 0)
    expect(look?.[side === 'long' ? 'longShare' : 'shortShare']).toBeCloseTo(held / market.openInterestAt(venue.now()), 6)
    // Within a per cent of the levels' sum: prices on the wire are rounded, and may so cross into the next bin, but nothing is lost.
    const mark = market.markAt(venue.now()).markPrice
    const within = own.filter((p) => p.liquidationPrice > mark / 5 && p.liquidationPrice < mark * 5)
    const usd = within.reduce((sum, p) => sum + p.quantity * p.liquidationPrice, 0)
    const plane = look?.column.planes[side]
    expect([...(plane?.usd ?? [])].reduce((a, b) => a + b, 0) / usd).toBeCloseTo(1, 3)
    for (const p of within.slice(0, 20)) {
      const at = binOf(p.liquidationPrice) - (plane?.firstBin ?? 0)
      expect([at - 1, at, at + 1].some((i) => (plane?.usd[i] ?? 0) > 0)).toBe(true)
    }
  }
})
