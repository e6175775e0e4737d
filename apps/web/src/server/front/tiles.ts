import type { IncomingMessage, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { PlanGate } from '../../features/plans/server/plan-gate.ts'
import type { Sessions } from '../auth/sessions.ts'
import type { Embed } from '../embed/embed.ts'
import { answerJson, methodIs, refuse } from './answer.ts'
import { parseTilePath } from './tile-path.ts'
import type { TileStore } from './tile-store.ts'

const unzip = promisify(gunzip)

const CLOSED = 'private, max-age=31536000, immutable'
const OPEN = 'private, no-cache'

/**
 * GET /tiles/{buildId}/{resolution}/{index}: packages/market's tile bytes, gzipped for who accepts that. The session is
 * checked on every tile; a closed tile never changes and is marked so.
 */
export async function answerTile(
  request: IncomingMessage,
  response: ServerResponse,
  pathname: string,
  { sessions, embed, gate, tiles }: { sessions: Sessions; embed: Embed; gate: PlanGate; tiles: TileStore },
): Promise<void> {
  if (!methodIs(request.method, ['GET', 'HEAD'], response)) return
  const name = parseTilePath(pathname)
  const isEmbed = name !== null && (await embed.mayReadBuild(request, name.buildId))
  const session = isEmbed ? null : await sessions.ofCookies(request.headers.cookie)
  if (!isEmbed && !session) return refuse(response, 'unauthenticated', 'Please sign in.')
  if (!name) return refuse(response, 'bad_input', 'A tile is /tiles/{build}/{resolution}/{index}, for example /tiles/7/5m/22500.')
  if (session) await gate.tile(session.user.allowance, name)
  const tile = await tiles.read(name)
  if (!tile) return answerJson(response, 404, { error: { code: 'not_found', message: 'There is no such tile.' } })

  const zipped = acceptsGzip(request.headers['accept-encoding'])
  // other bytes, other name
  const tag = (zip: boolean) => (zip ? tile.etag : `${tile.etag.slice(0, -1)}-plain"`)
  response.setHeader('Cache-Control', tile.closed ? CLOSED : OPEN)
  response.setHeader('ETag', tag(zipped))
  response.setHeader('Vary', 'Accept-Encoding')
  if (matches(request.headers['if-none-match'], [tag(true), tag(false)])) {
    response.statusCode = 304
    response.end()
    return
  }
  const body = zipped ? tile.gzip : await unzip(tile.gzip)
  response.setHeader('Content-Type', 'application/octet-stream')
  response.setHeader('Content-Length', body.byteLength)
  if (zipped) response.setHeader('Content-Encoding', 'gzip')
  response.end(request.method === 'HEAD' ? undefined : body)
}

function matches(ifNoneMatch: string | undefined, tags: readonly string[]): boolean {
  if (!ifNoneMatch) return false
  if (ifNoneMatch.trim() === '*') return true
  return ifNoneMatch.split(',').some((tag) => tags.includes(tag.trim().replace(/^W\//, '')))
}

/** RFC 9110: the last word of `gzip` or `*` counts, and `;q=0` means no. */
export function acceptsGzip(header: string | string[] | undefined): boolean {
  const text = Array.isArray(header) ? header.join(',') : (header ?? '')
  let star = false
  for (const part of text.split(',')) {
    const [coding = '', ...parameters] = part.split(';').map((s) => s.trim().toLowerCase())
    const wanted = !parameters.some((p) => /^q=0(\.0*)?$/.test(p))
    if (coding === 'gzip' || coding === 'x-gzip') return wanted
    if (coding === '*') star = wanted
  }
  return star
}
