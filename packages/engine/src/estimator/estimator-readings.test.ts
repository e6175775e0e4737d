/** What is read off a stepped estimator beside its column: bands, draws, planes by leverage, the report. */
import type { PlaneData } from '@faultline/market/column'
import { binLowerPrice, binOf } from '@faultline/market/price-grid'
import { describe, expect, it } from 'vitest'
import { MINUTE, PLAIN_TIERS, run, START, sameBytes } from '../../test/markets.ts'
import { syntheticMarket } from '../../test/synthetic-market.ts'
import type { Bands, HeatMap } from '../map/heat-map.ts'
import { Estimator, MODEL_VERSION } from './estimator.ts'
import type { Ingredient } from './settings.ts'

const FIVE = 5 * MINUTE
const MARKET = syntheticMarket({ seed: 21, buckets: 601, bucketMs: FIVE, start: START })
const SILENT = MARKET.map((bucket) => ({ ...bucket, liquidations: undefined }))
const stepped = (market = MARKET, without: Ingredient[] = []) => run(new Estimator({ bucketMs: FIVE, tiers: PLAIN_TIERS, without }), market)
const rich = stepped()
const silent = stepped(SILENT)
const map = rich.map() as HeatMap
const SIDES = ['long', 'short'] as const
const usdAt = ({ firstBin, usd }: PlaneData, bin: number) => usd[bin - firstBin] ?? 0
const total = ({ usd }: PlaneData) => usd.reduce((a, b) => a + b, 0)

describe('bands', () => {
  it('lie over the map’s bins with the map as their mean: the middle a little below it', () => {
    const bands = rich.bands() as Bands
    for (const side of SIDES) {
      const { firstBin, p10, p50, p90 } = bands[side]
      let compared = 0
      for (let i = 0; i < p50.length; i++) {
        const usd = usdAt(map[side], firstBin + i)
        if (usd < 1) continue
        expect(p50[i]).toBeLessThan(usd)
        expect(p10[i]).toBeLessThan(p50[i] as number)
        // log-normal: mean = p50·exp(σ²/2), σ from the band itself
        const sigma = Math.log((p90[i] as number) / (p50[i] as number)) / 1.2815515655446004
        expect(((p50[i] as number) * Math.exp((sigma * sigma) / 2)) / usd).toBeCloseTo(1, 3)
        compared++
      }
      expect(compared).toBeGreaterThan(200)
    }
  })

  it('of sums from the price outwards grow with distance, and begin at nothing', () => {
    const distances = [0, 0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.13, 0.2, 0.5, 2]
    const sums = rich.cumulativeBands(distances)
    for (const side of SIDES) {
      const bands = sums?.[side] ?? []
      expect(bands).toHaveLength(distances.length)
      expect(bands[0]?.p90).toBe(0)
      for (let i = 1; i < bands.length; i++)
        for (const point of ['p10', 'p50', 'p90'] as const)
          expect(bands[i]?.[point]).toBeGreaterThanOrEqual(bands[i - 1]?.[point] as number)
    }
  })

  it('of sums come in the order that was asked for', () => {
    const [far, near] = rich.cumulativeBands([0.1, 0.01])?.long ?? []
    expect([near, far]).toEqual(rich.cumulativeBands([0.01, 0.1])?.long)
    expect(far?.p50).toBeGreaterThan(near?.p50 as number)
  })

  it('of sums have the map’s sum as their mean, bins that the distance cuts in part', () => {
    // the lower edge of the bin 40 below the close's
    const close = binOf(map.price)
    const edge = Math.log(map.price / binLowerPrice(close - 40))
    const band = rich.cumulativeBands([edge])?.long[0]
    let usd = 0
    for (let bin = close - 40; bin <= close; bin++) usd += usdAt(map.long, bin)
    const sigma = Math.log((band?.p90 ?? 0) / (band?.p50 ?? 1)) / 1.2815515655446004
    expect(((band?.p50 ?? 0) * Math.exp((sigma * sigma) / 2)) / usd).toBeCloseTo(1, 2)
  })

  it('are wider of the same market without prints', () => {
    const distances = [0.02, 0.05, 0.1]
    const [seen, unseen] = [rich.cumulativeBands(distances), silent.cumulativeBands(distances)]
    for (const side of SIDES)
      distances.forEach((_, i) => {
        const width = (bands: typeof seen) => (bands?.[side][i]?.p90 ?? 0) / (bands?.[side][i]?.p10 ?? 1)
        expect(width(unseen)).toBeGreaterThan(width(seen))
      })
    expect(silent.report().levelSd).toBeGreaterThan(rich.report().levelSd)
  })
})

