import type { HeatmapRange } from '../server/schema.ts'

/** Where the front serves the view of an instrument over a range. The colon of the key may stand in a path as it is. */
export const viewPath = (instrument: string, range: HeatmapRange): string =>
  `/views/${encodeURIComponent(instrument).replaceAll('%3A', ':')}/${range}`
