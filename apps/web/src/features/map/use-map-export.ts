'use client'
import { formatDateTime, formatPrice } from '@faultline/ui/format'
import { composePicture } from '@faultline/ui/map/compose-picture'
import type { MapBars, MapProfile } from '@faultline/ui/map/profile'
import type { Theme } from '@faultline/ui/tokens'
import type { RefObject } from 'react'
import { messages } from '../../messages.ts'
import { exportFileName } from '../export/prepare/file-name.ts'
import { pngOf, saveBlob } from '../export/save-file.ts'
import type { CurrentReadings } from '../readings/server/schema.ts'
import type { PriceRange } from './prepare/figures.ts'
import { mapCsv } from './prepare/map-csv.ts'

const text = messages.map.exported

export interface MapExport {
  png: (() => Promise<void>) | null
  csv: (() => Promise<void>) | null
}

/** What can be taken away from the map as it is seen. Null while there is nothing to take. */
export function useMapExport({
  host,
  name,
  theme,
  readings,
  profile,
  bars,
  shown,
}: {
  /** holds the canvases of the map and of what is under it */
  host: RefObject<HTMLElement | null>
  name: { symbol: string; venue: string }
  theme: Theme
  readings: CurrentReadings | null
  profile: MapProfile | null
  bars: MapBars | null
  shown: PriceRange
}): MapExport {
  if (!readings || !profile || !bars) return { png: null, csv: null }
  const time = readings.bucket + readings.bucketMs
  const file = { symbol: name.symbol, range: 'map', time }
  return {
    png: async () => {
      const canvases = [...(host.current?.querySelectorAll<HTMLCanvasElement>('canvas.fl-map-canvas') ?? [])]
      const picture = composePicture(canvases, {
        theme,
        title: text.title(name.symbol, name.venue),
        subtitle: text.subtitle(formatPrice(shown.low), formatPrice(shown.high), formatDateTime(time, 'utc'), readings.simulated),
        footer: text.footer(readings.modelVersion, location.host),
      })
      if (!picture) throw new Error(text.notThere)
      saveBlob(await pngOf(picture), exportFileName(file, 'png'))
    },
    csv: async () => {
      const csv = mapCsv(profile, bars, readings.simulated)
      saveBlob(new Blob([csv], { type: 'text/csv;charset=utf-8' }), exportFileName(file, 'csv'))
    },
  }
}
