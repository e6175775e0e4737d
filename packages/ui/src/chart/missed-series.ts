import type { CustomSeriesOption } from 'echarts'
import type { ThemeTokens } from '../tokens.ts'
import {
  boxesItem,
  customSeries,
  groupItem,
  plotOf,
  type RenderApi,
  type RenderItem,
  type RenderParams,
  snap,
  timeScale,
} from './custom-item.ts'
import { hatchItem, type TimeSpan, without } from './hatch.ts'

const HEIGHT = 7
const PERIOD = 4
/** A cut of a few seconds is to be seen in a picture of a month. */
const LEAST_WIDTH = 3

/**
 * A thin hatched strip along the top of the heat where liquidations were missed though candles are there, and a mark there for
 * gaps in the candles that are too short on screen for the heat to show them.
 */
export class MissedLayer {
  private liquidations: TimeSpan[] = []
  private candles: TimeSpan[] = []
  private readonly colours: () => ThemeTokens

  constructor(colours: () => ThemeTokens) {
    this.colours = colours
  }

  setGaps(liquidations: readonly TimeSpan[], candles: readonly TimeSpan[]): void {
    this.liquidations = without(liquidations, candles)
    this.candles = without(candles, [])
  }

  series(): CustomSeriesOption {
    return customSeries('missed', 0, this.renderItem, { z: 4 })
  }

  private renderItem = (params: RenderParams, api: RenderApi): RenderItem => {
    const all = [...this.liquidations, ...this.candles]
    if (all.length === 0) return undefined as unknown as RenderItem
    const plot = plotOf(params)
    const dpr = api.getDevicePixelRatio()
    const x = timeScale(api, Math.min(...all.map((s) => s.from)), Math.max(...all.map((s) => s.to)), 1)
    const least = LEAST_WIDTH * x.msPerPixel
    const c = this.colours()
    const strip = { ...plot, height: HEIGHT }
    const draw = (spans: readonly TimeSpan[], stroke: string) => {
      const shown = spans
        .map(({ from, to }) => ({ from, to: Math.max(to, from + least) }))
        .filter(({ from, to }) => x.toX(to) > plot.x && x.toX(from) < plot.x + plot.width)
      const boxes = shown.flatMap(({ from, to }) => {
        const left = Math.max(plot.x, snap(x.toX(from), dpr))
        const right = Math.min(plot.x + plot.width, snap(x.toX(to), dpr))
        return [left, strip.y, Math.max(0, right - left), HEIGHT]
      })
      return [boxesItem(Float64Array.from(boxes), { fill: c.s2 }), hatchItem(shown, x, strip, stroke, PERIOD)]
    }
    const short = this.candles.filter(({ from, to }) => to - from < least)
    return groupItem([...draw(this.liquidations, c.warn), ...draw(short, c.err)])
  }
}
