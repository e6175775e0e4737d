'use client'
import type { HeatGridPair } from '@faultline/ui/chart/heat-grid'
import type { HeatmapChart } from '@faultline/ui/chart/heatmap-chart'
import { formatDateTime, type TimeZone } from '@faultline/ui/format'
import { messages } from '../../messages.ts'
import { exportFileName } from '../export/prepare/file-name.ts'
import { heatCsvBlob, pngOf, saveBlob } from '../export/save-file.ts'
import type { HeatmapView } from './server/schema.ts'

const text = messages.chart.exported

/** What can be taken away from the chart as it is seen. Null while there is nothing to take. */
export function useExport({
  view,
  heat,
  stage,
  zone,
}: {
  view: HeatmapView | null
  heat: HeatGridPair | null
  stage: () => { chart: HeatmapChart | null; beside: HTMLElement | null }
  zone: TimeZone
}): { png: (() => Promise<void>) | null; csv: (() => Promise<void>) | null } {
  if (!view || !heat) return { png: null, csv: null }
  const { symbol, venue, simulated } = view.instrument
  const named = { symbol, range: view.range, time: view.build.lastBucket + view.build.bucketMs }
  return {
    png: async () => {
      const { chart, beside } = stage()
      if (!chart) throw new Error(text.notThere)
      const until = formatDateTime(named.time, zone)
      const canvas = chart.toCanvas({
        title: text.title(symbol, venue),
        subtitle: text.subtitle(view.range, until, simulated),
        footer: text.footer(view.build.modelVersion, location.host),
        beside,
      })
      saveBlob(await pngOf(canvas), exportFileName(named, 'png'))
    },
    csv: async () => {
      const { chart } = stage()
      const shown = chart?.view()
      if (!shown) throw new Error(text.notThere)
      saveBlob(await heatCsvBlob(heat, shown, simulated), exportFileName(named, 'csv'))
    },
  }
}
