/** One worker, five data sources, one market: what is stored is what each venue's share of it was, and the shares add up to it. */
import { MINUTE_MS } from '@faultline/market/units'
import { WIRES, type Wire } from '@faultline/market/venue'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import { VENUE_START } from '@faultline/testkit/simulated-venue'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { FiveVenues } from '../../test/five-venues.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })
const t = freshDatabase()
/** The simulated market goes on in steps of so long. */
const STEP_MS = 5_000
let five: FiveVenues
/** minutes that were heard: all are live before the first, and all is stored before the end */
let from = 0
let to = 0
/** of marks and open interest, whose truth a market remembers for minutes only: what was stored, and what was true */
const seen = { marks: new Map<string, [number, number]>(), openInterest: new Map<string, [number, number]>() }
/** open interest of the market as a whole, by the ends of minutes */
const wholeAt = new Map<number, number>()

beforeAll(async () => {
  // Of this seed, dozens of positions of every venue die in the minutes around midnight.
  five = await FiveVenues.start(t.db, { seed: 134, minutesBefore: 5 })
  await five.startWorker()
  await five.allLive()
  from = Math.ceil(five.venue.now() / MINUTE_MS) * MINUTE_MS + MINUTE_MS
  to = Math.max(from + 6 * MINUTE_MS, VENUE_START + 5 * MINUTE_MS)
  await five.until('it has been heard', async () => {
    await look()
    // On a busy machine it may begin late: then it goes on until there was something to tell.
    if (five.venue.now() > to && toldByAll(to - 2 * MINUTE_MS)) return true
    if (five.venue.now() > to) to += MINUTE_MS
    return false
  })
  await five.storedTo(to)
  await look()
})
afterAll(async () => {
  await five?.close()
})

const near = (stored: number, truth: number, relative = 1e-9): boolean => Math.abs(stored - truth) <= relative * Math.abs(truth) + 1e-9
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)

const PUBLISHING = WIRES.filter((wire) => wire !== 'hyperliquid')
const toldByAll = (end: number): boolean => PUBLISHING.every((wire) => five.toldLiquidations(wire, from, end).length > 1)

/** What the mark was. Hyperliquid's bear no time, and are filed at that of the last book before them: the truth is that of a moment soon after. */
function markNear(wire: Wire, time: number, stored: number): number {
  const market = five.market(wire)
  const after = wire === 'hyperliquid' ? Math.min(market.simulatedTo, time + 5_000) : time
  let best = market.markAt(time).markPrice
  for (let t = Math.ceil(time / 500) * 500; t <= after; t += 500) {
    const { markPrice } = market.markAt(t)
    if (Math.abs(markPrice - stored) < Math.abs(best - stored)) best = markPrice
  }
  return best
}

/**
 * What open interest was. On a busy machine an answer bears a time at which the market has not quite arrived, and one without a time
 * (Gate's) that of the question before it: the truth is that of a moment around.
 */
function openInterestNear(wire: Wire, time: number, stored: number): number {
  const market = five.market(wire)
  let best = market.openInterestAt(time)
  for (let t = time - 9 * STEP_MS; t <= Math.min(market.simulatedTo, time + 9 * STEP_MS); t += STEP_MS) {
    const truth = market.openInterestAt(t)
    if (Math.abs(truth - stored) < Math.abs(best - stored)) best = truth
  }
  return best
}

/** Notes what has been stored since the last look, beside what the venue's own market says of the same moment. */
async function look(): Promise<void> {
  const whole = five.whole()
  for (let time = Math.floor(whole.simulatedTo / MINUTE_MS) * MINUTE_MS; time > whole.simulatedTo - 5 * MINUTE_MS; time -= MINUTE_MS)
    if (!wholeAt.has(time)) wholeAt.set(time, whole.openInterestAt(time))
  for (const wire of WIRES) {
    const market = five.market(wire)
    const since = market.simulatedTo - 5 * MINUTE_MS
    const recent = `and time > to_timestamp(${since / 1_000})`
    for (const { time, mark_price } of await five.rows<{ time: number; mark_price: number }>('mark_price', wire, 'time', recent))
      seen.marks.set(`${wire} ${time}`, [mark_price, markNear(wire, time, mark_price)])
    for (const { time, open_interest } of await five.rows<{ time: number; open_interest: number }>('open_interest', wire, 'time', recent))
      seen.openInterest.set(`${wire} ${time}`, [open_interest, openInterestNear(wire, time, open_interest)])
  }
}

