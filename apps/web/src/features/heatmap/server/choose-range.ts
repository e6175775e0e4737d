import type { Database } from '@faultline/db/database'
import { chooseWindow, type HeatmapWindow } from './choose-resolution.ts'
import { countFilledColumns } from './read-columns.ts'
import type { HeatmapRange } from './schema.ts'
import { servedBuild } from './served-build.ts'

/** In order of preference; the short ones are for instruments with little history. */
const PREFERENCE: readonly HeatmapRange[] = ['3d', '7d', '30d', '1d', '12h']
const ENOUGH_COLUMNS = 150

/**
 * The first range of 3d, 7d, 30d, 1d, 12h that shows at least 150 columns with data; where none does, the one that shows
 * most of them. @throws FaultlineError not_found
 */
export async function chooseDefaultRange(db: Database, key: string): Promise<HeatmapRange> {
  const { instrument, build } = await servedBuild(db, key)
  const count = (window: HeatmapWindow) => countFilledColumns(db, { instrumentId: instrument.id, buildId: build.id, ...window })
  let best: { range: HeatmapRange; columns: number } | null = null
  for (const range of PREFERENCE) {
    const columns = await count(chooseWindow(range, build))
    if (columns >= ENOUGH_COLUMNS) return range
    if (!best || columns > best.columns) best = { range, columns }
  }
  return best?.range ?? '3d'
}
