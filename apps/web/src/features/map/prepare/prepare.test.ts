import { binLowerPrice } from '@faultline/market/price-grid'
import { LEVERAGE_CLASSES } from '@faultline/ui/leverage-classes'
import { makeBars } from '@faultline/ui/map/profile'
import { describe, expect, it } from 'vitest'
import type { MarketRow } from '../../venues/prepare/venue-choice.ts'
import { aroundPrice } from './around-price.ts'
import { bookReach, narrowBook } from './book-reach.ts'
import { contributions, largestClusters, leverageTable, totalsOf } from './figures.ts'
import { mapCsv } from './map-csv.ts'
import { addPlanes, mapProfile } from './map-profile.ts'
import { mapQuery } from './map-query.ts'
import { membersOf } from './members.ts'
import { cluster, PRICE, priceOf, profile, readings } from './samples.ts'

const ALL = Array.from({ length: LEVERAGE_CLASSES.length }, () => true)
const WIDE = { low: binLowerPrice(0), high: binLowerPrice(200) }
const barsOf = (made: ReturnType<typeof mapProfile>) => makeBars(made, priceOf(97), priceOf(102), 1)

it('names the classes of leverage', () => {
  expect(LEVERAGE_CLASSES).toEqual(['≤5×', '5–10×', '10–25×', '25–50×', '>50×'])
})

describe('the profile', () => {
  it('is stacked by leverage, and the classes of each bar add up to it', () => {
    const bars = barsOf(mapProfile(readings(), { stack: 'leverage', classes: ALL, venues: null }))
    expect([...bars.long]).toEqual([10, 20, 30, 0, 0, 0])
    expect(bars.parts.map((part) => part.long[2])).toEqual([10, 0, 0, 0, 20])
    expect(bars.parts.map((part) => part.short[4])).toEqual([0, 0, 40, 0, 0])
  })
  it('holds only the classes that are shown, and then no interval', () => {
    const classes = [true, true, true, true, false]
    const made = mapProfile(readings({ draws: [{ long: { firstBin: 0, usd: [] }, short: { firstBin: 0, usd: [] } }] }), {
      stack: 'leverage',
      classes,
      venues: null,
    })
    expect([...barsOf(made).long]).toEqual([10, 20, 10, 0, 0, 0])
    expect([made.long.p10, made.draws]).toEqual([null, []])
  })
  it('is of one colour, and whole, where leverage is not known', () => {
    const { long, short } = profile()
    const made = mapProfile(readings({ profile: { long: { ...long, leverage: null }, short: { ...short, leverage: null } } }), {
      stack: 'leverage',
      classes: [true, false, false, false, false],
      venues: null,
    })
    expect(made.parts).toEqual([])
    expect([...barsOf(made).long]).toEqual([10, 20, 30, 0, 0, 0])
    expect(made.long.p90).toEqual([20, 40, 60])
  })
  it('is stacked by venue in the shares that they say, and adds up to the sum', () => {
    const venues = [
      { venue: 'a', name: 'A', profiles: [profile(1), profile(1)] },
      { venue: 'b', name: 'B', profiles: [profile(1)] },
    ]
    const bars = barsOf(mapProfile(readings({ profile: profile(6) }), { stack: 'venue', classes: ALL, venues }))
    expect(bars.parts.map((part) => [...part.short].slice(4))).toEqual([
      [160, 200],
      [80, 100],
    ])
    expect(mapProfile(readings(), { stack: 'venue', classes: ALL, venues: null }).parts).toEqual([])
  })
  it('adds planes over all bins that any of them has', () =>
    expect(
      addPlanes([
        { firstBin: 3, usd: [1, 2] },
        { firstBin: 0, usd: [] },
        { firstBin: 5, usd: [10] },
      ]),
    ).toEqual({ firstBin: 3, usd: Float64Array.from([1, 2, 10]) }))
})

