import { initTRPC, TRPCError } from '@trpc/server'
import superjson from 'superjson'
import type { Session } from './auth/sessions.ts'
import { describeError, toTRPCError } from './errors.ts'
import type { Services } from './services.ts'

/** What a request brings. Resolvers read `ctx.user`, which only `signedIn` and `admin` provide. */
export interface RequestContext {
  readonly services: Services
  /** the checked session of the request's cookie; null when signed out */
  readonly session: Session | null
}

const t = initTRPC.context<RequestContext>().create({
  transformer: superjson,
  // or error answers carry stack traces wherever NODE_ENV is not production
  isDev: false,
  errorFormatter: ({ shape, error }) => ({ ...shape, ...describeError(shape, error) }),
  sse: {
    // proxies cut idle streams, some after 30 s
    ping: { enabled: true, intervalMs: 15_000 },
    client: { reconnectAfterInactivityMs: 40_000 },
  },
})

export const router = t.router
export const createCallerFactory = t.createCallerFactory

/** Open to everybody; what it does not have is `ctx.user`. Errors of the house become tRPC's here, once. */
const publicProcedure = t.procedure.use(async ({ next }) => {
  const result = await next()
  if (!result.ok) throw toTRPCError(result.error)
  return result
})

/** Needs a living session; gives `ctx.user` as the database has it now. */
export const signedIn = publicProcedure.use(({ ctx, next }) => {
  if (!ctx.session) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Please sign in.' })
  return next({ ctx: { session: ctx.session, user: ctx.session.user } })
})

/** Needs a living session of an administrator. */
export const admin = signedIn.use(({ ctx, next }) => {
  if (ctx.user.role !== 'admin') throw new TRPCError({ code: 'FORBIDDEN', message: 'Only an administrator may do this.' })
  return next()
})
