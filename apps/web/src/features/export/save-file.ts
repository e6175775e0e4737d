'use client'
import type { HeatGridPair } from '@faultline/ui/chart/heat-grid'
import { messages } from '../../messages.ts'
import { type CsvViewport, heatCsv } from './prepare/heat-csv.ts'

/** Longest stretch of work without letting the page draw and answer, ms. */
const STRETCH_MS = 12

/** Lets the browser save `blob` under a name. */
export function saveBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // the download has its own hold on the blob once it has begun
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

/** The canvas as a PNG. Rejects where the browser cannot make one, which it does for canvases that are empty or too large. */
export function pngOf(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error(messages.exports.noPicture))), 'image/png')
  })
}

/** Visible cells of a grid as a CSV file, written in short stretches between which the page goes on. */
export async function heatCsvBlob(grid: HeatGridPair, view: CsvViewport, simulated: boolean): Promise<Blob> {
  const parts: Blob[] = []
  let begun = performance.now()
  for (const part of heatCsv(grid, view, simulated)) {
    // the browser may keep blobs outside of the page's memory
    parts.push(new Blob([part]))
    if (performance.now() - begun < STRETCH_MS) continue
    await new Promise((resolve) => setTimeout(resolve))
    begun = performance.now()
  }
  return new Blob(parts, { type: 'text/csv;charset=utf-8' })
}
