import type { HeatmapData } from '../../src/chart/heatmap-data.ts'
import { generator } from './synthetic.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** Made-up series for all panes, of the same times as the candles. Without `holes` nothing is unknown. */
export function withPanes(data: HeatmapData, holes = false): HeatmapData {
  const random = generator(11)
  const { rows, intervalMs } = data.candles
  const stepped = (ms: number) => rows.map(([time]) => time).filter((time) => time % ms === 0)
  /** a walk that returns to `middle` */
  const walk = (times: readonly number[], by: number, middle: number): [number, number][] => {
    let value = middle
    return times.map((time) => {
      value += by * (random() - 0.5) + 0.02 * (middle - value)
      return [time, value]
    })
  }
  const ratioTimes = stepped(Math.max(5 * MINUTE, intervalMs))
  return {
    ...data,
    flow: rows.map(([time, open, , , close, volume], i) => {
      const share = 0.5 + 60 * Math.max(-0.005, Math.min(0.005, close / open - 1)) + 0.1 * (random() - 0.5)
      return [time, holes && i % 400 > 380 ? null : volume * Math.max(0, Math.min(1, share))]
    }),
    liquidations: {
      binMs: intervalMs,
      sampled: true,
      rows: rows
        .map(([time, open, high, low]): [number, number, number] => {
          const usd = (reach: number) => (reach > 0.0015 ? 4e8 * reach * reach * random() : 0)
          return [time, usd(1 - low / open) * 1e3, usd(high / open - 1) * 1e3]
        })
        .filter(([, long, short]) => long + short > 0),
    },
    ratios: [
      { kind: 'accounts', rows: walk(ratioTimes, 0.06, 1.5) },
      { kind: 'topPositions', rows: walk(ratioTimes, 0.04, 1.1) },
    ],
    risk: walk(stepped(Math.max(15 * MINUTE, intervalMs)), 12, 55),
    predictedFunding: { time: Math.ceil((data.to + 1) / (2 * HOUR)) * 2 * HOUR, rate: 0.000014 },
  }
}
