import type { IncomingMessage, ServerResponse } from 'node:http'
import { nodeHTTPRequestHandler } from '@trpc/server/adapters/node-http'
import { rootRouter } from '../root-router.ts'
import type { Services } from '../services.ts'
import { methodIs, refuse } from './answer.ts'

/** GET /api/stream/stream.follow: a tRPC subscription as server-sent events. */
export async function answerStream(
  request: IncomingMessage,
  response: ServerResponse,
  pathname: string,
  services: Services,
): Promise<void> {
  if (!methodIs(request.method, ['GET'], response)) return
  const session = await services.sessions.ofCookies(request.headers.cookie)
  if (!session) return refuse(response, 'unauthenticated', 'Please sign in.')
  const path = pathname.slice('/api/stream/'.length)
  if (!/^stream\.[a-zA-Z]+$/.test(path)) return refuse(response, 'not_found', 'Only streams are served here.')
  // A stream that ends in good order tells the browser not to come back. When the server stops, it is to come back, to the
  // next one: so the connection is cut.
  const cut = () => response.destroy()
  services.hub.closing.addEventListener('abort', cut)
  response.once('close', () => services.hub.closing.removeEventListener('abort', cut))
  // reverse proxies buffer otherwise
  response.setHeader('X-Accel-Buffering', 'no')
  await nodeHTTPRequestHandler({
    req: request,
    res: response,
    path,
    router: rootRouter,
    createContext: () => ({ services, session, ip: null }),
  })
}
