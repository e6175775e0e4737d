/**
 * Every address that is no page and no procedure, and who may ask it. `npm run -s faultline -- procedures` prints it, and a test
 * looks for handlers that are missing in it.
 */
export interface Route {
  /** as Next writes it: [name] is one part, [...name] the rest */
  path: string
  methods: readonly string[]
  access: 'public' | 'signed in' | 'signed in, or a token for this market' | 'by procedure' | 'admin' | 'own signature' | 'API key'
  /** answered by the front itself, or by app/…/route.ts */
  by: 'front' | 'next'
  what: string
}

export const ROUTES: readonly Route[] = [
  { path: '/healthz', methods: ['GET', 'HEAD'], access: 'public', by: 'front', what: 'the process lives' },
  { path: '/readyz', methods: ['GET', 'HEAD'], access: 'public', by: 'front', what: 'it can serve: the database answers' },
  {
    path: '/tiles/[build]/[resolution]/[index]',
    methods: ['GET', 'HEAD'],
    access: 'signed in, or a token for this market',
    by: 'front',
    what: 'a tile of a map',
  },
  {
    path: '/views/[instrument]/[range]',
    methods: ['GET', 'HEAD'],
    access: 'signed in, or a token for this market',
    by: 'front',
    what: 'prices and series of a stretch',
  },
  { path: '/api/stream/[procedure]', methods: ['GET'], access: 'signed in', by: 'front', what: 'news as server-sent events' },
  { path: '/api/v1/[...address]', methods: ['GET'], access: 'API key', by: 'front', what: 'markets and readings for programs' },
  { path: '/api/auth/[...nextauth]', methods: ['GET', 'POST'], access: 'public', by: 'next', what: 'next-auth: signing in and out' },
  { path: '/api/trpc/[trpc]', methods: ['GET', 'POST'], access: 'by procedure', by: 'next', what: 'procedures' },
  { path: '/admin/audit/log.csv', methods: ['GET'], access: 'admin', by: 'next', what: 'the audit log as CSV' },
  { path: '/api/billing', methods: ['POST'], access: 'own signature', by: 'next', what: 'plans, set by a payment provider' },
  { path: '/accuracy/scores.csv', methods: ['GET'], access: 'public', by: 'next', what: 'raw scores of every map' },
]