describe('figures of the shown range', () => {
  it('add up what is in it', () => {
    const made = mapProfile(readings(), { stack: 'leverage', classes: ALL, venues: null })
    expect(totalsOf(made, WIDE)).toEqual({ longUsd: 60, shortUsd: 90 })
    expect(totalsOf(made, { low: binLowerPrice(98), high: binLowerPrice(102) })).toEqual({ longUsd: 50, shortUsd: 40 })
  })
  it('say it per class, which add up to the whole', () => {
    const rows = leverageTable(readings(), WIDE) ?? []
    expect(rows[0]).toEqual({ name: '>50×', longUsd: 20, shortUsd: 0 })
    expect(rows.reduce((sum, row) => sum + row.longUsd + row.shortUsd, 0)).toBe(150)
    const { long, short } = profile()
    expect(leverageTable(readings({ profile: { long, short: { ...short, leverage: null } } }), WIDE)).toBeNull()
  })
  it('say what each venue holds, the largest first', () => {
    const venues = [
      { venue: 'a', name: 'A', profiles: [profile(1)] },
      { venue: 'b', name: 'B', profiles: [profile(1), profile(2)] },
    ]
    expect(contributions(venues, PRICE, WIDE)).toEqual([
      { venue: 'b', name: 'B', usd: 450, share: 0.75 },
      { venue: 'a', name: 'A', usd: 150, share: 0.25 },
    ])
    expect(contributions(venues, PRICE, { low: binLowerPrice(150), high: binLowerPrice(160) }).map((row) => row.share)).toEqual([0, 0])
  })
  it('list the largest clusters in it by price', () => {
    const clusters = [cluster(99, 5), cluster(90, 50), cluster(110, 7), cluster(120, 40), cluster(300, 1000)]
    expect(largestClusters(clusters, WIDE, 3).map((row) => row.usd)).toEqual([40, 7, 50])
  })
})

it('writes what is shown as a table of numbers, and nothing where it is not known', () => {
  const made = mapProfile(readings(), { stack: 'leverage', classes: ALL, venues: null })
  const lines = mapCsv(made, barsOf(made), true).trimEnd().split('\r\n')
  expect(lines).toHaveLength(6)
  expect(lines[0]).toBe('price_low,price_high,distance,side,usd_estimated,usd_p10,usd_p90,usd_cumulative,simulated')
  expect(lines[1]?.split(',').slice(2)).toEqual(['-0.0029955', 'long', '10', '5', '20', '60', 'true'])
  expect(lines[5]?.split(',').slice(3)).toEqual(['short', '50', '', '', '90', 'true'])
})

it('takes the rows of a grid around the price', () => {
  const grid = {
    from: 0,
    resolutionMs: 1,
    columns: 2,
    firstBin: 90,
    bins: 20,
    long: Uint8Array.from({ length: 40 }, (_, i) => Math.floor(i / 2)),
    short: new Uint8Array(40),
    state: new Uint8Array(2),
  }
  const some = aroundPrice(grid, PRICE, 0.2) // two bins of 0.1 % on either side
  expect([some.firstBin, some.bins, [...some.long]]).toEqual([98, 5, [8, 8, 9, 9, 10, 10, 11, 11, 12, 12]])
  expect(aroundPrice(grid, PRICE, 20).bins).toBe(20)
  expect(aroundPrice(grid, PRICE * 2, 5).bins).toBe(0)
})

it('knows how far a book reaches, and when that is next to nothing', () => {
  const book = {
    bids: [
      [99, 1],
      [98, 1],
    ] as [number, number][],
    asks: [[101, 1]] as [number, number][],
  }
  expect(bookReach(book)).toEqual({ low: 98, high: 101 })
  expect(bookReach({ bids: [], asks: [] })).toBeNull()
  expect(narrowBook(book, { low: 95, high: 105 })).toBeNull()
  expect(narrowBook(book, { low: 50, high: 150 })).toBe('3%')
})

it('finds the members of a sum, of its own coin and kind and of the chosen venues', () => {
  const row = (key: string, some: Partial<MarketRow> = {}): MarketRow => ({
    key,
    venue: key.split(':')[0] ?? '',
    symbol: key,
    simulated: false,
    summedAs: 'BTC',
    sumOf: null,
    openInterestUsd: null,
    ...some,
  })
  const sum = row('market:BTC', { sumOf: [] })
  const rows = [
    sum,
    row('okx-swap:BTC-USDT-SWAP'),
    row('binance-usdm:BTCUSDT'),
    row('binance-usdm:ETHUSDT', { summedAs: 'ETH' }),
    row('bybit-linear:BTCUSDT', { simulated: true }),
  ]
  expect(membersOf(sum, rows).map((r) => r.key)).toEqual(['binance-usdm:BTCUSDT', 'okx-swap:BTC-USDT-SWAP'])
  expect(membersOf({ ...sum, sumOf: ['okx-swap'] }, rows).map((r) => r.key)).toEqual(['okx-swap:BTC-USDT-SWAP'])
  expect(membersOf(row('okx-swap:BTC-USDT-SWAP'), rows)).toEqual([])
})

it('opens another market with the same choices, and says nothing that is understood', () => {
  const usual = { stack: 'leverage', span: 10, view: 'heat', top: 'newest', cum: true, log: false, lev: null, r: null } as const
  expect(mapQuery(usual)).toBe('')
  const other = { stack: 'venue', span: 20, view: 'depth', top: 'oldest', cum: false, log: true, lev: '0,1', r: '7d' } as const
  expect(mapQuery(other)).toBe('?stack=venue&span=20&view=depth&top=oldest&cum=0&log=1&lev=0%2C1&r=7d')
})
