import { binCentrePrice, binOf } from '@faultline/market/price-grid'
import { describe, expect, it } from 'vitest'
import { TOKENS } from '../tokens.ts'
import type { ObservedRun } from './heatmap-data.ts'
import { lineClass, ObservedLayer } from './observed-series.ts'

const PLOT = { x: 0, y: 0, width: 1000, height: 500 }
/** A thousand milliseconds and prices from 50 to 150 on the plot. */
const api = { coord: ([time, price]: number[]) => [time as number, 500 - ((price as number) - 50) * 5], getDevicePixelRatio: () => 1 }
const run = (price: number, usd: number, from = 100, to = 900): ObservedRun => ({ side: 'long', bin: binOf(price), from, to, usd })

interface Line {
  shape: { points: { values: Float64Array } }
  style: { stroke: string; lineWidth: number; lineDash?: number[] }
}
function draw(runs: ObservedRun[]): Line[] {
  const layer = new ObservedLayer(() => TOKENS.dark)
  layer.setRuns(runs)
  const render = layer.series().renderItem as unknown as (params: unknown, api: unknown) => { children: Line[] } | undefined
  return render({ coordSys: PLOT }, api)?.children ?? []
}
const pointsOf = (line: Line | undefined) => [...(line?.shape.points.values ?? [])]

describe('the layer of observed positions', () => {
  it('draws a dashed line at the price, over the time that it stood, in a colour that the heat has not', () => {
    const [edge, line] = draw([run(100, 50)])
    const y = 500 - (binCentrePrice(binOf(100)) - 50) * 5
    expect(pointsOf(line).slice(0, 4)).toEqual([100, y, 900, y])
    expect(line?.style).toMatchObject({ stroke: TOKENS.dark.accfg, lineDash: [5, 3] })
    expect(edge?.style).toMatchObject({ stroke: TOKENS.dark.heatbg })
  })

  it('draws what is larger thicker, what is small faintly, and what is tiny or out of view not at all', () => {
    expect([0.01, 0.04, 0.149, 0.15, 0.5, 1].map(lineClass)).toEqual([0, 1, 1, 2, 3, 3])
    const lines = draw([run(100, 1000), run(95, 200), run(90, 50), run(80, 10), run(70, 3), run(400, 1e9)])
    expect(lines.map(({ style }) => [style.stroke, style.lineWidth])).toEqual([
      [`${TOKENS.dark.accfg}59`, 1],
      [`${TOKENS.dark.accfg}b3`, 1.5],
      [TOKENS.dark.heatbg, 4],
      [TOKENS.dark.accfg, 2.5],
      [TOKENS.dark.heatbg, 5.5],
      [TOKENS.dark.accfg, 4],
    ])
  })

  it('keeps to the plot, and shows what was seen for a moment', () => {
    const y = 500 - (binCentrePrice(binOf(100)) - 50) * 5
    expect(pointsOf(draw([run(100, 1, -500, 400)])[1]).slice(0, 4)).toEqual([0, y, 400, y])
    expect(pointsOf(draw([run(100, 1, 500, 501), run(400, 1, 0, 900)])[1]).slice(0, 4)).toEqual([500, y, 504, y])
    // what stands at the newest moment
    expect(pointsOf(draw([run(100, 1, 899, 900)])[1]).slice(0, 4)).toEqual([878, y, 900, y])
    expect(draw([run(400, 1)])).toEqual([])
    expect(draw([])).toEqual([])
  })
})
