import { describe, expect, it } from 'vitest'
import type { SumFacts } from '../server/schema.ts'
import { missingVenues, sumStatus } from './sum-status.ts'
import { firstToOpen, instrumentOf, isListed, type MarketRow, sharesOf, sumsFirst, toggled, venueChoice } from './venue-choice.ts'
import { coverageLine, nameOf, withoutLiquidations } from './words.ts'

const row = (key: string, more: Partial<MarketRow> = {}): MarketRow => {
  const [venue = '', symbol = ''] = key.split(':')
  return { key, venue, symbol, simulated: false, summedAs: 'BTC', sumOf: null, openInterestUsd: 1, ...more }
}
const ROWS = [
  row('okx-swap:BTC-USDT-SWAP', { openInterestUsd: 3 }),
  row('binance-usdm:BTCUSDT', { openInterestUsd: 5 }),
  row('binance-usdm:BTCUSDC', { openInterestUsd: 2 }),
  row('hyperliquid:BTC'),
  row('market:BTC', { sumOf: [] }),
  row('market:BTC-binance-okx', { sumOf: ['binance-usdm', 'okx-swap'] }),
  row('simulated:BTCUSDT', { simulated: true }),
  row('binance-usdm:SOLUSDT', { summedAs: 'SOL' }),
]
const found = (key: string) => ROWS.find((r) => r.key === key) as MarketRow
const choiceOf = (key: string) => venueChoice(found(key), ROWS)

describe('choosing venues', () => {
  it('names those that trade it, real and simulated apart, in one order', () => {
    expect(choiceOf('market:BTC')).toMatchObject({
      venues: ['binance-usdm', 'okx-swap', 'hyperliquid'],
      chosen: ['binance-usdm', 'okx-swap', 'hyperliquid'],
    })
    expect(choiceOf('okx-swap:BTC-USDT-SWAP')?.chosen).toEqual(['okx-swap'])
    expect(choiceOf('market:BTC-binance-okx')?.chosen).toEqual(['binance-usdm', 'okx-swap'])
    expect(choiceOf('binance-usdm:SOLUSDT')).toBeNull()
    expect(choiceOf('simulated:BTCUSDT')).toBeNull()
  })

  it('leads to the sum of the chosen, to all, or to the one that is left', () => {
    const choice = choiceOf('market:BTC')
    if (!choice) throw new Error('no choice')
    expect(toggled(choice, 'hyperliquid')).toEqual(['binance-usdm', 'okx-swap'])
    expect(instrumentOf(choice, ['okx-swap', 'binance-usdm'], ROWS)).toEqual({ key: 'market:BTC-binance-okx', known: true })
    expect(instrumentOf(choice, ['okx-swap', 'hyperliquid'], ROWS)).toEqual({ key: 'market:BTC-okx-hyperliquid', known: false })
    expect(instrumentOf(choice, choice.venues, ROWS)).toEqual({ key: 'market:BTC', known: true })
    expect(instrumentOf(choice, ['binance-usdm'], ROWS)).toEqual({ key: 'binance-usdm:BTCUSDT', known: true })
    expect(toggled({ ...choice, chosen: ['okx-swap'] }, 'okx-swap')).toBeNull()
  })

  it('lists sums first among what they add up, and no choice but the one that is shown', () => {
    const listed = sumsFirst(ROWS.filter((r) => isListed(r)))
    expect(listed.map((r) => r.key)).toEqual([
      'market:BTC',
      'okx-swap:BTC-USDT-SWAP',
      'binance-usdm:BTCUSDT',
      'binance-usdm:BTCUSDC',
      'hyperliquid:BTC',
      'simulated:BTCUSDT',
      'binance-usdm:SOLUSDT',
    ])
    expect(isListed(found('market:BTC-binance-okx'), 'market:BTC-binance-okx')).toBe(true)
    expect(nameOf(found('market:BTC'))).toEqual({ symbol: 'BTC', venue: 'All venues' })
    expect(nameOf(found('market:BTC-binance-okx'))).toEqual({ symbol: 'BTC', venue: 'Binance + OKX' })
  })

  it('opens the freshest market at its first venue, never a sum', () => {
    const at = (r: MarketRow, minutes: number | null, length = 3) => ({
      ...r,
      firstBucket: minutes === null ? null : (minutes - length) * 60_000,
      lastBucket: minutes === null ? null : minutes * 60_000,
    })
    const [sum, okx, binance, hyperliquid] = [
      found('market:BTC'),
      found('okx-swap:BTC-USDT-SWAP'),
      found('binance-usdm:BTCUSDT'),
      found('hyperliquid:BTC'),
    ]
    const sol = found('binance-usdm:SOLUSDT')
    const opened = (...rows: ReturnType<typeof at>[]) => firstToOpen(rows)?.key
    expect(opened(at(sum, 100), at(hyperliquid, 100), at(okx, 99), at(binance, 98), at(sol, 100))).toBe('binance-usdm:BTCUSDT')
    expect(opened(at(sum, 100), at(hyperliquid, 100), at(okx, 99), at(binance, 50))).toBe('okx-swap:BTC-USDT-SWAP')
    expect(opened(at(hyperliquid, null), at(sol, 3))).toBe('binance-usdm:SOLUSDT')
    expect(opened(at(sum, 100))).toBeUndefined()
    expect(opened()).toBeUndefined()
    // what has just begun waits for what shows a day, of its own coin as of another
    expect(opened(at(sol, 2_000, 2), at(okx, 1_999, 1_440), at(binance, 2_000, 2))).toBe('okx-swap:BTC-USDT-SWAP')
    expect(opened(at(sol, 2_000, 2), at(okx, 1_900, 1_440))).toBe('binance-usdm:SOLUSDT')
    expect(opened(at(okx, 2_000, 1_500), at(binance, 2_000, 900))).toBe('binance-usdm:BTCUSDT')
  })

  it('shares what is known among those of whom it is known', () => {
    const shares = sharesOf([
      { venue: 'okx-swap', openInterestUsd: 25 },
      { venue: 'binance-usdm', openInterestUsd: 70 },
      { venue: 'binance-usdm', openInterestUsd: 5 },
      { venue: 'hyperliquid', openInterestUsd: null },
    ])
    expect(shares).toEqual([
      { venue: 'binance-usdm', usd: 75, share: 0.75 },
      { venue: 'okx-swap', usd: 25, share: 0.25 },
    ])
  })
})