describe('draws', () => {
  it('weigh the same, together 1, and the same state gives the same draws', () => {
    const draws = rich.draws(16)
    expect(draws).toHaveLength(16)
    expect(draws.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12)
    const again = Estimator.resume({ bucketMs: FIVE, tiers: PLAIN_TIERS }, rich.checkpoint()).draws(16)
    draws.forEach(({ map: drawn }, i) => {
      expect(drawn.price).toBe(map.price)
      expect(drawn.time).toBe(map.time)
      for (const side of SIDES) {
        expect(drawn[side].firstBin).toBe(again[i]?.map[side].firstBin)
        const other = again[i]?.map[side].usd as Float32Array
        expect(sameBytes(new Uint8Array(drawn[side].usd.buffer), new Uint8Array(other.buffer))).toBe(true)
      }
    })
  })

  it('have the map as their mean and scatter about as the bands say', () => {
    const draws = rich.draws(512)
    const sums = rich.cumulativeBands([2])
    for (const side of SIDES) {
      const totals = draws.map(({ map: drawn }) => total(drawn[side])).sort((a, b) => a - b)
      const mean = totals.reduce((a, b) => a + b, 0) / totals.length
      expect(mean / total(map[side])).toBeGreaterThan(0.85)
      expect(mean / total(map[side])).toBeLessThan(1.15)
      const { p10, p50, p90 } = sums?.[side][0] ?? { p10: 0, p50: 0, p90: 0 }
      expect(Math.abs(Math.log((totals[256] as number) / p50))).toBeLessThan(0.2)
      expect(Math.abs(Math.log((totals[51] as number) / p10))).toBeLessThan(0.3)
      expect(Math.abs(Math.log((totals[460] as number) / p90))).toBeLessThan(0.3)
    }
  })
})

describe('planes by leverage', () => {
  it('sum to the map before the blend, lines within their stretch', () => {
    for (const market of [MARKET, SILENT]) {
      const estimator = stepped(market, ['blend'])
      const whole = estimator.map() as HeatMap
      const byLeverage = estimator.leveragePlanes()
      for (const side of SIDES) {
        const { leverage, planes } = byLeverage?.[side] ?? { leverage: new Float64Array(0), planes: [] }
        expect(planes).toHaveLength(leverage.length)
        expect([...leverage]).toEqual([...leverage].sort((a, b) => a - b))
        let compared = 0
        for (let i = 0; i < whole[side].usd.length; i++) {
          const bin = whole[side].firstBin + i
          const sum = planes.reduce((usd, plane) => usd + usdAt(plane, bin), 0)
          // every plane leaves out what is under a dollar
          expect(Math.abs(sum - (whole[side].usd[i] as number))).toBeLessThanOrEqual(planes.length + 2e-5 * sum)
          if (sum > 100) compared++
        }
        expect(compared).toBeGreaterThan(100)
      }
    }
  })

  it('stand the nearer the higher the leverage', () => {
    const { planes } = rich.leveragePlanes()?.long ?? { planes: [] }
    const distance = (plane: PlaneData) =>
      plane.usd.reduce((sum, usd, i) => sum + usd * Math.log(map.price / binLowerPrice(plane.firstBin + i)), 0) / total(plane)
    const standing = planes.filter((plane) => total(plane) > 1000).map(distance)
    expect(standing.length).toBeGreaterThan(8)
    expect(standing[0]).toBeGreaterThan(4 * (standing.at(-1) as number))
  })
})

describe('the report', () => {
  it('says what was learned and from what', () => {
    const seen = MARKET.flatMap(({ liquidations, low, high }) => (liquidations ?? []).map(({ price }) => price < low || price > high))
    const report = rich.report()
    expect(report.model).toBe(MODEL_VERSION)
    expect(report.prints).toEqual({ seen: seen.length, outsideCandle: seen.filter(Boolean).length })
    expect(report.prints.outsideCandle).toBeGreaterThan(0)
    expect(report.members.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12)
    expect(report.coverage).toBeGreaterThan(0)
    expect(report.coverage).toBeLessThanOrEqual(1)
    expect(report.beta).toBeGreaterThanOrEqual(0)
    expect(report.beta).toBeLessThanOrEqual(1)
    expect(report.tilt).not.toBe(0)
  })

  it('says that a silent feed taught nothing', () => {
    const { prints, coverage, tilt, members, beta } = silent.report()
    const fresh = new Estimator({ bucketMs: FIVE, tiers: PLAIN_TIERS }).report()
    expect(prints).toEqual({ seen: 0, outsideCandle: 0 })
    expect(coverage).toBeNull()
    expect(tilt).toBe(0)
    expect(members).toEqual(fresh.members)
    expect(beta).toBe(fresh.beta)
  })

  it('says what was left out', () => {
    expect(stepped(MARKET.slice(0, 20), ['blend']).report().beta).toBe(1)
    expect(stepped(MARKET.slice(0, 20), ['ensemble']).report().members).toHaveLength(1)
    const deaf = stepped(MARKET, ['prints']).report()
    expect(deaf.prints.seen).toBe(0)
    expect(deaf.levelSd).toBe(silent.report().levelSd)
  })
})
