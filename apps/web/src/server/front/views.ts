import type { IncomingMessage, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { EMBED_HEADER } from '../../features/embed/prepare/embed-header.ts'
import { heatmapViewInput } from '../../features/heatmap/server/schema.ts'
import type { Services } from '../services.ts'
import { methodIs, refuse } from './answer.ts'
import { acceptsGzip } from './tiles.ts'

const unzip = promisify(gunzip)

/**
 * GET /views/{instrument}/{range}?res=5m&from=…&to=… (all three may be left out): what the procedure heatmap.view answers, as plain JSON that was packed once for everybody.
 * Every open page asks for it when a column has closed, all at the same moment.
 */
export async function answerView(
  request: IncomingMessage,
  response: ServerResponse,
  { pathname, searchParams }: URL,
  services: Services,
): Promise<void> {
  if (!methodIs(request.method, ['GET', 'HEAD'], response)) return
  const { sessions, embed } = services
  const shown = embed.instrumentOf(request)
  const [, , instrument = '', range, ...rest] = pathname.split('/')
  // a frame shows the newest of its one instrument, and no stretch of its choice: what it may ask for is read once for all
  const isEmbed = shown !== null && shown === decodeURIComponent(instrument) && searchParams.size === 0
  const session = isEmbed ? null : await sessions.ofCookies(request.headers.cookie)
  if (!isEmbed && !session) return refuse(response, 'unauthenticated', 'Please sign in.')
  const input = heatmapViewInput.safeParse({ instrument: decodeURIComponent(instrument), range, ...askedOf(searchParams) })
  if (!input.success || rest.length > 0)
    return refuse(
      response,
      'bad_input',
      'A view is /views/{instrument}/{range}, for example /views/binance-usdm:BTCUSDT/3d, with res=5m and with from and to in UTC milliseconds where they are wanted.',
    )
  // views are kept for everybody: who may see which is asked before
  if (session) await services.gate.view(session.user.allowance, input.data)
  const view = await services.views.readPacked(input.data)
  response.setHeader('Cache-Control', 'private, no-cache')
  response.setHeader('ETag', view.etag)
  if (isEmbed) response.setHeader(EMBED_HEADER, embed.tokenFor(shown) ?? '')
  response.setHeader('Vary', 'Accept-Encoding')
  if (request.headers['if-none-match'] === view.etag) {
    response.statusCode = 304
    response.end()
    return
  }
  const zipped = acceptsGzip(request.headers['accept-encoding'])
  const body = zipped ? view.gzip : await unzip(view.gzip)
  response.setHeader('Content-Type', 'application/json; charset=utf-8')
  response.setHeader('Content-Length', body.byteLength)
  if (zipped) response.setHeader('Content-Encoding', 'gzip')
  response.end(request.method === 'HEAD' ? undefined : body)
}

/** What stands behind the question mark, still to be checked: numbers as numbers. */
function askedOf(query: URLSearchParams): { resolution?: string; window?: { from: number; to: number } } {
  const [resolution, from, to] = ['res', 'from', 'to'].map((name) => query.get(name))
  return {
    ...(resolution === null || resolution === undefined ? {} : { resolution }),
    ...(from || to ? { window: { from: Number(from || Number.NaN), to: Number(to || Number.NaN) } } : {}),
  }
}
