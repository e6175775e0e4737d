import type { EChartsOption } from 'echarts'
import { FONT_FAMILY } from '../tokens.ts'
import type { ChartLayout, Rect } from './layout.ts'
import { GRID, type Scene } from './scene.ts'

/**
 * Two grids, whatever panes there are: the heat with time and price, and the frame over everything with time alone. Extents are functions
 * that read the scene: a pan or a zoom is one action and never a setOption. The axes show nothing (axes-series.ts draws them).
 */
export function chartOption(scene: Scene, layout: ChartLayout): EChartsOption {
  const { heat } = layout
  const frame = { ...heat, height: layout.timeAxisTop - heat.y }
  const time = (gridIndex: number) => ({
    type: 'value' as const,
    gridIndex,
    show: false,
    min: () => scene.view.from,
    max: () => scene.view.to,
    containShape: false, // else the axis is padded by half a bar, and heat and price no longer match
  })
  return {
    animation: false,
    textStyle: { fontFamily: FONT_FAMILY, fontSize: 11 },
    grid: [gridOf(heat), gridOf(frame)],
    xAxis: [time(GRID.heat), time(GRID.frame)],
    yAxis: [
      {
        type: scene.scale === 'log' ? ('log' as const) : ('value' as const),
        gridIndex: GRID.heat,
        show: false,
        min: () => scene.view.priceLow,
        max: () => scene.view.priceHigh,
      },
      { type: 'value' as const, gridIndex: GRID.frame, show: false, min: 0, max: 1 },
    ],
    backgroundColor: 'transparent',
  }
}

// outerBoundsMode: by default a grid shrinks for its own labels.
const gridOf = (r: Rect) => ({ left: r.x, top: r.y, width: r.width, height: r.height, outerBoundsMode: 'none' as const })
