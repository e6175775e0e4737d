/** Address of an instrument's heatmap. The colon of the key may stand in a path as it is. */
export const heatmapPath = (key: string): string => `/heatmap/${encodeURIComponent(key).replaceAll('%3A', ':')}`

/** The key in a path's segment as Next hands it over (still encoded); null when it cannot be one. */
export function instrumentOfSegment(segment: string): string | null {
  try {
    return decodeURIComponent(segment)
  } catch {
    return null
  }
}
