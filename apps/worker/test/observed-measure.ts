/** What observed positions are worth to the estimator, on a simulated market whose every position is known. For tests and the bench. */
import { Estimator } from '@faultline/engine/estimator/estimator'
import { observedStock } from '@faultline/engine/estimator/observed-stock'
import { distanceHistogram, planeHistogram, SIMULATED_OPTIONS, truthMeasures } from '@faultline/engine/score/truth-measures'
import { DAY_MS, SIDES } from '@faultline/market/units'
import type { SeenMarket, TruePosition } from '@faultline/testkit/seen-market'
import { bucketInputs } from '../src/pipeline/bucket-inputs.ts'

/** 0 to 1, the same for a position whenever it is asked. */
function chanceOf(id: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return ((hash ^ (hash >>> 12)) >>> 0) / 2 ** 32
}
const distanceOf = ({ entry, liquidation }: TruePosition) =>
  liquidation === null ? Number.POSITIVE_INFINITY : Math.abs(Math.log(liquidation / entry))

export const SAMPLES = {
  random: (p: TruePosition) => chanceOf(p.id) < 0.2,
  // Leaderboards list who survived: those far from their liquidation are seen four times as often as the others.
  survivors: (p: TruePosition) => chanceOf(p.id) < (distanceOf(p) > 0.2 ? 0.4 : 0.1),
  // The other way about, and worse than anybody would do it.
  gamblers: (p: TruePosition) => chanceOf(p.id) < (distanceOf(p) < 0.12 ? 0.4 : 0.1),
}

export interface Measured {
  /** Wasserstein-1, % of price */
  emd: number
  /** half the sum of |shares of USD by distance from entry, map less truth| */
  mix: number
  share: number
}

/** The estimator over a market, told each hour of the positions that `pick` picks (null: of none). The first `fromDay` days are not measured. */
export function measure(market: SeenMarket, pick: ((p: TruePosition) => boolean) | null, fromDay: number): Measured {
  const estimator = new Estimator({ bucketMs: market.bucketMs, tiers: market.tiers })
  const hours = new Map(market.hours.map((hour) => [hour.time, hour]))
  const from = (market.candles.columns.openTime[0] as number) + fromDay * DAY_MS
  const samples: Parameters<typeof truthMeasures>[0][number][] = []
  const apart: number[] = []
  let share = 0
  for (const input of bucketInputs(market)) {
    const end = input.bucketStart + market.bucketMs
    const hour = hours.get(end)
    const observed = hour && pick ? observedStock(end, hour.positions.filter(pick), hour.openInterest) : undefined
    estimator.step(observed ? { ...input, observed } : input)
    if (observed) share = (observed.long.share + observed.short.share) / 2
    if (!hour || end < from || end % (4 * 3_600_000) !== 0) continue
    const map = estimator.map()
    const byLeverage = estimator.leveragePlanes()
    if (!map || !byLeverage) continue
    for (const side of SIDES) {
      const own = hour.positions.filter((p) => p.side === side && p.liquidation !== null)
      const truth = distanceHistogram(SIMULATED_OPTIONS, hour.mark, side, (add) => {
        for (const p of own) add(Math.log(p.liquidation as number), p.size * (p.liquidation as number))
      })
      samples.push({ time: end, side, truth, estimate: planeHistogram(SIMULATED_OPTIONS, hour.mark, side, map[side]) })
      const { leverage, planes } = byLeverage[side]
      const estimated = shares(planes.map((plane) => plane.usd.reduce((a, b) => a + b, 0)))
      const real = planes.map(() => 0)
      for (const p of own) {
        const effective = 1 / Math.max(1e-3, Math.abs(1 - (p.liquidation as number) / p.entry) + 0.005)
        const nearest = leverage.reduce(
          (best, l, i) => (Math.abs(Math.log(l / effective)) < Math.abs(Math.log((leverage[best] as number) / effective)) ? i : best),
          0,
        )
        real[nearest] = (real[nearest] as number) + p.size * (p.liquidation as number)
      }
      apart.push(shares(real).reduce((sum, s, i) => sum + Math.abs(s - (estimated[i] as number)), 0) / 2)
    }
  }
  const { rows } = truthMeasures(samples, SIMULATED_OPTIONS)
  return { emd: mean(rows.map((row) => row.emd)), mix: mean(apart), share }
}
export const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
const shares = (values: readonly number[]) => values.map((value) => value / values.reduce((a, b) => a + b, 0))
