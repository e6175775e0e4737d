/** Teams, for administrators: that they are there, not what they made. */
import { deleteTeam, listTeams } from '@faultline/db/repositories/admin-teams'
import { z } from 'zod'
import { admin } from '../../../server/trpc.ts'
import { administratorOf } from './administrator.ts'

const PAGE = 50
const place = z.object({ name: z.string().max(200), id: z.uuid() })

export const teamItem = z.object({
  id: z.string(),
  name: z.string(),
  members: z.int(),
  /** addresses, three at most */
  owners: z.array(z.string()),
  /** layouts, views and watchlists */
  items: z.int(),
  requireSecondFactor: z.boolean(),
  /** UTC ms */
  createdAt: z.number(),
})
export type TeamItem = z.infer<typeof teamItem>

/** By name, 50 at a time. `search`: a part of the name or of a member's address. `cursor`: `next` of the page before. */
export const listTeamsProcedure = admin
  .input(z.object({ search: z.string().max(200).optional(), cursor: place.nullish() }))
  .output(z.object({ teams: z.array(teamItem), total: z.int(), next: place.nullable() }))
  .query(async ({ ctx, input: { search, cursor } }) => {
    const page = await listTeams(ctx.services.db, ctx.actor, { search, after: cursor ?? undefined, limit: PAGE })
    return { ...page, teams: page.teams.map((team) => ({ ...team, createdAt: team.createdAt.getTime() })) }
  })

/** With all that it holds. */
export const removeTeamProcedure = admin
  .input(z.object({ id: z.uuid() }))
  .mutation(({ ctx, input }) => deleteTeam(ctx.services.db, administratorOf(ctx), input.id))
