import { resolutionName } from '@faultline/market/resolution'
import { tileEnd } from '@faultline/market/tile-build'

export interface TileRequest {
  /** unique for the tile's content */
  key: string
  url: string
}

/** What of a view names its tiles. */
export interface TiledView {
  build: { id: number; bucketMs: number; lastBucket: number }
  resolutionMs: number
  tiles: readonly { index: number; closed: boolean }[]
}

/** The tiles of the picture. */
export const tileRequests = ({ build, resolutionMs, tiles }: TiledView): TileRequest[] =>
  tiles.map(({ index, closed }) => request(build, resolutionMs, index, closed))

/** The closed tiles beside those of the picture: two before, one after. */
export function neighbourRequests(view: TiledView & { build: { firstBucket: number } }): TileRequest[] {
  const [first, last] = [view.tiles[0], view.tiles.at(-1)]
  if (!first || !last) return []
  const { build, resolutionMs } = view
  const end = build.lastBucket + build.bucketMs
  return [first.index - 1, first.index - 2, last.index + 1].flatMap((index) =>
    tileEnd(index, resolutionMs) > build.firstBucket && tileEnd(index, resolutionMs) <= end
      ? [request(build, resolutionMs, index, true)]
      : [],
  )
}

function request(build: TiledView['build'], resolutionMs: number, index: number, closed: boolean): TileRequest {
  const url = `/tiles/${build.id}/${resolutionName(resolutionMs)}/${index}`
  return { url, key: closed ? url : `${url}@${build.lastBucket}` }
}
