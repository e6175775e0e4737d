import type { UserActor } from '@faultline/db/actor'
import { type EntityKind, entityAccess, mayAct, type TeamRole, teamAccess } from '@faultline/db/repositories/access'
import { initTRPC, TRPCError } from '@trpc/server'
import superjson from 'superjson'
import { z } from 'zod'
import type { Session, SessionUser } from './auth/sessions.ts'
import { describeError, toTRPCError } from './errors.ts'
import { noteRefusal } from './refusals.ts'
import type { Services } from './services.ts'

/** What a request brings. Resolvers read `ctx.user`, which only `signedIn` and `admin` provide. */
export interface RequestContext {
  readonly services: Services
  /** the checked session of the request's cookie; null when signed out */
  readonly session: Session | null
  /** address of who asks, as far as proxies tell; for limits and the audit log */
  readonly ip: string | null
}

/** Who may call a procedure. `npm run -s faultline -- procedures` lists it; tests are made of it. */
export type Access =
  | { kind: 'public' | 'signed in' | 'admin' }
  /** `of`: a team by teamId; a team or, without one, oneself; or a thing by id, which is somebody's or some team's */
  | { kind: 'team'; role: TeamRole; of: 'team' | 'team or self' | EntityKind }

const t = initTRPC
  .context<RequestContext>()
  .meta<{ access: Access }>()
  .create({
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

const base = t.procedure.use(async ({ next }) => {
  const result = await next()
  // errors of the house become tRPC's here, once
  if (!result.ok) throw toTRPCError(result.error)
  return result
})

/** Open to everybody, so it has no `ctx.user`. Each of them limits how often it answers one address, see auth/limits.ts. */
export const anyone = base.meta({ access: { kind: 'public' } })

/** Needs a living session; gives `ctx.user` as the database has it now, and `ctx.actor` for withActor(). */
export const signedIn = base.meta({ access: { kind: 'signed in' } }).use(({ ctx, next }) => {
  if (!ctx.session) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Please sign in.' })
  const { user } = ctx.session
  return next({ ctx: { session: ctx.session, user, actor: actorOf(user) } })
})

/** Needs a living session of an administrator. What it refuses, to whomever, is in the audit log. */
export const admin = signedIn.meta({ access: { kind: 'admin' } }).use(async ({ ctx, next, path }) => {
  if (ctx.user.role !== 'admin') {
    noteRefusal(ctx, path)
    throw new TRPCError({ code: 'FORBIDDEN', message: 'Only an administrator may do this.' })
  }
  const result = await next()
  if (!result.ok && toTRPCError(result.error).code === 'FORBIDDEN') noteRefusal(ctx, path)
  return result
})

const teamInput = z.object({ teamId: z.uuid() })

/** Needs at least this role in the team `teamId`; gives `ctx.team`. To everybody else there is no such team. */
export const teamMember = (role: TeamRole) =>
  signedIn
    .meta({ access: { kind: 'team', role, of: 'team' } })
    .input(teamInput)
    .use(async ({ ctx, input, next }) => next({ ctx: { team: await teamOf(ctx, input.teamId, role) } }))

/**
 * For what is one's own (`teamId` null) or a team's; of a team it needs at least this role. Gives `ctx.owner`, as rows name it.
 */
export const selfOrTeam = (role: TeamRole) =>
  signedIn
    .meta({ access: { kind: 'team', role, of: 'team or self' } })
    .input(z.object({ teamId: z.uuid().nullable() }))
    .use(async ({ ctx, input, next }) => {
      const team = input.teamId === null ? null : await teamOf(ctx, input.teamId, role)
      return next({ ctx: { team, owner: team ? { ownerId: null, teamId: team.id } : { ownerId: ctx.user.userId, teamId: null } } })
    })

/**
 * Needs at least this role for the thing `id`: one's own, or of a team. Gives `ctx.entity`. To everybody else there is no such
 * thing; who may see it and not do this is told so.
 */
export const entity = (kind: EntityKind, role: TeamRole) =>
  signedIn
    .meta({ access: { kind: 'team', role, of: kind } })
    .input(z.object({ id: z.uuid() }))
    .use(async ({ ctx, input, next }) => {
      const found = await entityAccess(ctx.services.db, ctx.actor, kind, input.id)
      if (!found) throw new TRPCError({ code: 'NOT_FOUND', message: 'This does not exist, or is not yours to see.' })
      if (!mayAct(found.role, role)) throw tooLow(found.role, role)
      return next({ ctx: { entity: found } })
    })

export const actorOf = (user: Pick<SessionUser, 'userId' | 'role'>): UserActor => ({ kind: 'user', userId: user.userId, role: user.role })

async function teamOf(ctx: { services: Services; actor: UserActor }, teamId: string, role: TeamRole) {
  const team = await teamAccess(ctx.services.db, ctx.actor, teamId)
  if (!team) throw new TRPCError({ code: 'NOT_FOUND', message: 'There is no such team, or you are not in it.' })
  if (!mayAct(team.role, role)) throw tooLow(team.role, role)
  return team
}

const tooLow = (role: TeamRole, needed: TeamRole) =>
  new TRPCError({
    code: 'FORBIDDEN',
    message: `You are ${role === 'editor' ? 'an' : 'a'} ${role} of this team; only ${needed === 'owner' ? 'an owner' : 'editors and owners'} may do this.`,
  })
