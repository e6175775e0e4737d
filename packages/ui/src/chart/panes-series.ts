import type { CustomSeriesOption } from 'echarts'
import { customSeries, groupItem, type RenderApi, type RenderItem, type RenderParams } from './custom-item.ts'
import { FlowLayer } from './flow-pane.ts'
import { FundingLayer } from './funding-series.ts'
import type { HeatmapData } from './heatmap-data.ts'
import { InterestLayer } from './interest-series.ts'
import type { ChartLayout, Rect } from './layout.ts'
import { LiquidationLayer } from './liquidation-pane.ts'
import { heightOf, type PaneLayer } from './pane-layer.ts'
import type { PaneId, PaneState } from './panes.ts'
import { RatioLayer } from './ratio-pane.ts'
import { RiskLayer } from './risk-pane.ts'
import { viewTimeScale } from './scales.ts'
import { GRID, type Scene } from './scene.ts'
import { VolumeLayer } from './volume-pane.ts'

export interface ShownPane {
  layer: PaneLayer
  plot: Rect
}

/**
 * All panes under the heat as one series on the frame's grid: however many there are, the chart has no more grids, axes and series to keep
 * up to date at each step of a pan.
 */
export class PanesLayer {
  readonly funding = new FundingLayer()
  readonly interest = new InterestLayer()
  private readonly layers: Readonly<Record<PaneId, PaneLayer>>
  private readonly stale = new Set<PaneId>()
  /** whether a pane was without data as the picture opened, and still is */
  private readonly bare = new Map<PaneId, boolean>()
  private data: HeatmapData | null = null
  private shown: readonly ShownPane[] = []
  private readonly scene: Scene

  constructor(scene: Scene) {
    this.scene = scene
    const [liquidations, ratios, flow] = [new LiquidationLayer(), new RatioLayer(), new FlowLayer()]
    const [volume, risk] = [new VolumeLayer(), new RiskLayer()]
    this.layers = { funding: this.funding, interest: this.interest, liquidations, ratios, flow, volume, risk }
  }

  /** `same`: the picture goes on with other data. */
  setData(data: HeatmapData, same: boolean): void {
    this.data = data
    if (!same) this.bare.clear()
    for (const id of Object.keys(this.layers) as PaneId[]) this.stale.add(id)
    // The tooltip's reading has funding and open interest, whichever panes are shown.
    for (const id of ['funding', 'interest'] as const) this.fill(id)
  }

  /**
   * A pane that has nothing to show takes no more room than its words, unless the reader gave it some. That is settled as the picture
   * opens: what one pans to may give a pane room, and takes none away.
   */
  arranged(panes: readonly PaneState[]): readonly PaneState[] {
    if (!this.data) return panes
    return panes.map((pane) => {
      if (this.stale.has(pane.id)) this.fill(pane.id)
      // the risk index comes after the picture
      const bare = this.bare.get(pane.id) !== false && pane.id !== 'risk' && this.layers[pane.id].empty()
      this.bare.set(pane.id, bare)
      return bare ? { height: 0, ...pane } : pane
    })
  }

  setLayout(layout: ChartLayout): void {
    this.shown = layout.panes.map(({ id }, i) => ({ layer: this.layers[id], plot: layout.plots[i] as Rect }))
  }

  /** To be called before each update of the chart. */
  prepare(): void {
    const { from, to } = this.scene.view
    for (const { layer, plot } of this.shown) {
      if (this.stale.has(layer.id)) this.fill(layer.id)
      layer.prepare({ from, to, msPerPixel: (to - from) / plot.width })
    }
  }

  panes(): readonly ShownPane[] {
    return this.shown
  }

  series(): CustomSeriesOption {
    return customSeries('panes', GRID.frame, this.renderItem, { z: 3 })
  }

  /** Panes that are not shown take no work from new data. */
  private fill(id: PaneId): void {
    if (this.data && this.stale.delete(id)) this.layers[id].setData(this.data)
  }

  private renderItem = (_: RenderParams, api: RenderApi): RenderItem => {
    const dpr = api.getDevicePixelRatio()
    const { view, colours } = this.scene
    return groupItem(
      this.shown.flatMap(({ layer, plot }) =>
        layer.empty() ? [] : layer.draw({ plot, x: viewTimeScale(view, plot), y: heightOf(layer, plot), dpr, colours }),
      ),
    )
  }
}
