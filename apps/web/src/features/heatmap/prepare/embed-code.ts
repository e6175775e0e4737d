import type { HeatmapRange } from '../server/schema.ts'

interface Drawn {
  pal: string
  side: string
  log: boolean
  heat: boolean
  scale: string
}

/** HTML of a frame that shows the same chart on another page; docs/embedding.md says who may see it. */
export function embedHtml(origin: string, instrument: string, range: HeatmapRange, { pal, side, log, heat, scale }: Drawn): string {
  const query = new URLSearchParams({ r: range })
  if (pal !== 'twin') query.set('pal', pal)
  if (side !== 'both') query.set('side', side)
  if (log) query.set('log', '1')
  if (scale !== 'absolute') query.set('scale', scale)
  if (!heat) query.set('heat', '0')
  const source = `${origin}/embed/${encodeURIComponent(instrument).replaceAll('%3A', ':')}?${query}`
  // The address holds no quote and no bracket (they are written as %22 and %3C), only the ampersand needs another form in HTML.
  return `<iframe src="${source.replaceAll('&', '&amp;')}" width="960" height="540" style="border:0" loading="lazy" title="Liquidation heatmap, estimated"></iframe>`
}