it.each(WIRES)('stores the candles of %s: those of its own market, in coins and USD', async (wire) => {
  const { priceDecimals: p, quantityDecimals: q } = five.whole().instrument
  const stored = await five.candles(wire, five.whole().genesis, to)
  const { columns } = five.market(wire).candles(stored[0]?.open_time ?? 0, to)
  // 0.1 days of history and the minutes since, without a hole.
  expect(stored.map((c) => c.open_time)).toEqual([...columns.openTime])
  expect(stored.length).toBeGreaterThan(140)
  const said = stored.map((c) => [c.open.toFixed(p), c.high.toFixed(p), c.low.toFixed(p), c.close.toFixed(p), c.volume.toFixed(q)])
  const { open, high, low, close, volume } = columns
  expect(said).toEqual(
    stored.map((_, i) => [...[open, high, low, close].map((prices) => (prices[i] as number).toFixed(p)), (volume[i] as number).toFixed(q)]),
  )
  for (const [i, { quote_volume }] of stored.entries())
    if (quote_volume !== null) expect(near(quote_volume, columns.quoteVolume?.[i] as number, 1e-6)).toBe(true)
})

it.each(WIRES)('tells what takers bought of each minute of %s that was heard whole', async (wire) => {
  const stored = await five.candles(wire, from, to)
  expect(stored).toHaveLength((to - from) / MINUTE_MS)
  // On a busy machine a candle may be late and be asked for: then nobody says who bought.
  const heard = stored.filter((c) => c.taker_buy_volume !== null)
  expect(heard.length).toBeGreaterThanOrEqual(stored.length / 2)
  for (const { open_time, taker_buy_volume, volume } of heard) {
    const { columns } = five.market(wire).candles(open_time, open_time + MINUTE_MS)
    expect(near(taker_buy_volume as number, columns.takerBuyVolume?.[0] as number, 1e-6)).toBe(true)
    expect(taker_buy_volume as number).toBeLessThan(volume)
  }
})

it.each(WIRES)('stores marks and open interest of %s as they were', async (wire) => {
  const of = (kind: keyof typeof seen) => [...seen[kind]].filter(([name]) => name.startsWith(`${wire} `))
  for (const [kind, decimals] of [
    ['marks', 1],
    ['openInterest', five.whole().instrument.quantityDecimals],
  ] as const) {
    const wrong = of(kind).filter(([, [stored, truth]]) => Math.abs(stored - truth) > 0.6 * 10 ** -decimals)
    expect(wrong).toEqual([])
    expect(of(kind).length).toBeGreaterThan(2)
  }
})

it.each(WIRES)('stores the settlement of %s that was due, once', async (wire) => {
  const hours = wire === 'hyperliquid' ? 1 : 8
  const at = five.market(wire).fundingHistory(VENUE_START - MINUTE_MS, VENUE_START + MINUTE_MS).columns
  await five.until('the settlement is stored', async () => {
    const rows = await five.rows<{ time: number; rate: number; interval_hours: number }>('funding', wire, 'time')
    const due = rows.filter((r) => r.time > VENUE_START - MINUTE_MS)
    expect(due.map((r) => [r.time, r.interval_hours])).toEqual([[VENUE_START, hours]])
    // Hyperliquid settles every hour: an eighth each time.
    expect(due[0]?.rate).toBeCloseTo((at.rate[0] as number) / (8 / hours), 8)
    return true
  })
})

