import type { IncomingMessage, ServerResponse } from 'node:http'
import { admitVisitor } from '../../features/share/server/admit-visitor.ts'
import { answerShared } from '../../features/share/server/answer-shared.ts'
import type { Shares } from '../../features/share/server/shares.ts'
import type { Services } from '../services.ts'
import { answerError, answerJson, methodIs, refuse } from './answer.ts'
import { API_PREFIX, answerApi } from './api.ts'
import { answerHealth, answerReadiness } from './health.ts'
import { ipOf } from './ip.ts'
import { isSameOrigin, originOf } from './origin.ts'
import { type Framing, setSecurityHeaders } from './security-headers.ts'
import { answerStream } from './stream.ts'
import { TileStore } from './tile-store.ts'
import { answerTile } from './tiles.ts'
import { answerView } from './views.ts'

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void

interface Options {
  services: Services
  /** where people open the product */
  publicUrl: URL
  /** Next's request handler, or a stand-in */
  pages: Handler
  /** reverse proxies before this server */
  trustedProxies?: number
  /** room for encoded tiles in memory */
  tileCacheBytes?: number
}

/** What may be fetched without a session besides what answers for itself (tiles, streams, procedures). */
const PUBLIC =
  /^\/(sign-in(\/code)?$|sign-up$|reset$|(reset|verify|invitation)\/[^/]+$|accuracy$|accuracy\/scores\.csv$|_next\/static\/|api\/auth\/|api\/trpc\/|api\/billing$|favicon\.ico$|icon[^/]*$|apple-icon[^/]*$|robots\.txt$)/
/** A shared view, and its variant for a frame: for whoever has the link. */
const SHARED = /^\/s\/([^/]+)(\/embed)?$/
/** One instrument's picture for a frame; open to everybody where FAULTLINE_EMBED says so. */
const EMBED = /^\/embed\/[^/]+$/
const DEFAULT_TILE_CACHE = 128 * 1024 * 1024
const MAX_BODY_BYTES = 1_000_000

/** The front of the one web process: tiles, views, streams and health it answers itself, everything else is Next's. */
export function createFront({ services, publicUrl, pages, trustedProxies = 0, tileCacheBytes = DEFAULT_TILE_CACHE }: Options): Handler {
  const { db, sessions, hub, embed, gate, limits, shares } = services
  const tiles = new TileStore({ db, maxBytes: tileCacheBytes, lastBucketOf: (buildId) => hub.lastBucketOf(buildId) })
  const https = publicUrl.protocol === 'https:'

  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = targetOf(request)
    if (!url) return refuse(response, 'bad_input', 'This is not a valid address.')
    const { pathname } = url
    if (pathname === '/healthz') return methodIs(request.method, ['GET', 'HEAD'], response) ? answerHealth(response) : undefined
    if (pathname === '/readyz') return methodIs(request.method, ['GET', 'HEAD'], response) ? answerReadiness(response, db) : undefined
    const safe = request.method === 'GET' || request.method === 'HEAD'
    if ((!safe || pathname.startsWith('/api/stream')) && !isSameOrigin(request, publicUrl))
      return refuse(
        response,
        'forbidden',
        `This request comes from another site (${request.headers.origin ?? 'a foreign page'}). If it is this product under another address, set NEXTAUTH_URL to that address; it is ${publicUrl.origin}.`,
      )
    if (!safe && bodyIsTooLarge(request)) {
      response.setHeader('Connection', 'close') // what follows is the body that nobody reads
      return answerJson(response, 413, {
        error: { code: 'bad_input', message: 'A request may bring at most 1 MB, and has to say how much.' },
      })
    }
    if (/^\/(tiles|views)\//.test(pathname) && shares.isAsked(request)) return answerShared(request, response, url, { shares, tiles })
    if (pathname.startsWith('/tiles/')) return answerTile(request, response, pathname, { sessions, embed, gate, tiles })
    if (pathname.startsWith('/views/')) return answerView(request, response, url, services)
    if (pathname.startsWith(`${API_PREFIX}/`)) return answerApi(request, response, url, { services, ip: ipOf(request, trustedProxies) })
    if (pathname.startsWith('/api/stream/')) return answerStream(request, response, pathname, services)
    prepareForNext(request, url)
    // pages check for themselves; this catches what a new page might forget
    const shared = SHARED.exec(pathname)
    if (shared) {
      const link = { token: shared[1] as string, embed: shared[2] !== undefined }
      if (!(await admitVisitor(request, response, link, { limits, shares, ip: ipOf(request, trustedProxies) }))) return
    }
    const isOpen = shared !== null || PUBLIC.test(pathname) || (embed.isOpen && EMBED.test(pathname))
    if (!isOpen && !(await sessions.ofCookies(request.headers.cookie))) return leadToSignIn(request, response, url)
    await pages(request, response)
  }

  /** next-auth and Next take origin and path from these; what the client wrote there counts for nothing. */
  const prepareForNext = (request: IncomingMessage, url: URL): void => {
    const origin = new URL(originOf(request, publicUrl))
    request.headers['x-forwarded-host'] = origin.host
    request.headers['x-forwarded-proto'] = origin.protocol.slice(0, -1)
    request.headers['x-faultline-path'] = url.pathname + url.search
    request.headers['x-faultline-ip'] = ipOf(request, trustedProxies)
    delete request.headers['x-middleware-subrequest']
  }

  return async (request, response) => {
    try {
      const pathname = targetOf(request)?.pathname ?? ''
      const framing = EMBED.test(pathname) ? embed.framing : await sharedFraming(shares, pathname)
      setSecurityHeaders(request, response, https, framing)
      await route(request, response)
    } catch (error) {
      answerError(response, error)
    }
  }
}

/** Of the variant for frames, where the link has one; a link that cannot be looked up may not be framed. */
async function sharedFraming(shares: Shares, pathname: string): Promise<Framing | undefined> {
  const [, token, variant] = SHARED.exec(pathname) ?? []
  if (token === undefined || variant === undefined) return undefined
  return (await shares.framing(token).catch(() => null)) ?? undefined
}

/** Path and query of a request; null for what is no path of this site (`//host`, absolute forms, damaged escapes). */
function targetOf(request: IncomingMessage): URL | null {
  const target = request.url ?? ''
  if (!target.startsWith('/') || target.startsWith('//') || target.includes('\\')) return null
  try {
    const url = new URL(target, 'http://this-site.invalid')
    decodeURIComponent(url.pathname)
    return url.origin === 'http://this-site.invalid' ? url : null
  } catch {
    return null
  }
}

/** Next and next-auth read bodies whole, also those of strangers. Browsers say the length of every body that we ask for. */
function bodyIsTooLarge(request: IncomingMessage): boolean {
  if (request.headers['transfer-encoding'] !== undefined) return true
  return Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES
}

function leadToSignIn(request: IncomingMessage, response: ServerResponse, url: URL): void {
  if (url.pathname.startsWith('/api/') || (request.method !== 'GET' && request.method !== 'HEAD')) {
    refuse(response, 'unauthenticated', 'Please sign in.')
    return
  }
  // Next adds `_rsc` to what its router fetches; a person is not to be led back there
  url.searchParams.delete('_rsc')
  const path = url.pathname + url.search
  response.statusCode = 307
  response.setHeader('Location', path === '/' ? '/sign-in' : `/sign-in?callbackUrl=${encodeURIComponent(path)}`)
  response.setHeader('Cache-Control', 'no-store')
  response.end()
}
