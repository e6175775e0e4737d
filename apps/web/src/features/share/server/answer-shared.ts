import type { IncomingMessage, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { tileEnd } from '@faultline/market/tile-build'
import { LRUCache } from 'lru-cache'
import { answerJson, methodIs, refuse } from '../../../server/front/answer.ts'
import { parseTilePath } from '../../../server/front/tile-path.ts'
import type { TileStore } from '../../../server/front/tile-store.ts'
import { acceptsGzip } from '../../../server/front/tiles.ts'
import { viewPath } from '../../heatmap/prepare/view-path.ts'
import { SHARE_HEADER } from '../prepare/share-header.ts'
import { cutTile } from './cut-tile.ts'
import type { Shared, Shares } from './shares.ts'

const [zip, unzip] = [promisify(gzip), promisify(gunzip)]
/** Tiles at the ends of what links show, cut: they are asked for by all who look. */
const cutTiles = new LRUCache<string, Buffer>({ maxSize: 16 * 1024 * 1024, sizeCalculation: (bytes) => bytes.byteLength + 200 })

/**
 * GET /views/… and /tiles/… with the token of a shared page: the one view that its link shows and the tiles of that, cut to its
 * stretch. Anything else is refused, whatever session the request has besides.
 */
export async function answerShared(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  { shares, tiles }: { shares: Shares; tiles: TileStore },
): Promise<void> {
  if (!methodIs(request.method, ['GET', 'HEAD'], response)) return
  const shared = await shares.ofRequest(request)
  if (shared === 'expired') return refuse(response, 'unauthenticated', 'This page was open for too long. Load it again.')
  if (shared === 'ended' || !shared.market)
    return answerJson(response, 410, { error: { code: 'not_found', message: 'This link has ended: it ran out or was revoked.' } })
  if (url.pathname.startsWith('/tiles/')) return answerSharedTile(request, response, url.pathname, shared, { shares, tiles })
  const { instrument, range, resolution = null, window = null } = shared.market.scope.input
  if (url.pathname + url.search !== viewPath(instrument, { range, resolution, window })) return refuseOther(response)
  const packed = await zip(JSON.stringify(await shares.viewOf(shared)))
  response.setHeader(SHARE_HEADER, shares.freshToken(shared))
  await send(request, response, packed, 'application/json; charset=utf-8')
}

async function answerSharedTile(
  request: IncomingMessage,
  response: ServerResponse,
  pathname: string,
  shared: Shared,
  { shares, tiles }: { shares: Shares; tiles: TileStore },
): Promise<void> {
  const name = parseTilePath(pathname)
  const view = await shares.viewOf(shared)
  const isOfView =
    name !== null &&
    name.buildId === view.build.id &&
    name.resolutionMs === view.resolutionMs &&
    view.tiles.some(({ index }) => index === name.index)
  if (!isOfView || !shared.market) return refuseOther(response)
  const tile = await tiles.read(name)
  if (!tile) return answerJson(response, 404, { error: { code: 'not_found', message: 'There is no such tile.' } })
  const { input, frozenAt, replayAt } = shared.market.scope
  const ends = [input.window ? view.to : Number.POSITIVE_INFINITY, frozenAt, replayAt].filter((end) => end !== null)
  const stretch = { from: view.from, to: Math.min(...ends) }
  const start = tileEnd(name.index - 1, name.resolutionMs)
  const isInside = start >= stretch.from && tileEnd(name.index, name.resolutionMs) <= stretch.to
  const key = `${pathname} ${tile.etag} ${stretch.from} ${stretch.to}`
  const cut = isInside ? tile.gzip : (cutTiles.get(key) ?? (await cutTile(tile.gzip, stretch)))
  if (!isInside) cutTiles.set(key, cut)
  await send(request, response, cut, 'application/octet-stream')
}

const refuseOther = (response: ServerResponse): void =>
  refuse(response, 'forbidden', 'A shared link shows one view, and nothing beside it. If the view was changed, load the page again.')

/** Never kept: the same address answers others with more, and a revoked link with nothing. */
async function send(request: IncomingMessage, response: ServerResponse, packed: Buffer, type: string): Promise<void> {
  const zipped = acceptsGzip(request.headers['accept-encoding'])
  const body = zipped ? packed : await unzip(packed)
  response.setHeader('Cache-Control', 'no-store')
  response.setHeader('Vary', `Accept-Encoding, ${SHARE_HEADER}`)
  response.setHeader('Content-Type', type)
  response.setHeader('Content-Length', body.byteLength)
  if (zipped) response.setHeader('Content-Encoding', 'gzip')
  response.end(request.method === 'HEAD' ? undefined : body)
}
