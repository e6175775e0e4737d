import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { TILE_COLUMNS } from '@faultline/market/tile'
import { decodeTile, encodeTile } from '@faultline/market/tile-codec'

const [zip, unzip] = [promisify(gzip), promisify(gunzip)]

/** A tile with no column that begins before `from` or ends after `to`, UTC ms; the same bytes where it has none. Gzipped, as it came. */
export async function cutTile(packed: Buffer, { from, to }: { from: number; to: number }): Promise<Buffer> {
  const tile = decodeTile(await unzip(packed))
  const isOut = Array.from({ length: TILE_COLUMNS }, (_, column) => {
    const start = tile.startTime + column * tile.resolutionMs
    return start < from || start + tile.resolutionMs > to
  })
  if (!isOut.includes(true)) return packed
  const cut = (plane: Uint8Array) => plane.map((value, i) => (isOut[i % TILE_COLUMNS] ? 0 : value))
  return zip(encodeTile({ ...tile, columnState: cut(tile.columnState), long: cut(tile.long), short: cut(tile.short) }))
}
