/** Venues end their sockets now and then; those that are told beforehand overlap with their successors, and nobody notices. */
import { MINUTE_MS } from '@faultline/market/units'
import { WIRES, type Wire } from '@faultline/market/venue'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { FiveVenues } from '../../test/five-venues.ts'
import type { VenueFeed } from '../feed/venue-feed.ts'

/** What the feeds believe, and after how long the venues do it. */
const BELIEVED_MS = 5_000
const ENDS_MS = 20_000

/** sockets that were opened, by wire and plan */
const opened = vi.hoisted(() => new Map<string, number>())
vi.mock('../venues/feeds.ts', async (original) => {
  const { FEEDS } = await original<typeof import('../venues/feeds.ts')>()
  const ending = (wire: string, feed: VenueFeed): VenueFeed => {
    for (const plan of feed.sockets) opened.set(`${wire} ${plan.name}`, 0)
    return {
      ...feed,
      socketLifeMs: BELIEVED_MS,
      openSocket: async (plan, symbols, handlers) => {
        const socket = await feed.openSocket(plan, symbols, handlers)
        opened.set(`${wire} ${plan.name}`, (opened.get(`${wire} ${plan.name}`) ?? 0) + 1)
        return socket
      },
    }
  }
  const load = async (wire: Wire) => {
    const create = await FEEDS[wire]()
    return (options: Parameters<typeof create>[0]) => ending(wire, create(options))
  }
  return { FEEDS: Object.fromEntries(WIRES.map((wire) => [wire, () => load(wire)])) }
})

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })
const t = freshDatabase()
let five: FiveVenues
let from = 0
let to = 0

beforeAll(async () => {
  five = await FiveVenues.start(t.db, { seed: 134, minutesBefore: 5, limits: { connectionMs: ENDS_MS } })
  await five.startWorker()
  await five.allLive()
  from = Math.ceil(five.venue.now() / MINUTE_MS) * MINUTE_MS + MINUTE_MS
  await five.reaches(from)
  const before = new Map(opened)
  expect(before.size).toBeGreaterThanOrEqual(WIRES.length)
  await five.until('each socket has had two successors', () => [...opened].every(([plan, n]) => n >= (before.get(plan) ?? 0) + 2))
  await five.until('positions have died', () => five.toldLiquidations('bybit', from, five.venue.now() - 2 * MINUTE_MS).length > 3)
  to = Math.ceil(five.venue.now() / MINUTE_MS) * MINUTE_MS
  await five.storedTo(to)
})
afterAll(async () => {
  await five?.close()
})

it.each(WIRES)('has every minute of %s, and every trade of it once', async (wire) => {
  const { quantityDecimals: q } = five.whole().instrument
  const { openTime, volume, takerBuyVolume } = five.market(wire).candles(from, to).columns
  const stored = await five.candles(wire, from, to)
  expect(stored.length).toBeGreaterThanOrEqual(4)
  expect(stored.map((c) => [c.open_time, c.volume.toFixed(q)])).toEqual(Array.from(openTime, (time, i) => [time, volume[i]?.toFixed(q)]))
  const bought = stored.map((c) => c.taker_buy_volume)
  // A socket that ends as a minute does may take a trade with it: then that minute is not known, or a little wrong, but never twice as much.
  for (const [i, coins] of bought.entries())
    if (coins !== null) expect(Math.abs(coins - (takerBuyVolume?.[i] ?? 0))).toBeLessThan(0.02 * (volume[i] ?? 0))
  const exact = bought.filter((coins, i) => coins?.toFixed(q) === takerBuyVolume?.[i]?.toFixed(q))
  expect(exact.length).toBeGreaterThanOrEqual(bought.length / 2)
})

it.each(WIRES)('has every liquidation of %s once, and no gap', async (wire) => {
  const timeOf = (line: string): number => Number(line.split(' ')[0])
  const end = to - MINUTE_MS
  const stored = (await five.liquidationLines(wire)).filter((line) => timeOf(line) >= from && timeOf(line) < end)
  expect(stored.sort()).toEqual(five.toldLiquidations(wire, from, end).sort())
  expect(await five.gapsThatMatter(wire)).toEqual([])
})