it.each(PUBLISHING)('stores liquidations of %s: side, kind of price, size, as many as it tells', async (wire) => {
  const end = to - 2 * MINUTE_MS
  const timeOf = (line: string): number => Number(line.split(' ')[0])
  const stored = (await five.liquidationLines(wire)).filter((line) => timeOf(line) >= from && timeOf(line) < end)
  expect(stored.sort()).toEqual(five.toldLiquidations(wire, from, end).sort())
  expect(stored.length).toBeGreaterThan(1)
  const all = five.market(wire).forcedOrders(from, end).length
  const seconds = new Set(stored.map((line) => Math.floor(timeOf(line) / 1_000)))
  if (wire === 'bybit') expect(stored).toHaveLength(all)
  else expect(stored).toHaveLength(seconds.size)
})

it('stores nothing of what Hyperliquid does not publish, and no gap of it either', async () => {
  expect(five.market('hyperliquid').forcedOrders(five.whole().genesis, to).length).toBeGreaterThan(3)
  expect(await five.rows('liquidation', 'hyperliquid', 'time')).toEqual([])
  expect(await five.rows('long_short_ratio', 'hyperliquid', 'time')).toEqual([])
  for (const wire of WIRES) expect(await five.gapsThatMatter(wire)).toEqual([])
  const { rows } = await t.db.pool.query('select reason, payload from quarantine')
  expect(rows).toEqual([])
})

it('has volumes that add up to the market', async () => {
  const { quantityDecimals: q } = five.whole().instrument
  const { columns } = five.whole().candles(from, to)
  const parts = await Promise.all(WIRES.map((wire) => five.candles(wire, from, to)))
  const sums = Array.from(columns.openTime, (_, i) => sum(parts.map((part) => part[i]?.volume ?? Number.NaN)).toFixed(q))
  expect(sums).toEqual(Array.from(columns.volume, (volume) => volume.toFixed(q)))
  const bought = Array.from(columns.openTime, (_, i) => sum(parts.map((part) => part[i]?.taker_buy_volume ?? Number.NaN)).toFixed(q))
  const known = bought.map((_, i) => i).filter((i) => bought[i] !== 'NaN')
  expect(known.length).toBeGreaterThan(0)
  for (const i of known) expect(bought[i]).toBe(columns.takerBuyVolume?.[i]?.toFixed(q))
})

it('has open interest that adds up to the market, minute by minute', async () => {
  const rows = new Map(await Promise.all(WIRES.map(async (wire) => [wire, await five.openInterest(wire)] as const)))
  const lastBefore = (wire: Wire, time: number): number | undefined =>
    rows.get(wire)?.findLast((r) => r.time <= time && r.time > time - 3 * MINUTE_MS)?.open_interest
  let whole = 0
  for (const [minute, truth] of wholeAt) {
    const parts = WIRES.map((wire) => lastBefore(wire, minute))
    if (minute <= from || minute > to || parts.includes(undefined)) continue
    // Each was asked for in the minutes before: what is missing or twice is 7 % at least.
    expect(Math.abs(sum(parts as number[]) / truth - 1)).toBeLessThan(0.05)
    whole++
  }
  expect(whole).toBeGreaterThanOrEqual(3)

  // At full five minutes four venues have a history of it, to the lot: what the fifth had then is what is left.
  const { quantityDecimals: q } = five.whole().instrument
  const { columns } = five.whole().openInterestHistory(five.whole().genesis + 60 * MINUTE_MS, VENUE_START - 10 * MINUTE_MS)
  expect(columns.time.length).toBeGreaterThan(15)
  const left = five.market('hyperliquid').openInterestHistory(five.whole().genesis, VENUE_START).columns
  const withHistory = WIRES.filter((wire) => wire !== 'hyperliquid')
  for (const [i, time] of columns.time.entries()) {
    const parts = withHistory.map((wire) => rows.get(wire)?.find((r) => r.time === time)?.open_interest ?? Number.NaN)
    const fifth = left.openInterest[left.time.indexOf(time)] as number
    expect(sum([...parts, fifth]).toFixed(q)).toBe((columns.openInterest[i] as number).toFixed(q))
  }
})

it('adds the maps up: each column of the sum is that of its five members, bin by bin', async () => {
  await five.until('the sum has come up to the members', async () => {
    const summed = await five.summed()
    expect(summed.size).toBeGreaterThan(140)
    for (let bucket = from; bucket < to; bucket += MINUTE_MS) expect(summed.get(bucket)).toEqual(WIRES)
    return true
  })
})
