/** Columns of several markets added up, bin by bin. No I/O, no clock. */
import { COLUMN_FLOOR_USD, type Column, PLANES, type Plane, type PlaneData } from '@faultline/market/column'

const EMPTY: PlaneData = { firstBin: 0, usd: new Float32Array(0) }

/**
 * The sum over `parts`, in their order: each bin is added up in Float64 and rounded to Float32 once, so that the same parts in the
 * same order always give the same bytes. What is below the floor after adding is left out, as in any column.
 */
export function sumColumns(parts: readonly Column[], bucket: { bucketStart: number; bucketMs: number }): Column {
  const planes = Object.fromEntries(PLANES.map((plane) => [plane, sumPlanes(parts.map((part) => part.planes[plane]))]))
  return { bucketStart: bucket.bucketStart, bucketMs: bucket.bucketMs, planes: planes as Record<Plane, PlaneData> }
}

function sumPlanes(parts: readonly PlaneData[]): PlaneData {
  const filled = parts.filter(({ usd }) => usd.length > 0)
  if (filled.length === 0) return EMPTY
  const low = Math.min(...filled.map((p) => p.firstBin))
  const high = Math.max(...filled.map((p) => p.firstBin + p.usd.length))
  const sums = new Float64Array(high - low)
  for (const { firstBin, usd } of filled) {
    const shift = firstBin - low
    for (let i = 0; i < usd.length; i++) sums[i + shift] = (sums[i + shift] as number) + (usd[i] as number)
  }
  let begin = 0
  let end = sums.length
  while (begin < end && !((sums[begin] as number) >= COLUMN_FLOOR_USD)) begin++
  while (end > begin && !((sums[end - 1] as number) >= COLUMN_FLOOR_USD)) end--
  if (begin === end) return EMPTY
  const usd = new Float32Array(end - begin)
  for (let i = begin; i < end; i++) if ((sums[i] as number) >= COLUMN_FLOOR_USD) usd[i - begin] = sums[i] as number
  return { firstBin: low + begin, usd }
}
