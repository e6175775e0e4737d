/** An instrument's key as a segment of a path. Its colon may stand there as it is. */
export const instrumentSegment = (key: string): string => encodeURIComponent(key).replaceAll('%3A', ':')

/** Address of an instrument's heatmap. */
export const heatmapPath = (key: string): string => `/heatmap/${instrumentSegment(key)}`

/** The key in a path's segment as Next hands it over (still encoded); null when it cannot be one. */
export function instrumentOfSegment(segment: string): string | null {
  try {
    return decodeURIComponent(segment)
  } catch {
    return null
  }
}
