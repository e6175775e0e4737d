import type { HeatmapData } from '@faultline/ui/chart/heatmap-data'
import {
  type CustomData,
  type CustomSeriesPricePlotValues,
  type CustomSeriesWhitespaceData,
  createChart,
  customSeriesDefaultOptions,
  type IChartApi,
  type ICustomSeriesPaneRenderer,
  type ICustomSeriesPaneView,
  type PaneRendererCustomData,
  type Time,
  type UTCTimestamp,
} from 'lightweight-charts'
import { COLOURS, type Peer, strongest } from './peer.ts'

interface ColumnData extends CustomData<Time> {
  column: number
}

/** A heatmap plug-in as its documentation shows one: a custom series that fills each visible cell. */
class HeatView implements ICustomSeriesPaneView<Time, ColumnData> {
  private data: PaneRendererCustomData<Time, ColumnData> | null = null
  private readonly values: Uint8Array
  private readonly columns: number
  private readonly bins: number

  constructor(values: Uint8Array, columns: number, bins: number) {
    this.values = values
    this.columns = columns
    this.bins = bins
  }

  renderer(): ICustomSeriesPaneRenderer {
    return {
      draw: (target, priceToCoordinate) =>
        target.useBitmapCoordinateSpace(({ context, horizontalPixelRatio, verticalPixelRatio }) => {
          const range = this.data?.visibleRange
          if (!this.data || !range) return
          const half = this.data.barSpacing / 2
          const edges = Array.from({ length: this.bins + 1 }, (_, row) => Math.round((priceToCoordinate(row) ?? 0) * verticalPixelRatio))
          for (let i = range.from; i < range.to; i++) {
            const bar = this.data.bars[i]
            if (!bar) continue
            const left = Math.round((bar.x - half) * horizontalPixelRatio)
            const width = Math.max(1, Math.round((bar.x + half) * horizontalPixelRatio) - left)
            for (let row = 0; row < this.bins; row++) {
              const value = this.values[row * this.columns + bar.originalData.column] as number
              if (value === 0) continue
              const top = edges[row + 1] as number
              context.fillStyle = COLOURS[value] as string
              context.fillRect(left, top, width, Math.max(1, (edges[row] as number) - top))
            }
          }
        }),
    }
  }

  update(data: PaneRendererCustomData<Time, ColumnData>): void {
    this.data = data
  }

  priceValueBuilder(): CustomSeriesPricePlotValues {
    return [0, this.bins]
  }

  isWhitespace(data: ColumnData | CustomSeriesWhitespaceData<Time>): data is CustomSeriesWhitespaceData<Time> {
    return !('column' in data)
  }

  defaultOptions() {
    return { ...customSeriesDefaultOptions, lastValueVisible: false, priceLineVisible: false }
  }
}

/** TradingView's lightweight-charts with a heatmap plug-in. */
export function lightweight(): Peer {
  let chart: IChartApi
  return {
    open(host: HTMLElement, data: HeatmapData) {
      const { values, columns, bins } = strongest(data)
      chart = createChart(host, { width: 1400, height: 800, timeScale: { minBarSpacing: 0.01, timeVisible: true } })
      const series = chart.addCustomSeries(new HeatView(values, columns, bins))
      series.setData(
        Array.from({ length: columns }, (_, column) => ({
          time: ((data.from + column * data.resolutionMs) / 1000) as UTCTimestamp,
          column,
        })),
      )
      chart.timeScale().fitContent()
    },
    show(from, to) {
      chart.timeScale().setVisibleRange({ from: (from / 1000) as UTCTimestamp, to: (to / 1000) as UTCTimestamp })
    },
  }
}
