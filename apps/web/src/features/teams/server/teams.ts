/** Procedures of teams: one's own, their names and rules, and who is in them. */
import { mayAct } from '@faultline/db/repositories/access'
import {
  adoptItem,
  changeRole,
  createTeam,
  deleteTeam,
  listMembers,
  listMyTeams,
  listTeamItems,
  readTeam,
  removeMember,
  transferOwnership,
  updateTeam,
} from '@faultline/db/repositories/teams'
import { FaultlineError } from '@faultline/market/errors'
import { z } from 'zod'
import { record } from '../../../server/record.ts'
import { entity, signedIn, teamMember } from '../../../server/trpc.ts'
import { invitedRole, teamName, teamRole } from './schema.ts'

/** All of the caller's, those too that are closed to them without a second factor. */
export const mineProcedure = signedIn.query(({ ctx }) => listMyTeams(ctx.services.db, ctx.actor))

export const createProcedure = signedIn.input(z.object({ name: teamName })).mutation(async ({ ctx, input }) => {
  await ctx.services.limits.take('write', ctx.user.userId)
  const id = await createTeam(ctx.services.db, ctx.actor, input.name, ctx.user.allowance.teams)
  await record(ctx, { action: 'team.created', target: input.name, details: { teamId: id } })
  return { id, name: input.name }
})

export const getProcedure = teamMember('viewer').query(({ ctx }) => readTeam(ctx.services.db, ctx.actor, ctx.team.id))

/** CONFLICT when somebody else changed it since `version`. */
export const updateProcedure = teamMember('owner')
  .input(z.object({ version: z.int().positive().max(0x7fffffff), name: teamName.optional(), requireSecondFactor: z.boolean().optional() }))
  .mutation(async ({ ctx, input: { version, name, requireSecondFactor } }) => {
    const now = await updateTeam(ctx.services.db, ctx.actor, ctx.team.id, version, { name, requireSecondFactor })
    const details = {
      teamId: ctx.team.id,
      ...(name === undefined ? {} : { name }),
      ...(requireSecondFactor === undefined ? {} : { requireSecondFactor }),
    }
    await record(ctx, { action: 'team.updated', target: ctx.team.name, details })
    return { version: now }
  })

/** `name` as it is now, so that nobody deletes the wrong one. */
export const removeProcedure = teamMember('owner')
  .input(z.object({ name: z.string().max(200) }))
  .mutation(async ({ ctx, input }) => {
    if (input.name.trim() !== ctx.team.name)
      throw new FaultlineError('bad_input', 'This is not the name of the team. Type it as it stands above.')
    await deleteTeam(ctx.services.db, ctx.actor, ctx.team.id)
    await record(ctx, { action: 'team.deleted', target: ctx.team.name, details: { teamId: ctx.team.id } })
  })

export const membersProcedure = teamMember('viewer').query(({ ctx }) => listMembers(ctx.services.db, ctx.actor, ctx.team.id))

const person = z.object({ userId: z.uuid() })

export const changeRoleProcedure = teamMember('owner')
  .input(person.extend({ role: teamRole }))
  .mutation(async ({ ctx, input: { userId, role } }) => {
    const before = await changeRole(ctx.services.db, ctx.actor, ctx.team.id, userId, role)
    await record(ctx, { action: 'team.role_changed', target: before.email, details: { team: ctx.team.name, from: before.role, to: role } })
  })

export const removeMemberProcedure = teamMember('owner')
  .input(person)
  .mutation(async ({ ctx, input }) => {
    const { email } = await removeMember(ctx.services.db, ctx.actor, ctx.team.id, input.userId)
    await record(ctx, { action: 'team.member_removed', target: email, details: { team: ctx.team.name } })
  })

export const leaveProcedure = teamMember('viewer').mutation(async ({ ctx }) => {
  await removeMember(ctx.services.db, ctx.actor, ctx.team.id, ctx.user.userId)
  await record(ctx, { action: 'team.left', target: ctx.team.name })
})

/** Makes a member an owner; `own`: what the caller is afterwards, null to stay an owner. */
export const transferProcedure = teamMember('owner')
  .input(person.extend({ own: invitedRole.nullable() }))
  .mutation(async ({ ctx, input: { userId, own } }) => {
    const { email } = await transferOwnership(ctx.services.db, ctx.actor, ctx.team.id, userId, own)
    await record(ctx, { action: 'team.ownership_transferred', target: email, details: { team: ctx.team.name, own: own ?? 'owner' } })
  })

/** Its layouts, views and watchlists, without their content; what was changed last comes first. */
export const itemsProcedure = teamMember('viewer').query(({ ctx }) => listTeamItems(ctx.services.db, ctx.actor, ctx.team.id))

/** Moves a layout, a view or a watchlist of one's own into a team, which the caller has to be an editor of. */
export const adoptItemProcedure = entity('item', 'owner')
  .input(z.object({ teamId: z.uuid() }))
  .mutation(async ({ ctx, input }) => {
    const { role } = await readTeam(ctx.services.db, ctx.actor, input.teamId)
    if (!mayAct(role, 'editor'))
      throw new FaultlineError('forbidden', `You are a ${role} of this team; only editors and owners may do this.`)
    return adoptItem(ctx.services.db, ctx.actor, input.id, input.teamId, ctx.user.allowance.savedItems)
  })
