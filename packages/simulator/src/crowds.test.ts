import { binOf } from '@faultline/market/price-grid'
import { beforeAll, describe, expect, it } from 'vitest'
import { CROWD_NAMES, CROWDS, type CrowdName, crowdNamed } from './crowds.ts'
import { stylisedFacts } from './facts.ts'
import { equity, maintenanceMargin } from './margin.ts'
import { HEDGER, LEVERAGE_MENU } from './populations.ts'
import { DEFAULT_START } from './settings.ts'
import { type SimulatedMarket, simulate } from './simulate.ts'

const HOUR = 3_600_000
const DAYS = 0.25
const END = DEFAULT_START + 24 * HOUR * DAYS

interface Seen {
  market: SimulatedMarket
  /** at the end, of the open positions but the hedgers': shares, and the geometric mean of isolated leverage */
  crossed: number
  fromMenu: number
  leverage: number
}

describe('the crowds', () => {
  const seen = new Map<CrowdName, Seen>()
  const of = (name: CrowdName): Seen => seen.get(name) as Seen
  let wrongBooks = 0
  let truth = { long: 0, short: 0, leverage: 0 }

  beforeAll(() => {
    for (const name of CROWD_NAMES) {
      const count = { all: 0, crossed: 0, isolated: 0, fromMenu: 0, leverage: 0 }
      const market = simulate(
        { days: DAYS, warmUpDays: 0.25, seed: 12, crowd: name, intervalMs: 300_000 },
        {
          onStep({ time, books }) {
            if (books.longLots + Math.max(0, books.makerLots) !== books.shortLots + Math.max(0, -books.makerLots)) wrongBooks++
            if (time !== END) return
            let long = Math.max(0, books.makerLots)
            let short = Math.max(0, -books.makerLots)
            truth = { long: 0, short: 0, leverage: 0 }
            for (let i = 0; i < books.count; i++) {
              const p = books.at(i)
              const size = p.lots * books.lotSize
              if (p.direction > 0) long += p.lots
              else short += p.lots
              truth[p.direction > 0 ? 'long' : 'short'] += size * p.liquidation
              const gap = equity({ ...p, size }, p.liquidation) - maintenanceMargin(size * p.liquidation)
              if (!Number.isInteger(p.lots) || p.lots < 1 || (p.liquidation > 0 && Math.abs(gap) > 1e-6 * size * p.entry)) wrongBooks++
              if (p.population === HEDGER) continue
              const leverage = (size * p.entry) / p.margin
              count.all++
              if (p.cross) count.crossed++
              else count.isolated++
              if (!p.cross && LEVERAGE_MENU.some((offered) => Math.abs(leverage / offered - 1) < 1e-9)) count.fromMenu++
              if (!p.cross) count.leverage += Math.log(leverage)
            }
            if (long !== short || long !== books.openInterestLots) wrongBooks++
          },
        },
      )
      seen.set(name, {
        market,
        crossed: count.crossed / count.all,
        fromMenu: count.fromMenu / count.isolated,
        leverage: Math.exp(count.leverage / count.isolated),
      })
    }
  }, 60_000)

  it('keep their books at every step: each contract has two sides, each position dies where equity meets maintenance', () => {
    expect(wrongBooks).toBe(0)
  })

  it('differ in what they are named for', () => {
    expect(of('cross').crossed).toBeGreaterThan(0.9)
    expect(of('usual').crossed).toBeLessThan(0.4)
    expect(of('menu').fromMenu).toBeGreaterThan(0.7)
    expect(of('usual').fromMenu).toBeLessThan(0.45)
    expect(of('low').leverage).toBeLessThan(0.8 * of('usual').leverage)
    expect(of('high').leverage).toBeGreaterThan(1.15 * of('usual').leverage)
  })

  it('give the map that their positions make, at each full hour, with whose it is', () => {
    const { market } = of('menu')
    const t = market.truth
    const totals = { long: 0, short: 0 }
    let wrong = 0
    for (let i = 0; i < t.length; i++) {
      const [long, short] = [t.long[i] as number, t.short[i] as number]
      if (t.time[i] === END) {
        totals.long += long
        totals.short += short
      }
      for (const [usd, leverage, age] of [
        [long, t.longLeverage[i] as number, t.longAge[i] as number],
        [short, t.shortLeverage[i] as number, t.shortAge[i] as number],
      ] as const) {
        if (usd > 0 ? !(leverage > 0 && leverage < 1001 && age >= 0 && age < 12.001 * HOUR) : !Number.isNaN(leverage)) wrong++
      }
    }
    expect(wrong).toBe(0)
    expect(new Set(t.time).size).toBe(6)
    // the menu crowd was simulated last; what lies beyond half and double the price is not on the map
    expect(CROWD_NAMES.at(-1)).toBe('menu')
    expect(totals.long).toBeLessThanOrEqual(truth.long * (1 + 1e-9))
    expect(totals.long).toBeGreaterThan(0.4 * truth.long)
    expect(totals.short).toBeLessThanOrEqual(truth.short * (1 + 1e-9))
    expect(totals.short).toBeGreaterThan(0.4 * truth.short)
    const close = (time: number): number => market.candles.columns.close[(time - DEFAULT_START) / 300_000 - 1] as number
    expect(t.bin.filter((bin, i) => Math.abs(bin - binOf(close(t.time[i] as number))) > 700)).toEqual([])
  })

  it('are liquidated in parts where they are large, by a mark, and look like a market within wide bounds', () => {
    for (const name of CROWD_NAMES) {
      const { market } = of(name)
      const f = stylisedFacts(market)
      expect(f.volumePerOpenInterest).toBeGreaterThan(1)
      expect(f.volumePerOpenInterest).toBeLessThan(15)
      expect(f.liquidatedPerOpenInterest).toBeLessThan(0.15)
      expect(f.leverageShares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9)
      for (const o of market.forcedOrders) if (!(o.direction * (o.liquidationPrice - o.mark) >= 0 && o.lots > 0)) wrongBooks++
    }
    expect(wrongBooks).toBe(0)
    const orders = of('high').market.forcedOrders
    const partial = orders.filter((o) => (o.lotsLeft ?? 0) > 0)
    expect(partial.length).toBeGreaterThan(0)
    expect(partial.length).toBeLessThan(orders.length)
  })

  it('are the same again for the same options', () => {
    const options = { days: 1 / 24, warmUpDays: 1 / 24, seed: 5, crowd: 'cross', intervalMs: 300_000 } as const
    const one = JSON.stringify(simulate(options))
    expect(JSON.stringify(simulate(options)) === one).toBe(true)
    expect(JSON.stringify(simulate({ ...options, mechanics: 'plain' })) === one).toBe(false)
  }, 60_000)

  it('have names, and no others', () => {
    expect(Object.keys(CROWDS)).toEqual([...CROWD_NAMES])
    expect(crowdNamed('low')).toBe('low')
    expect(() => crowdNamed('tall')).toThrow(expect.objectContaining({ code: 'bad_input', place: { field: 'crowd' } }))
  })
})
