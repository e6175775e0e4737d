import type { HeatmapRange, HeatmapViewInput } from '../server/schema.ts'
import { askedView, RESOLUTION_NAMES } from './asked-view.ts'

type Query = Record<string, string | string[] | undefined>

/** What the browser will ask for first, so that the page can bring it: with a zoom or a resolution where the link has one. */
export function askedByLink(
  query: Query,
  range: HeatmapRange,
  build: { bucketMs: number | null; firstBucket: number | null; lastBucket: number | null },
): Omit<HeatmapViewInput, 'instrument'> {
  const resolution = RESOLUTION_NAMES.find((name) => name === query.res) ?? null
  const [from, to] = [timeOf(query.from), timeOf(query.to)]
  const screen = from !== null && to !== null && to > from ? { from, to } : null
  const { bucketMs, firstBucket, lastBucket } = build
  if (bucketMs === null || firstBucket === null || lastBucket === null) return { range }
  const asked = askedView({ range, resolution, screen, build: { bucketMs, firstBucket, lastBucket } })
  return { range, resolution: asked.resolution ?? undefined, window: asked.window ?? undefined }
}

const timeOf = (text: string | string[] | undefined): number | null =>
  typeof text === 'string' && /^\d{12,14}$/.test(text) ? Number(text) : null