describe('what is said of a sum', () => {
  const venue = (name: string, more: Partial<SumFacts['venues'][number]> = {}): SumFacts['venues'][number] => ({
    venue: name,
    instruments: [`${name}:BTC`],
    included: true,
    missingSince: null,
    coveredMs: 1,
    expectedMs: 1,
    openInterestUsd: 1,
    fundingRate8h: null,
    liquidations: { count: 0, longUsd: 0, shortUsd: 0, priceKinds: [], sampled: false },
    ...more,
  })
  const facts: SumFacts = {
    baseAsset: 'BTC',
    reference: 'binance-usdm',
    end: Date.UTC(2026, 2, 5, 18),
    venues: [
      venue('binance-usdm'),
      venue('okx-swap', { included: false, missingSince: Date.UTC(2026, 2, 5, 12, 3) }),
      venue('hyperliquid', { included: false, liquidations: null }),
    ],
  }

  it('names who is missing since when, and whose liquidations nobody knows', () => {
    expect(coverageLine(facts)).toEqual({ count: '1 of 3 venues', missing: 'OKX missing since 12:03, Hyperliquid not there yet' })
    // since another day: the time of day alone would say that it went a moment ago
    expect(coverageLine({ ...facts, end: Date.UTC(2026, 2, 9, 12, 30) }).missing).toContain('OKX missing since 5 Mar 12:03,')
    expect(coverageLine({ ...facts, venues: [venue('okx-swap')] }).missing).toBeNull()
    expect(withoutLiquidations(facts)).toEqual(['Hyperliquid'])
    expect(missingVenues(facts).map((v) => v.venue)).toEqual(['okx-swap', 'hyperliquid'])
  })

  it('is live while all its venues are, and late while some are not', () => {
    const feeds = (...states: string[]) =>
      new Map(facts.venues.flatMap((v, i) => (states[i] ? [[v.instruments[0] as string, { state: states[i] }]] : []))) as never
    expect(sumStatus(facts, feeds())).toEqual({ state: 'none', live: 0, fed: 0 })
    expect(sumStatus(facts, feeds('live', 'live', 'live'))).toEqual({ state: 'live', live: 3, fed: 3 })
    expect(sumStatus(facts, feeds('live', 'stale', 'live'))).toEqual({ state: 'late', live: 2, fed: 3 })
    expect(sumStatus(facts, feeds('stale', 'unreachable', 'stale')).state).toBe('unreachable')
  })
})
