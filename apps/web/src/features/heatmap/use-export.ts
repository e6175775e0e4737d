'use client'
import type { HeatGridPair } from '@faultline/ui/chart/heat-grid'
import type { HeatmapChart } from '@faultline/ui/chart/heatmap-chart'
import { formatDateTime, type TimeZone } from '@faultline/ui/format'
import { messages } from '../../messages.ts'
import { exportFileName } from '../export/prepare/file-name.ts'
import { heatCsvBlob, pngOf, saveBlob } from '../export/save-file.ts'
import { knownEnd } from './prepare/replay.ts'
import type { HeatmapView } from './server/schema.ts'

const text = messages.chart.exported

/** What can be taken away from the chart as it is seen, in a replay of the map as it was known at `at`. Null while there is nothing to take. */
export function useExport({
  view,
  heat,
  at,
  stage,
  zone,
}: {
  view: HeatmapView | null
  heat: HeatGridPair | null
  /** UTC ms; null: now */
  at: number | null
  stage: () => { chart: HeatmapChart | null; beside: HTMLElement | null }
  zone: TimeZone
}): { png: (() => Promise<void>) | null; csv: (() => Promise<void>) | null } {
  if (!view || !heat) return { png: null, csv: null }
  const { symbol, venue, simulated } = view.instrument
  const newest = view.build.lastBucket + view.build.bucketMs
  const named = { symbol, range: view.range, time: Math.min(newest, at ?? newest) }
  return {
    png: async () => {
      const { chart, beside } = stage()
      if (!chart) throw new Error(text.notThere)
      const shown = chart.view()
      const canvas = chart.toCanvas({
        title: text.title(symbol, venue),
        subtitle: text.subtitle(formatDateTime(shown.from, zone), formatDateTime(Math.min(shown.to, newest), zone), {
          simulated,
          knownAt: at === null ? null : formatDateTime(named.time, zone),
        }),
        footer: text.footer(view.build.modelVersion, location.host),
        beside,
      })
      saveBlob(await pngOf(canvas), exportFileName(named, 'png'))
    },
    csv: async () => {
      const { chart } = stage()
      const shown = chart?.view()
      if (!shown) throw new Error(text.notThere)
      // In a replay what comes after is the last map once more, and no estimate of that time.
      saveBlob(
        await heatCsvBlob(heat, { ...shown, to: at === null ? shown.to : Math.min(shown.to, knownEnd(heat, at)) }, simulated),
        exportFileName(named, 'csv'),
      )
    },
  }
}
