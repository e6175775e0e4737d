import { describe, expect, it } from 'vitest'
import { mapOf, mirrored, PRICE, plane } from '../../test/readings.ts'
import { type BreakoutState, denseZones, NO_ZONES, stepBreakouts } from './breakouts.ts'
import { impactDepth } from './depth.ts'

const depth = impactDepth({ sigmaDay: 0.02, volumeDayUsd: 10_000_000 })
const at = (bins: number) => PRICE * Math.exp(bins / 1000)

/** 10 USD in each of eighty bins below the price, and 1000 in each of the five from −30 to −26. */
const cells: Record<number, number> = {}
for (let bin = -80; bin <= -1; bin++) cells[bin] = bin >= -30 && bin <= -26 ? 1000 : 10
const dense = mapOf(cells)
const look = (map = dense) => ({ map, depth, passThrough: 0.5 })

describe('denseZones', () => {
  it('are the bins with the densest 50 bp around them, within the horizon', () => {
    // Horizon 8 %: bins 0 to −79. A tenth of 80 bins is 8: sums over five bins are 5000 at −28, 4010 at ±1 of it, 3020 at ±2, 2030 at ±3,
    // 1040 at ±4. The 90 % quantile stands at place 71.1 of 0 … 79 from below: there the first 1040 and the second lie, so seven are above.
    expect(denseZones(look())).toMatchObject([{ side: 'long', firstBin: -31, lastBin: -25, usd: 5020, band: null }])
    const [zone] = denseZones(look())
    // n: 5020 · 0.5 forced over what the law holds from 2.45 % to 3.15 %, 10⁷ · (3.15² − 2.45²); before it seven bins of 10 USD.
    expect(zone?.n).toBeCloseTo((0.5 * 5020) / (1e7 * (3.15 ** 2 - 2.45 ** 2)), 12)
    expect(zone?.nBefore).toBeCloseTo((0.5 * 70) / (1e7 * (2.45 ** 2 - 1.75 ** 2)), 12)
    expect(zone?.highPrice).toBeCloseTo(at(-24.5), 12)
  })

  it('are none on a flat or empty map, and none beyond the horizon', () => {
    const flat: Record<number, number> = {}
    for (let bin = -90; bin <= 0; bin++) flat[bin] = 10
    expect(denseZones(look(mapOf(flat))).filter((zone) => zone.nBefore > 0 && zone.n > zone.nBefore)).toEqual([])
    expect(denseZones(look(mapOf({})))).toEqual([])
    expect(denseZones(look(), { horizon: 0.02 }).filter((zone) => zone.usd > 1000)).toEqual([])
    expect(() => denseZones(look(), { top: 1 })).toThrow('top')
  })

  it('carry the band of their bins and mirror', () => {
    const seven = (usd: number) => new Float32Array(7).fill(usd)
    const band = { firstBin: -31, p10: seven(1), p50: seven(2), p90: seven(3) }
    const empty = { ...plane({}), p10: new Float32Array(0), p50: new Float32Array(0), p90: new Float32Array(0) }
    expect(denseZones({ ...look(), bands: { long: band, short: empty } })[0]?.band).toEqual({ p10: 7, p50: 14, p90: 21 })
    const [zone] = denseZones(look(mirrored(dense)))
    expect(zone).toMatchObject({ side: 'short', firstBin: 25, lastBin: 31, usd: 5020 })
    expect(zone?.n).toBeCloseTo(denseZones(look())[0]?.n as number, 9)
  })
})

describe('stepBreakouts', () => {
  /**
   * The map as it stands while price goes along bins: what price has crossed is gone, as an estimator has it. Gives the index of each step
   * that tells a breakout; the state goes through JSON.
   */
  function run(path: readonly number[], { regrown = false, sign = 1 }: { regrown?: boolean; sign?: 1 | -1 } = {}) {
    let state: BreakoutState = NO_ZONES
    let lowest = 0
    let last = 0
    const told: number[] = []
    path.forEach((bins, i) => {
      lowest = Math.min(lowest, bins)
      const standing = Object.entries(cells).filter(([bin]) => Number(bin) < (regrown ? bins : lowest))
      const map = mapOf(Object.fromEntries(standing), {}, at(bins))
      const [low, high] = [Math.min(at(bins), at(last)), Math.max(at(bins), at(last))]
      const turned = { ...mapOf({}, Object.fromEntries(standing.map(([bin, usd]) => [-Number(bin), usd])), at(-bins)), time: i }
      const observation =
        sign === 1 ? { map: { ...map, time: i }, low, high } : { map: turned, low: PRICE ** 2 / high, high: PRICE ** 2 / low }
      const next = stepBreakouts(JSON.parse(JSON.stringify(state)), { ...observation, depth, passThrough: 0.5 })
      state = next.state
      last = bins
      for (const { time, zone } of next.breakouts) if (zone.usd > 1000) told.push(time)
    })
    return told
  }

  it('tells an entry once, on the way down or up', () => {
    const path = [0, -10, -20, -26, -27, -28, -26, -25, -27, -29]
    expect(run(path)).toEqual([3])
    expect(run(path, { sign: -1 })).toEqual([3])
  })

  it('tells it again only after price has left by the hysteresis', () => {
    // The zone's near edge lies at −24.5; leaving is above −21.5.
    expect(run([0, -26, -22, -26, -24, -26], { regrown: true })).toEqual([1])
    expect(run([0, -26, -20, -26], { regrown: true })).toEqual([1, 3])
    // Half of it swept, and price 0.35 % before what is left, but not out of what it entered.
    expect(run([0, -28, -23, -29])).toEqual([1])
    // What was swept does not come back by itself: the rest of the zone is not what it was.
    expect(run([0, -40, 0, -26])).toEqual([1])
  })

  it('sees a zone that is jumped over within one step, and none that price only comes near', () => {
    expect(run([0, -60])).toEqual([1])
    expect(run([0, -20, -24, -20, -24, 0])).toEqual([])
  })

  it('keeps a zone armed while price comes near, but does not arm one that comes up where price is', () => {
    expect(run([0, -23, -24, -25])).toEqual([3])
    expect(run([-23, -26])).toEqual([])
  })

  it('does not tell a zone into which n does not rise', () => {
    // A book that holds next to nothing before the zone and very much in it: 0.5 · 70 / 0.007 before, 0.5 · 5020 / (10⁹ · 0.007) in it.
    const thin = { ...depth, within: (_: unknown, x: number) => (x < 0.0245 ? x : 0.0245 + 1e9 * (x - 0.0245)), before: depth.before }
    const { state } = stepBreakouts(NO_ZONES, { map: dense, low: PRICE, high: PRICE, depth: thin, passThrough: 0.5 })
    expect(state.armed.some((zone) => zone.usd > 1000)).toBe(true)
    const after = stepBreakouts(state, { map: mapOf(cells, {}, at(-26)), low: at(-26), high: PRICE, depth: thin, passThrough: 0.5 })
    expect(after.breakouts.filter(({ zone }) => zone.usd > 1000)).toEqual([])
    expect(() => stepBreakouts(state, { ...look(), low: 1, high: 1 }, { hysteresis: -1 })).toThrow('hysteresis')
  })
})
